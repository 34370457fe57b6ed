package org.ferry.store.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where process numbers mean the same: this boot of this kernel, in this container. Elsewhere, that
 * a server's process is not to be seen does not prove that it is gone.
 */
final class Namespace {
  private Namespace() {}

  static void remember(Path home) {
    Folders.writePrivate(file(home), current());
  }

  static boolean sameAs(Path home) {
    try {
      return Files.readString(file(home)).equals(current());
    } catch (IOException e) {
      return false;
    }
  }

  private static Path file(Path home) {
    return home.resolve("started-in");
  }

  private static String current() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
          + " "
          + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
    } catch (IOException e) {
      return "unknown";
    }
  }
}
