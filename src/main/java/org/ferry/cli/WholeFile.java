package org.ferry.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Writes a file for its owner alone, whole or not at all: what broke off never takes a good one's
 * place.
 */
final class WholeFile {
  private WholeFile() {}

  /** Writes, and says how much. */
  @FunctionalInterface
  interface Writer {
    /** Writes to a stream that somebody else closes; gives how much of what it counts. */
    long write(OutputStream out) throws IOException;
  }

  /**
   * Where a file is to be written; asked before the work.
   *
   * @param what such as {@code backup}
   * @throws UsageException where one is there that nobody said to write over
   */
  static Path free(Path folder, Path asked, boolean force, String what) {
    Path file = folder.resolve(asked).toAbsolutePath();
    if (!force && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new UsageException(
          "%s is there; --force puts the new %s in its place, or name another file."
              .formatted(file, what));
    }
    return file;
  }

  /**
   * Writes it, mode 0600.
   *
   * @param even whether there is a file even where nothing was written
   * @return what the writer said
   * @throws IOException where it cannot be written; what was there before is there still
   */
  static long write(Path file, boolean even, Writer writer) throws IOException {
    Path fresh =
        Files.createTempFile(
            file.getParent(),
            ".ferry",
            ".part",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      long written;
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE);
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
        written = writer.write(out);
        out.flush();
        channel.force(true);
      }
      if (written > 0 || even) {
        Path unused =
            Files.move(
                fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      }
      return written;
    } finally {
      boolean unused = Files.deleteIfExists(fresh);
    }
  }
}
