package org.ferry.source.synapse;

import java.io.InputStream;
import java.util.Arrays;

/** The same byte very often. */
final class Repeated extends InputStream {
  private final byte value;
  private long left;

  Repeated(byte value, long count) {
    this.value = value;
    left = count;
  }

  @Override
  public int read() {
    return left-- > 0 ? value : -1;
  }

  @Override
  public int read(byte[] b, int off, int len) {
    if (left <= 0) {
      return -1;
    }
    int n = (int) Math.min(len, left);
    Arrays.fill(b, off, off + n, value);
    left -= n;
    return n;
  }
}
