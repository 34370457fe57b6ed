package org.ferry.store.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Locale;
import java.util.UUID;

/** Small file work whose failures say what to do. */
final class Folders {
  private static final String PRIVATE_FOLDER = "rwx------";
  private static final String PRIVATE_FILE = "rw-------";

  private Folders() {}

  /** Makes a folder that only its owner can read, its parents with it. */
  static Path makePrivate(Path folder) {
    try {
      Files.createDirectories(folder.toAbsolutePath().getParent());
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE_FOLDER)));
      }
      return folder.toRealPath();
    } catch (IOException e) {
      throw failure("make the folder", folder, e);
    }
  }

  /** Writes a file of mode 0600 so that a reader sees it whole or not at all. */
  static void writePrivate(Path file, String text) {
    Path fresh = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".new");
    try {
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE_FILE)));
      Files.writeString(fresh, text, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      deleteQuietly(fresh);
      throw failure("write", file, e);
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The first failure is the one to report.
    }
  }

  /** Deletes a folder and what is in it, if it is there. */
  static void deleteTree(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      throw failure("delete", folder, e);
    }
  }

  static EmbeddedPostgresException failure(String verb, Path path, Exception cause) {
    return new EmbeddedPostgresException(
        "Ferry could not %s %s for its embedded PostgreSQL: %s. %s"
            .formatted(verb, path, reason(cause), remedy(cause)),
        cause);
  }

  private static String reason(Exception cause) {
    return switch (cause) {
      case AccessDeniedException e -> "permission denied";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      default -> String.valueOf(cause.getMessage());
    };
  }

  private static String remedy(Exception cause) {
    String text = reason(cause).toLowerCase(Locale.ROOT);
    if (text.contains("no space") || text.contains("quota")) {
      return "Free some disk space and run the command again.";
    }
    return "Choose a folder that this user can write to (data_dir, or XDG_CACHE_HOME for the"
        + " cache), or "
        + EmbeddedPostgresException.USE_EXTERNAL
        + ".";
  }
}
