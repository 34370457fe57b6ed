package org.ferry.source.packed;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;

/** A compression that Ferry reads, told by the first bytes of a file and never by its name. */
public enum Compression {
  /** No compression that Ferry knows. */
  NONE,
  /** gzip, also several members one after the other. */
  GZIP(0x1f, 0x8b),
  /** Zstandard. */
  ZSTD(0x28, 0xb5, 0x2f, 0xfd),
  /** xz. */
  XZ(0xfd, '7', 'z', 'X', 'Z', 0);

  /** 128 MiB: the largest window that zstd itself opens without being asked. */
  private static final int ZSTD_WINDOW_LOG = 27;

  /** KiB; what xz -9 made needs 65 MiB. */
  private static final int XZ_MEMORY = 100 * 1024;

  // reason: the array is never handed out
  @SuppressWarnings("ImmutableEnumChecker")
  private final int[] magic;

  Compression(int... magic) {
    this.magic = magic;
  }

  /**
   * Tells the compression.
   *
   * @param head the first bytes of a file, six or more unless it has fewer
   */
  public static Compression of(byte[] head) {
    for (Compression c : new Compression[] {GZIP, ZSTD, XZ}) {
      if (c.begins(head)) {
        return c;
      }
    }
    return NONE;
  }

  private boolean begins(byte[] head) {
    for (int i = 0; i < magic.length; i++) {
      if (i >= head.length || (head[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Opens a stream for reading uncompressed. A frame that wants more than 128 MiB of memory is
   * refused before any is taken, and a stream that grows as no real file does is stopped.
   *
   * @param in the compressed bytes
   * @param packed tells how many compressed bytes were read so far
   * @param label what to call the file in messages
   * @return the uncompressed bytes; {@code in} itself for {@link #NONE}
   * @throws IOException where the beginning is damaged
   */
  public InputStream open(InputStream in, LongSupplier packed, String label) throws IOException {
    return this == NONE ? in : new BombGuard(unpack(in), packed, label);
  }

  /**
   * Stops a stream that grows as no real file does, whatever unpacks it.
   *
   * @param unpacked the uncompressed bytes
   * @param packed tells how many compressed bytes were read so far
   * @param label what to call the file in messages
   * @return the same bytes; reading more than 200 times as many throws a {@code SourceException}
   */
  public static InputStream guarded(InputStream unpacked, LongSupplier packed, String label) {
    return new BombGuard(unpacked, packed, label);
  }

  private InputStream unpack(InputStream in) throws IOException {
    InputStream packed = new BufferedInputStream(in, 1 << 16);
    return switch (this) {
      case NONE -> in;
      case GZIP ->
          GzipCompressorInputStream.builder()
              .setInputStream(packed)
              .setDecompressConcatenated(true)
              .get();
      case ZSTD -> new ZstdInputStreamNoFinalizer(packed).setLongMax(ZSTD_WINDOW_LOG);
      case XZ -> new XZInputStream(packed, XZ_MEMORY);
    };
  }

  /**
   * Puts an error of reading into words.
   *
   * @param label what to call the file
   * @param where how far the reading had come, such as "in line 7"
   * @param e what a stream of {@link #open} threw
   * @return one sentence without the remedy
   */
  public static String explain(String label, String where, IOException e) {
    String text = String.valueOf(e.getMessage());
    if (e instanceof MemoryLimitException || text.contains("too much memory")) {
      return label + " was compressed with a window larger than 128 MiB and was left alone.";
    }
    boolean cut =
        e instanceof EOFException || text.contains("Truncated") || text.contains("Unexpected end");
    return cut
        ? label + " ends too early, " + where + ": it was cut off."
        : label + " is damaged, " + where + " (" + text + ").";
  }
}
