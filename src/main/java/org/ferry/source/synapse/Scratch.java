package org.ferry.source.synapse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ferry.source.SourceException;

/**
 * A folder for copies, readable by this user alone and gone when it is closed; what a killed Ferry
 * left is cleared by the next one.
 */
final class Scratch implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile("sqlite-([0-9]{1,18})-.*");

  private final Path folder;

  private Scratch(Path folder) {
    this.folder = folder;
  }

  static Scratch make(Path parent) {
    try {
      Files.createDirectories(parent);
      sweep(parent);
      return new Scratch(
          Files.createTempDirectory(
              parent,
              "sqlite-" + ProcessHandle.current().pid() + "-",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
    } catch (IOException e) {
      throw failed(parent, e);
    }
  }

  private static void sweep(Path parent) throws IOException {
    for (Path path : list(parent)) {
      Matcher m = NAME.matcher(path.getFileName().toString());
      if (m.matches() && ProcessHandle.of(Long.parseLong(m.group(1))).isEmpty()) {
        delete(path);
      }
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
      delete(folder);
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  private static void delete(Path folder) throws IOException {
    for (Path file : list(folder)) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(folder);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
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
