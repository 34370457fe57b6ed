package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one command did.
 *
 * @param status its exit status
 * @param out standard output
 * @param err standard error
 */
record CommandRun(int status, String out, String err) {
  /** Runs a command in a folder, off a terminal. */
  static CommandRun in(Path folder, String... arguments) {
    return in(folder, Map.of(), null, arguments);
  }

  /** Runs a command; answers are typed on a terminal, null is no terminal. */
  static CommandRun in(
      Path folder, Map<String, String> environment, @Nullable String answers, String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    String typed = answers == null ? "" : answers;
    World world =
        new World(
            environment,
            folder,
            new ByteArrayInputStream(typed.getBytes(UTF_8)),
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            new Terminal(answers != null, false, false, 80));
    int status = new Main(world, new Stop()).run(List.of(arguments));
    return new CommandRun(status, out.toString(UTF_8), err.toString(UTF_8));
  }
}
