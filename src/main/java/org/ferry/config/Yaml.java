package org.ferry.config;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Text to a tree of nodes that know their lines. */
final class Yaml {
  private Yaml() {}

  /**
   * Reads one document.
   *
   * @param file what to call it in messages
   * @return its root, null where it is empty
   * @throws ConfigException where it is no YAML, with the line
   */
  static @Nullable Node read(String file, String text) {
    try {
      return node(text);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(m -> m.getLine() + 1).orElse(0);
      throw new ConfigException(List.of(new Problem(file, line, "", advice(e))));
    } catch (YamlEngineException e) {
      throw new ConfigException(file, "is no YAML: " + e.getMessage());
    }
  }

  static @Nullable Node node(String text) {
    LoadSettings settings = LoadSettings.builder().setUseMarks(true).build();
    return new Compose(settings).composeString(text).orElse(null);
  }

  /** The line of a node, counted from 1. */
  static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
  }

  /** A text of one line as YAML that is read as just that, and no variable in it. */
  static String quoted(String text) {
    return "'" + text.replace("'", "''").replace("${", "$${") + "'";
  }

  private static String advice(MarkedYamlEngineException e) {
    String context = e.getContext() == null ? "" : e.getContext() + ": ";
    String hint =
        String.valueOf(e.getProblem()).contains("TAB")
            ? "; indent with spaces, not tabs"
            : "; look at indentation, colons and quotes just before";
    return "is no YAML: " + context + e.getProblem() + hint;
  }
}
