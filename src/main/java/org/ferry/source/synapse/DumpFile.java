package org.ferry.source.synapse;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.ferry.source.SourceException;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;

/**
 * A dump as a stream of text, whatever it is wrapped in. Its kind is told by its content; what
 * cannot be read is refused with the remedy before a byte is taken for SQL.
 */
final class DumpFile implements AutoCloseable {
  /** 128 MiB: the largest zstd window that is opened without asking (zstd --long=27). */
  private static final int ZSTD_WINDOW_LOG = 27;

  /** KiB; xz -9 needs 65 MiB. */
  private static final int XZ_MEMORY = 100 * 1024;

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
      FileKind kind = kind(start, label, false);
      InputStream plain = unpack(kind, start);
      if (kind == FileKind.TEXT) {
        return new DumpFile(label, packed, plain);
      }
      InputStream guarded = new BombGuard(plain, packed, label);
      PushbackInputStream inner = new PushbackInputStream(guarded, FileKind.HEAD);
      if (kind(inner, label, true) != FileKind.TEXT) {
        throw new SourceException(
            label + " is compressed twice. Uncompress it once and give Ferry the result.");
      }
      return new DumpFile(label, packed, inner);
    } catch (IOException | RuntimeException e) {
      throw closing(packed, failure(label, "at its beginning", e));
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

  private static FileKind kind(PushbackInputStream in, String label, boolean unpacked)
      throws IOException {
    byte[] head = in.readNBytes(FileKind.HEAD);
    FileKind kind = FileKind.of(head);
    String refusal = kind.refusal(unpacked ? label + ", uncompressed," : label);
    if (refusal != null) {
      throw new SourceException(refusal);
    }
    in.unread(head);
    return kind;
  }

  private static InputStream unpack(FileKind kind, InputStream in) throws IOException {
    InputStream packed = new BufferedInputStream(in, 1 << 16);
    return switch (kind) {
      case GZIP ->
          GzipCompressorInputStream.builder()
              .setInputStream(packed)
              .setDecompressConcatenated(true)
              .get();
      case ZSTD -> new ZstdInputStreamNoFinalizer(packed).setLongMax(ZSTD_WINDOW_LOG);
      case XZ -> new XZInputStream(packed, XZ_MEMORY);
      default -> in;
    };
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
  static SourceException failure(String label, String where, Throwable e) {
    if (e instanceof SourceException known) {
      return known;
    }
    String text = String.valueOf(e.getMessage());
    if (e instanceof MemoryLimitException || text.contains("too much memory")) {
      return new SourceException(
          label
              + " was compressed with a window larger than 128 MiB and was left alone."
              + " Uncompress it, or compress it again without --long above 27.",
          e);
    }
    boolean cut = e instanceof java.io.EOFException || isCut(text);
    return new SourceException(
        label
            + (cut ? " ends too early, " : " is damaged, ")
            + where
            + (cut ? ": it was cut off." : " (" + text + ").")
            + " Nothing was taken over. Take the dump again, or copy it again in full.",
        e);
  }

  private static boolean isCut(@Nullable String text) {
    return text != null && (text.contains("Truncated") || text.contains("Unexpected end"));
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
