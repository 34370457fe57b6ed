package org.ferry.source.synapse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.ferry.source.Leftovers;
import org.ferry.source.SourceException;

/**
 * A folder for copies, readable by this user alone and gone when it is closed; what a killed Ferry
 * left is cleared by the next one.
 */
final class Scratch implements AutoCloseable {
  private static final String KIND = "sqlite";

  private final Path folder;

  private Scratch(Path folder) {
    this.folder = folder;
  }

  static Scratch make(Path parent) {
    try {
      Files.createDirectories(parent);
      Leftovers.sweep(parent, KIND);
      return new Scratch(
          Files.createTempDirectory(
              parent,
              Leftovers.prefix(KIND),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
    } catch (IOException e) {
      throw failed(parent, e);
    }
  }

  /** Keeps a stream's bytes; an error of the stream itself is thrown as it is. */
  Path take(InputStream in, String name) throws IOException {
    Path file = folder.resolve(name);
    try (var out = Files.newOutputStream(file)) {
      byte[] block = new byte[1 << 16];
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        try {
          out.write(block, 0, n);
        } catch (IOException e) {
          throw failed(folder, e);
        }
      }
    }
    return file;
  }

  Path copy(Path from, String name) throws IOException {
    try (InputStream in = Files.newInputStream(from)) {
      return take(in, name);
    }
  }

  @Override
  public void close() {
    try {
      Leftovers.delete(folder);
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  private static SourceException failed(Path folder, IOException e) {
    return new SourceException(
        "A copy of the database cannot be made in "
            + folder
            + ": "
            + e.getMessage()
            + ". Give Ferry the right to write there, or space (data_dir says where).",
        e);
  }
}
