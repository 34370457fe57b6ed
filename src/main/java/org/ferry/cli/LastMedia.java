package org.ferry.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The media store that was named last, kept beside Ferry's data so that {@code migrate} after
 * {@code analyze --media} need not be told again. It is a convenience: where it cannot be kept, the
 * next command has to be told.
 */
final class LastMedia {
  private final Path file;

  LastMedia(Path dataDir) {
    this.file = dataDir.resolve("last-media");
  }

  /** The store named last, where it still exists. */
  Optional<Path> path() {
    try {
      return Files.exists(file)
          ? Optional.of(Path.of(Files.readString(file).strip())).filter(Files::exists)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  void remember(Path path) {
    try {
      Path unusedFolder = Files.createDirectories(file.getParent());
      Path unused = Files.writeString(file, path + "\n");
    } catch (IOException e) {
      // Nothing depends on it, see above.
    }
  }
}
