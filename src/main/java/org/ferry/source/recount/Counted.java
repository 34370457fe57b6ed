package org.ferry.source.recount;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** Tells how many bytes were read. */
final class Counted extends FilterInputStream {
  private final LongConsumer progress;
  private long count;

  Counted(InputStream in, LongConsumer progress) {
    super(in);
    this.progress = progress;
  }

  long count() {
    return count;
  }

  @Override
  public int read() throws IOException {
    int b = super.read();
    told(b < 0 ? 0 : 1);
    return b;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    int read = super.read(into, from, length);
    told(Math.max(0, read));
    return read;
  }

  private void told(int read) {
    count += read;
    progress.accept(count);
  }
}
