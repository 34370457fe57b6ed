package org.ferry.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Scratch files and folders that carry their process's number and the time it started at, so that
 * those of a killed one are swept by the next. A number alone says little: in a container Ferry is
 * process 1 each time.
 */
public final class Leftovers {
  private static final Pattern NAME =
      Pattern.compile("(?<kind>[a-z]+)-(?<pid>[0-9]{1,18})-(?<start>[0-9]{1,18})-.*");

  /** What the start of a process is known to, as the machine's clock is corrected. */
  private static final Duration SAME = Duration.ofSeconds(5);

  private Leftovers() {}

  /**
   * How the name of this process's scratch of some kind begins.
   *
   * @param kind lower case letters
   */
  public static String prefix(String kind) {
    ProcessHandle self = ProcessHandle.current();
    long start = self.info().startInstant().map(Instant::getEpochSecond).orElse(0L);
    return kind + "-" + self.pid() + "-" + start + "-";
  }

  /**
   * Removes what processes left that live no more.
   *
   * @param folder where the scratch is
   * @param kind of which kind
   * @throws IOException where it cannot be read or removed
   */
  public static void sweep(Path folder, String kind) throws IOException {
    for (Path path : list(folder)) {
      Matcher name = NAME.matcher(path.getFileName().toString());
      if (name.matches() && name.group("kind").equals(kind) && !lives(name)) {
        delete(path);
      }
    }
  }

  private static boolean lives(Matcher name) {
    Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(name.group("pid")));
    if (process.isEmpty()) {
      return false;
    }
    Instant start = Instant.ofEpochSecond(Long.parseLong(name.group("start")));
    return process
        .get()
        .info()
        .startInstant()
        .map(s -> Duration.between(s, start).abs().compareTo(SAME) <= 0)
        .orElse(true);
  }

  /**
   * Removes a file, or a folder with the files in it.
   *
   * @param path may be gone already
   * @throws IOException where it cannot be removed
   */
  public static void delete(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      for (Path file : list(path)) {
        boolean unused = Files.deleteIfExists(file);
      }
    }
    boolean unused = Files.deleteIfExists(path);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }
}
