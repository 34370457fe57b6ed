package org.ferry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.Secret;

/** Reads secrets that stand in files of their own. */
final class SecretFiles {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private final Values values;
  private final Path folder;
  private final List<Problem> warnings;

  SecretFiles(Values values, Path folder, List<Problem> warnings) {
    this.values = values;
    this.folder = folder;
    this.warnings = warnings;
  }

  /**
   * The secret that {@code key} or {@code key_file} gives, if one does. Both, or a file that cannot
   * be read, are problems.
   */
  Optional<Secret> find(String key) {
    String fileKey = key + "_file";
    boolean here = values.given(key);
    boolean inFile = values.given(fileKey);
    if (here && inFile) {
      values.problem(fileKey, "and " + last(key) + " are both given; keep one of them");
      return Optional.empty();
    }
    Optional<Secret> direct = values.find(key, Secret.class);
    return direct.isPresent() || !inFile
        ? direct
        : values.find(fileKey, Path.class).flatMap(p -> read(fileKey, folder.resolve(p)));
  }

  /** Finds the problems of a secret that nothing uses yet. */
  void check(String key) {
    find(key).ifPresent(s -> {});
  }

  /** The secret that a file holds; what keeps it from being read is a problem of the key. */
  Optional<Secret> read(String key, Path file) {
    try {
      String text = Files.readString(file).strip();
      if (text.isEmpty()) {
        values.problem(key, file + " is empty; write the secret into it");
        return Optional.empty();
      }
      warnIfOpen(values, key, file, warnings);
      return Optional.of(Secret.of(text));
    } catch (IOException e) {
      values.problem(key, unreadable(file));
      return Optional.empty();
    }
  }

  /** Why a file cannot be read, and what to do. */
  static String unreadable(Path file) {
    if (!Files.exists(file)) {
      return file + " does not exist; relative paths are relative to the configuration file";
    }
    if (Files.isDirectory(file)) {
      return file + " is a folder; a file is expected";
    }
    return Files.isReadable(file)
        ? file + " cannot be read as UTF-8 text; save it in that encoding"
        : file
            + " cannot be read by user "
            + System.getProperty("user.name")
            + "; change its owner";
  }

  /** Warns where others than the owner and their group can open a file of secrets. */
  static void warnIfOpen(Values values, String key, Path file, List<Problem> warnings) {
    try {
      boolean closed = Collections.disjoint(Files.getPosixFilePermissions(file), OTHERS);
      if (!closed) {
        warnings.add(
            new Problem(
                values.file(),
                values.line(key),
                key,
                "other users can open " + file + "; run: chmod 600 " + file));
      }
    } catch (IOException | UnsupportedOperationException e) {
      // reason: a file system without owners has nothing to warn of.
    }
  }

  private static String last(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }
}
