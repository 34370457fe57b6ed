package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * Everything outside the process that a command may touch.
 *
 * @param environment the environment's variables
 * @param folder what relative paths on the command line are relative to
 * @param in standard input
 * @param out results, and with {@code --json} one document and nothing else
 * @param err everything else
 * @param terminal which of them are terminals
 */
record World(
    Map<String, String> environment,
    Path folder,
    InputStream in,
    PrintStream out,
    PrintStream err,
    Terminal terminal) {

  static World real() {
    Map<String, String> environment = System.getenv();
    return new World(
        environment,
        Path.of("").toAbsolutePath(),
        System.in,
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        Terminal.detect(environment));
  }

  /** In UTF-8 whatever the locale is: results are read by programs, and names are in any script. */
  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new BufferedOutputStream(new FileOutputStream(descriptor)), true, UTF_8);
  }
}
