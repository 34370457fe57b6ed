package org.ferry.source.media;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ferry.source.SourceException;

/** Scratch files that carry their process's number, so that those of a killed one are swept. */
final class Spool {
  private static final Pattern NAME = Pattern.compile("media-([0-9]+)-.*\\.spool");

  private Spool() {}

  /** Makes an empty file that only this user reads. */
  static Path create(Path folder) {
    try {
      Files.createDirectories(folder);
      sweep(folder);
      String start = "media-" + ProcessHandle.current().pid() + "-";
      return Files.createTempFile(folder, start, ".spool");
    } catch (IOException e) {
      throw new SourceException(
          "No scratch file can be made in "
              + folder
              + ": "
              + e.getMessage()
              + ". Give Ferry the right to write there, or space.",
          e);
    }
  }

  private static void sweep(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.toList();
    }
    for (Path file : files) {
      Matcher m = NAME.matcher(file.getFileName().toString());
      if (m.matches() && ProcessHandle.of(Long.parseLong(m.group(1))).isEmpty()) {
        delete(file);
      }
    }
  }

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
