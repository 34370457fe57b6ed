package org.ferry.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of the system to its end. */
final class Tool {
  private Tool() {}

  /**
   * How it ended.
   *
   * @param status its exit status, -1 where it did not start or did not end in time
   * @param output both its streams
   */
  record Result(int status, String output) {
    boolean ok() {
      return status == 0;
    }

    /** Its last lines, indented. */
    String tail() {
      return lastLines(output, 15);
    }
  }

  static String lastLines(String text, int count) {
    List<String> lines = text.strip().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()))
        .indent(4)
        .stripTrailing();
  }

  static Result run(Duration limit, List<String> command) {
    try {
      Path output = Files.createTempFile("ferry-lab", ".out");
      try {
        return new Result(
            run(limit, command, output), Files.readString(output, StandardCharsets.UTF_8));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      return new Result(-1, String.valueOf(e.getMessage()));
    }
  }

  /** Runs it with its output in a file; the exit status, -1 where it did not end in time. */
  static int run(Duration limit, List<String> command, Path output) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    process.getOutputStream().close();
    try {
      if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
      Notes.end(process.toHandle());
      return -1;
    } catch (InterruptedException e) {
      Notes.end(process.toHandle());
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while " + command.get(0) + " ran", e);
    }
  }
}
