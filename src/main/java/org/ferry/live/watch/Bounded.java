package org.ferry.live.watch;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A stream that takes so many bytes and refuses more. */
final class Bounded extends FilterOutputStream {
  /** More came than there may be. */
  static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1;

    TooLarge(long most) {
      super("the file has more than " + most + " bytes");
    }
  }

  private final long most;
  private long left;

  /**
   * Bounds a stream.
   *
   * @param to is closed with it
   * @param most how many bytes
   */
  Bounded(OutputStream to, long most) {
    super(to);
    this.most = most;
    this.left = most;
  }

  private void count(int n) throws TooLarge {
    left -= n;
    if (left < 0) {
      throw new TooLarge(most);
    }
  }

  @Override
  public void write(int b) throws IOException {
    count(1);
    out.write(b);
  }

  @Override
  public void write(byte[] from, int start, int length) throws IOException {
    count(length);
    out.write(from, start, length);
  }
}
