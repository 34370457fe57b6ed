package org.ferry.config;

import java.nio.file.Path;
import java.util.Optional;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.Secret;

/** The file of the key that protects keys in the database. */
public final class PickleKeyFile {
  private PickleKeyFile() {}

  /** Whether a file holds a key, which then may protect something. */
  public static boolean holdsKey(Path file) {
    Optional<Secret> there = PrivateFiles.read(file);
    try {
      return there.isPresent() && !PickleKey.parse(there.get()).id().isEmpty();
    } catch (KeyException e) {
      // reason: what is no key has protected nothing.
      return false;
    }
  }

  /**
   * Makes a key, unless the file holds one: keys in a database could be under it, and would be lost
   * with it.
   */
  static void make(Path file) {
    if (!holdsKey(file)) {
      PrivateFiles.write(file, PickleKey.random().text().reveal() + "\n");
    }
  }
}
