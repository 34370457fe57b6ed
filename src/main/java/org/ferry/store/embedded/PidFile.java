package org.ferry.store.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code postmaster.pid} says.
 *
 * @param pid the server's process, or what had that number before the machine restarted
 * @param port its TCP port, 0 while it is not written yet
 */
record PidFile(long pid, int port) {
  private static final int PORT_LINE = 3;

  static Path in(Path cluster) {
    return cluster.resolve("postmaster.pid");
  }

  static Optional<PidFile> read(Path cluster) {
    try {
      List<String> lines = Files.readAllLines(in(cluster));
      long pid = lines.isEmpty() ? 0 : number(lines.get(0));
      long port = lines.size() > PORT_LINE ? number(lines.get(PORT_LINE)) : 0;
      return Optional.of(new PidFile(pid, (int) port));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw Folders.failure("read", in(cluster), e);
    }
  }

  private static long number(String line) {
    String digits = line.strip();
    return digits.matches("\\d{1,9}") ? Long.parseLong(digits) : 0;
  }

  /** Whether that process is a PostgreSQL at work in this folder, and not a later namesake. */
  boolean livesIn(Path cluster) {
    try {
      return pid > 0
          && Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "cwd")).equals(cluster);
    } catch (IOException e) {
      return false;
    }
  }
}
