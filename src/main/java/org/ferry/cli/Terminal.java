package org.ferry.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Which of the standard streams are a terminal.
 *
 * @param in a person can answer
 * @param out a person reads results
 * @param err a person watches progress
 * @param width columns, for progress bars
 */
record Terminal(boolean in, boolean out, boolean err, int width) {
  /** Set by the launcher to the numbers of the streams that are terminals, such as 02. */
  private static final String PROPERTY = "ferry.terminal";

  private static final int USUAL_WIDTH = 80;

  static Terminal detect(Map<String, String> environment) {
    String streams = System.getProperty(PROPERTY, streams());
    int width = USUAL_WIDTH;
    try {
      width = Math.max(40, Integer.parseInt(environment.getOrDefault("COLUMNS", "80")));
    } catch (NumberFormatException e) {
      // reason: a COLUMNS that is no number says nothing; the usual width stands.
    }
    return new Terminal(streams.contains("0"), streams.contains("1"), streams.contains("2"), width);
  }

  /** Linux says what stands behind a stream; elsewhere the launcher has to. */
  private static String streams() {
    StringBuilder terminals = new StringBuilder();
    for (String n : List.of("0", "1", "2")) {
      try {
        String device = Files.readSymbolicLink(Path.of("/proc/self/fd", n)).toString();
        if (device.startsWith("/dev/pts/") || device.startsWith("/dev/tty")) {
          terminals.append(n);
        }
      } catch (IOException | UnsupportedOperationException e) {
        // reason: a stream that nobody can tell about is taken for a file.
      }
    }
    return terminals.toString();
  }
}
