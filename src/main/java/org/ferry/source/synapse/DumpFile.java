package org.ferry.source.synapse;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ferry.source.SourceException;
import org.ferry.source.packed.Compression;

/**
 * A dump as a stream of text, whatever it is wrapped in. Its kind is told by its content; what
 * cannot be read is refused with the remedy before a byte is taken for SQL.
 */
final class DumpFile implements AutoCloseable {
  private final String label;
  private final Metered packed;
  private final InputStream text;

  private DumpFile(String label, Metered packed, InputStream text) {
    this.label = label;
    this.packed = packed;
    this.text = text;
  }

  /** Opens a file, or standard input for {@code "-"}. */
  static DumpFile open(String source, InputStream standardInput, LoadProgress progress) {
    if (source.equals("-")) {
      return wrap("standard input", standardInput, -1, progress);
    }
    Path path = Path.of(source);
    refuseFolder(path);
    try {
      return wrap(source, Files.newInputStream(path), Files.size(path), progress);
    } catch (IOException e) {
      String why =
          Files.exists(path) ? "cannot be read (" + e.getMessage() + ")" : "does not exist";
      throw new SourceException(
          source + " " + why + ". Give Ferry the path of a pg_dump file that it may read.", e);
    }
  }

  private static void refuseFolder(Path path) {
    if (Files.isDirectory(path)) {
      boolean dump = Files.exists(path.resolve("toc.dat"));
      throw new SourceException(
          dump
              ? path
                  + " is a dump in pg_dump's directory format, which Ferry does not read yet."
                  + " Turn it into text: pg_restore -f dump.sql "
                  + path
                  + ", then give Ferry dump.sql."
              : path + " is a folder. Give Ferry the dump file in it.");
    }
  }

  static DumpFile wrap(String label, InputStream in, long total, LoadProgress progress) {
    Metered packed = new Metered(in, total, progress);
    try {
      PushbackInputStream start = new PushbackInputStream(packed, FileKind.HEAD);
      byte[] head = head(start);
      FileKind kind = allowed(FileKind.of(head), label);
      if (kind == FileKind.TEXT) {
        return new DumpFile(label, packed, start);
      }
      InputStream plain = Compression.of(head).open(start, packed::count, label);
      PushbackInputStream inner = new PushbackInputStream(plain, FileKind.HEAD);
      if (allowed(FileKind.of(head(inner)), label + ", uncompressed,") != FileKind.TEXT) {
        throw new SourceException(
            label + " is compressed twice. Uncompress it once and give Ferry the result.");
      }
      return new DumpFile(label, packed, inner);
    } catch (IOException e) {
      throw closing(packed, failure(label, "at its beginning", e));
    } catch (SourceException e) {
      throw closing(packed, e);
    }
  }

  private static SourceException closing(InputStream in, SourceException failure) {
    try {
      in.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  private static byte[] head(PushbackInputStream in) throws IOException {
    byte[] head = in.readNBytes(FileKind.HEAD);
    in.unread(head);
    return head;
  }

  private static FileKind allowed(FileKind kind, String label) {
    String refusal = kind.refusal(label);
    if (refusal != null) {
      throw new SourceException(refusal);
    }
    return kind;
  }

  String label() {
    return label;
  }

  /** The dump's text; its errors are put into words by {@link #failure}. */
  InputStream text() {
    return text;
  }

  /** The SHA-256 of the file as it lies there, in hexadecimal; once, after the text was read. */
  String fingerprint() throws IOException {
    return packed.fingerprint();
  }

  /** Says what an error while reading means. */
  static SourceException failure(String label, String where, IOException e) {
    return new SourceException(
        Compression.explain(label, where, e)
            + " Nothing was taken over. Take the dump again, or copy it again in full;"
            + " without compression Ferry reads it too.",
        e);
  }

  @Override
  public void close() {
    try {
      text.close();
      packed.close();
    } catch (IOException e) {
      throw new SourceException(label + " could not be closed: " + e.getMessage(), e);
    }
  }
}
