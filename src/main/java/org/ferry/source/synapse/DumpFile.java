package org.ferry.source.synapse;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.ferry.source.SourceException;
import org.ferry.source.packed.Compression;
import org.jspecify.annotations.Nullable;

/**
 * A dump as a stream, whatever it is wrapped in. Its kind is told by its content; what cannot be
 * read is refused with the remedy before a byte is taken for SQL.
 */
final class DumpFile implements AutoCloseable {
  private static final int TAR_BLOCK = 512;

  private final String label;
  private final FileKind kind;
  private final boolean packed;
  private final Metered bytes;
  private final InputStream content;
  private final byte[] head;
  private final String format;

  private DumpFile(
      String label,
      FileKind kind,
      boolean packed,
      Metered bytes,
      InputStream content,
      byte[] head,
      String format) {
    this.label = label;
    this.kind = kind;
    this.packed = packed;
    this.bytes = bytes;
    this.content = content;
    this.head = head;
    this.format = format;
  }

  /** Opens a file, a folder of pg_dump's, or standard input for {@code "-"}. */
  static DumpFile open(
      String source, InputStream standardInput, LoadProgress progress, Surroundings around) {
    if (source.equals("-")) {
      return wrap("standard input", standardInput, -1, progress, around);
    }
    Path path = Path.of(source);
    try {
      return Files.isDirectory(path)
          ? DumpFolder.open(path, progress, around)
          : wrap(source, Files.newInputStream(path), Files.size(path), progress, around);
    } catch (IOException e) {
      String why =
          Files.exists(path) ? "cannot be read (" + e.getMessage() + ")" : "does not exist";
      throw new SourceException(
          source + " " + why + ". Give Ferry the path of a dump that it may read.", e);
    }
  }

  static DumpFile wrap(
      String label, InputStream in, long total, LoadProgress progress, Surroundings around) {
    Metered bytes = new Metered(in, total, progress);
    try {
      PushbackInputStream start = new PushbackInputStream(bytes, FileKind.HEAD);
      byte[] head = head(start);
      FileKind kind = allowed(FileKind.of(head), label);
      if (kind != FileKind.COMPRESSED) {
        return of(label, kind, bytes, start, head, false, around);
      }
      InputStream plain = Compression.of(head).open(start, bytes::count, label);
      PushbackInputStream inner = new PushbackInputStream(plain, FileKind.HEAD);
      byte[] innerHead = head(inner);
      FileKind innerKind = allowed(FileKind.of(innerHead), label + ", uncompressed,");
      if (innerKind == FileKind.COMPRESSED) {
        throw new SourceException(
            label + " is compressed twice. Uncompress it once and give Ferry the result.");
      }
      return of(label, innerKind, bytes, inner, innerHead, true, around);
    } catch (IOException e) {
      throw closing(bytes, failure(label, "at its beginning", e));
    } catch (SourceException e) {
      throw closing(bytes, e);
    }
  }

  private static DumpFile of(
      String label,
      FileKind kind,
      Metered bytes,
      InputStream in,
      byte[] head,
      boolean packed,
      Surroundings around)
      throws IOException {
    if (kind != FileKind.CUSTOM && kind != FileKind.DUMP_TAR) {
      return new DumpFile(label, kind, packed, bytes, in, head, "");
    }
    boolean tar = kind == FileKind.DUMP_TAR;
    String format = tar ? "tar format" : "custom format";
    Optional<String> maker = Archive.maker(head, tar ? TAR_BLOCK : 0);
    AtomicLong read = new AtomicLong();
    InputStream counted = new Counted(in, read);
    InputStream text =
        Compression.guarded(
            RestoredText.start(around.path(), label, format, maker, counted, null),
            read::get,
            label);
    return new DumpFile(label, FileKind.TEXT, packed, bytes, text, head, format);
  }

  /** A dump whose text comes from elsewhere, such as a folder. */
  static DumpFile ofText(String label, Metered fingerprinted, InputStream text, String format) {
    return new DumpFile(label, FileKind.TEXT, false, fingerprinted, text, new byte[0], format);
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

  /** True where it is an SQLite database and {@link #content()} no text. */
  boolean isSqlite() {
    return kind == FileKind.SQLITE;
  }

  /** True where it came compressed. */
  boolean isPacked() {
    return packed;
  }

  /** The format of pg_dump in words; null for text. */
  @Nullable String format() {
    return format.isEmpty() ? null : format;
  }

  /** Its first kilobytes, as text. */
  String head() {
    return new String(head, StandardCharsets.UTF_8);
  }

  /**
   * What was in the wrapping: the dump's text, or the database's bytes. Errors are put into words
   * by {@link #failure}.
   */
  InputStream content() {
    return content;
  }

  /** The SHA-256 of the file as it lies there, in hexadecimal; once, after the text was read. */
  String fingerprint() throws IOException {
    return bytes.fingerprint();
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
      content.close();
      bytes.close();
    } catch (IOException e) {
      throw new SourceException(label + " could not be closed: " + e.getMessage(), e);
    }
  }
}
