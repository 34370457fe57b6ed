package org.ferry.source.packed;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;
import org.ferry.source.SourceException;

/** Stops a compressed stream that grows as no dump or media store does (decompression bomb). */
final class BombGuard extends FilterInputStream {
  /** Dumps compress to between a third and a hundredth; zeros to a thousandth and less. */
  private static final long RATIO = 200;

  /** Before this much has come out, a ratio says nothing. */
  private static final long GRACE = 64L << 20;

  private final LongSupplier packed;
  private final String label;
  private long out;

  BombGuard(InputStream unpacked, LongSupplier packed, String label) {
    super(unpacked);
    this.packed = packed;
    this.label = label;
  }

  @Override
  public int read() throws IOException {
    int b = in.read();
    count(b < 0 ? 0 : 1);
    return b;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    int n = in.read(b, off, len);
    count(n);
    return n;
  }

  @Override
  public long skip(long n) throws IOException {
    byte[] dropped = new byte[(int) Math.min(n, 1 << 16)];
    return n <= 0 ? 0 : Math.max(0, read(dropped, 0, dropped.length));
  }

  private void count(int n) {
    out += Math.max(n, 0);
    if (out > GRACE && out / RATIO > packed.getAsLong()) {
      throw new SourceException(
          label
              + " unpacks to more than "
              + RATIO
              + " times its size, which no real one does, and was left alone."
              + " If you know it is real, unpack it yourself and give Ferry the result.");
    }
  }
}
