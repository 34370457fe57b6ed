package org.ferry.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Files that a command writes: whole or not at all, so that a full disk leaves the old one. They
 * name people, so that only their owner may open them; who lets others read one is heeded when it
 * is written again.
 */
final class Output {
  /** A name that nobody else gives a file of theirs. */
  private static final String UNFINISHED = ".ferry-unfinished-";

  /** No command writes for so long. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  private Output() {}

  /** Something that writes a text. */
  interface Text {
    void to(Writer writer) throws IOException;
  }

  static void write(Path file, String text) {
    stream(file, writer -> writer.write(text.endsWith("\n") ? text : text + "\n"));
  }

  static void stream(Path file, Text text) {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        // A device or a pipe is written to; moving a file there would put it out of the way.
        fill(file, text);
      } else {
        replace(Files.exists(file) ? file.toRealPath() : file, text);
      }
    } catch (IOException e) {
      throw new UsageException(
          "%s cannot be written (%s); make room or the folder writable, or name another file with -o"
              .formatted(file, words(e)));
    }
  }

  /** By a file of its own: another process may be at the same one. What a killed one left goes. */
  private static void replace(Path file, Text text) throws IOException {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    sweep(folder);
    Path unfinished =
        Files.createTempFile(folder, UNFINISHED, "-" + file.getFileName(), ownersAlone(file));
    try {
      fill(unfinished, text);
      if (Files.exists(file) && isPosix(file)) {
        Path unused =
            Files.setPosixFilePermissions(unfinished, Files.getPosixFilePermissions(file));
      }
      Path unused = Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      try {
        boolean unused = Files.deleteIfExists(unfinished);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /** The folder may be anybody's: what cannot be seen or removed there is left. */
  private static void sweep(Path folder) {
    Instant before = Instant.now().minus(ABANDONED);
    try (Stream<Path> all = Files.list(folder)) {
      for (Path path : all.filter(Output::isUnfinished).toList()) {
        if (Files.getLastModifiedTime(path).toInstant().isBefore(before)) {
          boolean unused = Files.deleteIfExists(path);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      System.getLogger(Output.class.getName())
          .log(System.Logger.Level.DEBUG, "looking for unfinished files in " + folder, e);
    }
  }

  private static boolean isUnfinished(Path path) {
    return path.getFileName().toString().startsWith(UNFINISHED)
        && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Standard output that says where it takes no more, which a PrintStream keeps to itself: its
   * reader has ended, or its disk is full.
   */
  static OutputStream standard(PrintStream out) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
        flush();
      }

      @Override
      public void flush() throws IOException {
        if (out.checkError()) {
          throw new FileSystemException(
              "standard output", null, "its reader has ended, or its disk is full");
        }
      }
    };
  }

  /** Why a file could not be read, in words. */
  static String unread(IOException e) {
    return e instanceof NoSuchFileException ? "there is no such file" : words(e);
  }

  /** Creates it for its owner alone, whatever the process's mask says. */
  private static FileAttribute<?>[] ownersAlone(Path file) {
    return isPosix(file)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static void fill(Path file, Text text) throws IOException {
    try (Writer writer = Files.newBufferedWriter(file)) {
      text.to(writer);
    }
  }

  static String words(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "there is no such folder";
      case AccessDeniedException denied -> "permission denied";
      case FileSystemException failed when failed.getReason() != null -> failed.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
