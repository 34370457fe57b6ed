package org.ferry.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a report for its owner's eyes: it names people and rooms. */
final class ReportFile {
  private ReportFile() {}

  /**
   * Where a report is to be written; asked before hours of comparing.
   *
   * @throws UsageException where nothing can be written there
   */
  static Path at(Path folder, Path asked) {
    Path file = folder.resolve(asked).toAbsolutePath().normalize();
    Path parent = file.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new UsageException("--report %s: there is no such folder".formatted(asked));
    }
    if (Files.isDirectory(file)) {
      throw new UsageException("--report %s is a folder; name a file in it".formatted(asked));
    }
    return file;
  }

  /**
   * Writes the page, whole or not at all.
   *
   * @param file where to; an earlier report there is replaced
   * @param html the page
   * @throws UsageException where it cannot be written there
   */
  static void write(Path file, String html) {
    try {
      byte[] page = html.getBytes(StandardCharsets.UTF_8);
      long unused =
          WholeFile.write(
              file.toAbsolutePath(),
              true,
              out -> {
                out.write(page);
                return page.length;
              });
    } catch (IOException e) {
      throw new UsageException(
          "--report %s cannot be written (%s); make room or the folder writable, or name another file."
              .formatted(file, Output.words(e)));
    }
  }
}
