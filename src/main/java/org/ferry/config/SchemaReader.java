package org.ferry.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.ferry.config.Entry.Items;
import org.ferry.config.Entry.Named;
import org.ferry.config.Entry.Section;
import org.ferry.config.Entry.Setting;
import org.ferry.id.Nearest;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads YAML by a table of keys: every key that is there, every default, every mistake. */
final class SchemaReader {
  private final Values out;
  private final Interpolation environment;

  SchemaReader(Values out, Interpolation environment) {
    this.out = out;
    this.environment = environment;
  }

  /** Reads a whole document; null stands for an empty one. */
  void read(Section root, @Nullable Node node) {
    if (node != null && !(node instanceof MappingNode) && !isNull(node)) {
      out.problem(Yaml.line(node), "", "the file holds no keys; see config.example.yaml");
      return;
    }
    entries(root.entries(), node instanceof MappingNode m ? m : null, "", true);
  }

  private void entries(
      List<Entry> entries, @Nullable MappingNode node, String path, boolean required) {
    Map<String, Node> given = node == null ? Map.of() : children(entries, node, path);
    for (Entry entry : entries) {
      String key = path.isEmpty() ? entry.name() : path + "." + entry.name();
      Node value = given.get(entry.name());
      switch (entry) {
        case Setting k -> key(k, value, key, required);
        case Section s -> section(s, value, key, required);
        case Items i -> items(i, value, key);
        case Named n -> named(n, value, key);
      }
    }
  }

  /** The known keys of a mapping with their values; the others become problems. */
  private Map<String, Node> children(List<Entry> entries, MappingNode node, String path) {
    Map<String, Node> given = new LinkedHashMap<>();
    List<String> known = entries.stream().map(Entry::name).toList();
    for (NodeTuple tuple : node.getValue()) {
      int line = Yaml.line(tuple.getKeyNode());
      String name = tuple.getKeyNode() instanceof ScalarNode s ? s.getValue() : "?";
      String key = path.isEmpty() ? name : path + "." + name;
      if (!known.contains(name)) {
        out.problem(line, key, "unknown key" + suggestion(name, known));
      } else if (given.containsKey(name)) {
        out.problem(line, key, "is given twice, first in line " + out.line(key));
      } else {
        out.seen(key, line);
        given.put(name, tuple.getValueNode());
      }
    }
    return given;
  }

  private static String suggestion(String name, List<String> known) {
    Optional<String> near = Nearest.to(name, known);
    if (near.isPresent()) {
      return "; did you mean " + near.get() + "?";
    }
    List<String> elsewhere = new ArrayList<>();
    find(Schema.ROOT.entries(), "", name, elsewhere);
    return elsewhere.isEmpty()
        ? "; known here: " + String.join(", ", new TreeSet<>(known))
        : "; it belongs elsewhere: " + elsewhere.getFirst();
  }

  private static void find(List<Entry> entries, String path, String name, List<String> found) {
    for (Entry e : entries) {
      String key = path.isEmpty() ? e.name() : path + "." + e.name();
      if (e.name().equals(name)) {
        found.add(key);
      }
      if (e instanceof Section s) {
        find(s.entries(), key, name, found);
      }
    }
  }

  private void section(Section section, @Nullable Node value, String key, boolean required) {
    if (value == null || isNull(value)) {
      entries(section.entries(), null, key, required && !section.optional());
    } else if (value instanceof MappingNode m) {
      entries(section.entries(), m, key, true);
    } else {
      out.problem(Yaml.line(value), key, "expected keys: " + names(section.entries()));
    }
  }

  private void items(Items items, @Nullable Node value, String key) {
    if (value == null || isNull(value)) {
      return;
    }
    if (!(value instanceof SequenceNode list)) {
      out.problem(Yaml.line(value), key, "expected a list, each with " + names(items.entries()));
      return;
    }
    for (Node each : list.getValue()) {
      String name = key + "[" + out.items(key).size() + "]";
      out.child(key, name);
      nested(items.entries(), each, name);
    }
  }

  private void named(Named named, @Nullable Node value, String key) {
    if (value == null || isNull(value)) {
      return;
    }
    if (!(value instanceof MappingNode map)) {
      out.problem(Yaml.line(value), key, "expected names, each with " + names(named.entries()));
      return;
    }
    for (NodeTuple tuple : map.getValue()) {
      String name = tuple.getKeyNode() instanceof ScalarNode s ? s.getValue() : "?";
      if (out.names(key).contains(name)) {
        out.problem(Yaml.line(tuple.getKeyNode()), key + "." + name, "is given twice");
        continue;
      }
      out.child(key, name);
      nested(named.entries(), tuple.getValueNode(), key + "." + name);
    }
  }

  private void nested(List<Entry> entries, Node node, String key) {
    out.seen(key, Yaml.line(node));
    if (node instanceof MappingNode m) {
      entries(entries, m, key, true);
    } else {
      out.problem(Yaml.line(node), key, "expected keys: " + names(entries));
    }
  }

  private void key(Setting key, @Nullable Node node, String path, boolean required) {
    boolean empty = node == null || isNull(node) || (node instanceof ScalarNode s && isBlank(s));
    if (!empty) {
      value(key, node, path).ifPresent(v -> out.put(path, v));
      return;
    }
    String standard = key.standard();
    if (standard != null && !standard.equals("null")) {
      value(key, Yaml.node(standard), path).ifPresent(v -> out.put(path, v));
    } else if (key.required() && required) {
      out.problem(path, "is missing: " + key.help() + "; for example " + key.sample());
    }
  }

  private Optional<Object> value(Setting key, @Nullable Node node, String path) {
    return switch (key.shape()) {
      case ONE -> scalar(key, node, path);
      case LIST -> list(key, node, path);
      case MAP -> map(key, node, path);
    };
  }

  private Optional<Object> list(Setting key, @Nullable Node node, String path) {
    if (!(node instanceof SequenceNode sequence)) {
      return wrong(node, path, "expected a list, such as [" + example(key) + "]");
    }
    List<Object> values = new ArrayList<>();
    for (Node each : sequence.getValue()) {
      scalar(key, each, path).ifPresent(values::add);
    }
    return Optional.of(values);
  }

  private Optional<Object> map(Setting key, @Nullable Node node, String path) {
    if (!(node instanceof MappingNode mapping)) {
      return wrong(node, path, "expected names with values, such as " + key.sample());
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String name = tuple.getKeyNode() instanceof ScalarNode s ? s.getValue() : "?";
      String inner = path + "." + name;
      out.seen(inner, Yaml.line(tuple.getKeyNode()));
      if (values.containsKey(name)) {
        out.problem(inner, "is given twice");
      }
      scalar(key, tuple.getValueNode(), inner).ifPresent(v -> values.put(name, v));
    }
    return Optional.of(values);
  }

  private Optional<Object> scalar(Setting key, @Nullable Node node, String path) {
    Kind kind = key.kind();
    if (!(node instanceof ScalarNode scalar)) {
      String hint = node instanceof SequenceNode ? ", not a list" : ", not a group of keys";
      return wrong(node, path, "expected " + kind.expected() + hint);
    }
    Interpolation.Result result = environment.apply(scalar.getValue());
    if (!result.problems().isEmpty()) {
      result.problems().forEach(p -> out.problem(Yaml.line(node), path, p));
      return Optional.empty();
    }
    return read(kind, result.text(), node, path);
  }

  private Optional<Object> read(Kind kind, String text, Node node, String path) {
    try {
      if (text.isBlank()) {
        throw new IllegalArgumentException("is empty; expected " + kind.expected());
      }
      return Optional.of(kind.reader().apply(text));
    } catch (NumberFormatException e) {
      return wrong(node, path, "expected " + kind.expected() + ", found " + show(kind, text));
    } catch (IllegalArgumentException e) {
      String said = e.getCause() == null ? e.getMessage() : null;
      if (said != null) {
        return wrong(node, path, said);
      }
      String near =
          Nearest.to(text, kind.choices()).map(n -> "; did you mean " + n + "?").orElse("");
      return wrong(
          node, path, "expected " + kind.expected() + ", found " + show(kind, text) + near);
    }
  }

  /** What was written, unless it may be or hold a secret. */
  private static String show(Kind kind, String text) {
    boolean secret = kind.equals(Kind.SECRET) || kind.equals(Kind.DATABASE);
    return secret ? "something else" : "\"" + text + "\"";
  }

  private Optional<Object> wrong(@Nullable Node node, String path, String text) {
    out.problem(node == null ? out.line(path) : Yaml.line(node), path, text);
    return Optional.empty();
  }

  private static String example(Setting key) {
    String standard = key.standard();
    return standard == null || standard.length() < 3
        ? "\"*\""
        : standard.substring(1, standard.length() - 1);
  }

  private static String names(List<Entry> entries) {
    return String.join(", ", entries.stream().map(Entry::name).toList());
  }

  /** A value whose variables are all empty counts as not given. */
  private boolean isBlank(ScalarNode node) {
    Interpolation.Result result = environment.apply(node.getValue());
    return result.changed() && result.problems().isEmpty() && result.text().isBlank();
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }
}
