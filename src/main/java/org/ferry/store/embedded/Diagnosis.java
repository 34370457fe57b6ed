package org.ferry.store.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Turns what PostgreSQL's programs print into one sentence with a remedy. */
final class Diagnosis {
  private static final int TAIL = 12;

  private Diagnosis() {}

  static EmbeddedPostgresException of(String what, String output) {
    if (isFull(output)) {
      return new EmbeddedPostgresException(
          "Ferry's embedded PostgreSQL: %s: no space is left on the disk. Free some and run the command again; nothing is lost."
              .formatted(what));
    }
    return new EmbeddedPostgresException(
        "Ferry's embedded PostgreSQL: %s.%n%s%n%s"
            .formatted(what, tail(output).indent(4).stripTrailing(), remedy(output)));
  }

  private static String remedy(String output) {
    if (output.contains("unshare")) {
      return "PostgreSQL does not run as root, and this system allows no user namespace: run Ferry"
          + " as an ordinary user, or "
          + EmbeddedPostgresException.USE_EXTERNAL
          + ".";
    }
    if (output.contains("Permission denied")) {
      return "Give this user the folder (owner, mode 0700), or choose another data_dir.";
    }
    if (output.contains("shared memory") && output.contains("resize")) {
      return "Give the container more shared memory (docker run --shm-size=256m).";
    }
    return "Mend that, or " + EmbeddedPostgresException.USE_EXTERNAL + ".";
  }

  private static boolean isFull(String output) {
    return output.contains("No space left") || output.contains("quota exceeded");
  }

  private static String tail(String output) {
    List<String> lines = output.strip().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
  }

  /** What a log says from an offset on. */
  static String since(Path log, long offset) {
    try {
      byte[] all = Files.exists(log) ? Files.readAllBytes(log) : new byte[0];
      int from = (int) Math.min(offset, all.length);
      return new String(all, from, all.length - from, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "(its log " + log + " cannot be read: " + e.getMessage() + ")";
    }
  }
}
