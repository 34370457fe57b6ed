package org.ferry.source.synapse;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.ferry.source.SourceException;

/** Stops a compressed stream that grows as no dump does (decompression bomb). */
final class BombGuard extends FilterInputStream {
  /** Dumps compress to between a third and a hundredth; zeros to a thousandth and less. */
  private static final long RATIO = 200;

  /** Before this much has come out, a ratio says nothing. */
  private static final long GRACE = 64L << 20;

  private final Metered packed;
  private final String label;
  private long out;

  BombGuard(InputStream unpacked, Metered packed, String label) {
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

  private void count(int n) {
    out += Math.max(n, 0);
    if (out > GRACE && out / RATIO > packed.count()) {
      throw new SourceException(
          label
              + " unpacks to more than "
              + RATIO
              + " times its size, which no dump does, and was left alone."
              + " If it is a real dump, unpack it and give Ferry the text.");
    }
  }
}
