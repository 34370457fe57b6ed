package org.ferry.source.media;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ferry.source.Leftovers;
import org.ferry.source.SourceException;

/** Scratch files of media stores; those of a killed process are swept. */
final class Spool {
  private static final String KIND = "media";

  private Spool() {}

  /** Makes an empty file that only this user reads. */
  static Path create(Path folder) {
    try {
      Files.createDirectories(folder);
      Leftovers.sweep(folder, KIND);
      return Files.createTempFile(folder, Leftovers.prefix(KIND), ".spool");
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

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
