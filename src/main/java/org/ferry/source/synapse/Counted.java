package org.ferry.source.synapse;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;

/** Counts bytes for another thread to see. */
final class Counted extends FilterInputStream {
  private final AtomicLong count;

  Counted(InputStream in, AtomicLong count) {
    super(in);
    this.count = count;
  }

  @Override
  public int read() throws IOException {
    int b = in.read();
    long unused = b < 0 ? 0 : count.incrementAndGet();
    return b;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    int n = in.read(b, off, len);
    long unused = n < 0 ? 0 : count.addAndGet(n);
    return n;
  }
}
