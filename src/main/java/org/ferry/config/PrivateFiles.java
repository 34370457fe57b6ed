package org.ferry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.ferry.id.Secret;

/** Writes files that only their owner may open. */
public final class PrivateFiles {
  private PrivateFiles() {}

  /**
   * Writes a whole file with mode 0600: after a crash there is the old file or the new one, and at
   * no moment one that others can open.
   *
   * @throws ConfigException where that is not possible, with the reason
   */
  public static void write(Path file, String text) {
    Path folder = file.toAbsolutePath().getParent();
    try {
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Path fresh = Files.createTempFile(folder, ".ferry", ".tmp", ownerOnly(file));
      try {
        Files.writeString(fresh, text, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
        Files.move(
            fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw new ConfigException(
          file.toString(),
          "cannot be written: " + e + "; is its folder there, writable, not full?");
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path file) {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /**
   * The secret that a file holds; empty where there is no such file.
   *
   * @throws ConfigException where it cannot be read or is empty
   */
  public static Optional<Secret> read(Path file) {
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      String text = Files.readString(file).strip();
      if (text.isEmpty()) {
        throw new ConfigException(file.toString(), "is empty; write the secret into it");
      }
      return Optional.of(Secret.of(text));
    } catch (IOException e) {
      throw new ConfigException(file.toString(), "cannot be read; is it a file of yours?");
    }
  }

  /** Removes a file that is not needed any more. */
  public static void remove(Path file) {
    try {
      boolean unused = Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new ConfigException(file.toString(), "cannot be removed: " + e);
    }
  }
}
