package org.ferry.cli;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that a command writes: whole or not at all, so that a full disk leaves the old one. */
final class Output {
  private Output() {}

  /** Something that writes a text. */
  interface Text {
    void to(Writer writer) throws IOException;
  }

  static void write(Path file, String text) {
    stream(file, writer -> writer.write(text.endsWith("\n") ? text : text + "\n"));
  }

  static void stream(Path file, Text text) {
    Path unfinished = file.resolveSibling("." + file.getFileName() + ".unfinished");
    try {
      try (Writer writer = Files.newBufferedWriter(unfinished)) {
        text.to(writer);
      }
      Path unused = Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      try {
        boolean unusedGone = Files.deleteIfExists(unfinished);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw new UsageException(
          "%s cannot be written (%s); make room or the folder writable, or name another file with -o"
              .formatted(file, e));
    }
  }
}
