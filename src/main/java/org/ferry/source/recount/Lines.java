package org.ferry.source.recount;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The lines of a stream of bytes; of a line that is too long only the beginning is kept. */
final class Lines {
  private static final int LONGEST = 4 << 20;

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int next;
  private int filled;
  private byte[] line = new byte[1 << 12];
  private int length;

  Lines(InputStream in) {
    this.in = in;
  }

  /** Reads a line; false at the end. */
  boolean advance() throws IOException {
    length = 0;
    boolean any = false;
    while (next < filled || fill()) {
      any = true;
      int end = next;
      while (end < filled && buffer[end] != '\n') {
        end++;
      }
      keep(next, end);
      next = end + 1;
      if (end < filled) {
        return true;
      }
    }
    return any;
  }

  private boolean fill() throws IOException {
    next = 0;
    filled = Math.max(0, in.read(buffer));
    return filled > 0;
  }

  private void keep(int from, int to) {
    int count = Math.min(to - from, LONGEST - length);
    if (length + count > line.length) {
      line = Arrays.copyOf(line, Math.max(2 * line.length, length + count));
    }
    System.arraycopy(buffer, from, line, length, count);
    length += count;
  }

  /** The line's bytes; valid until the next one. */
  byte[] bytes() {
    return line;
  }

  /** How many they are. */
  int length() {
    return length > 0 && line[length - 1] == '\r' ? length - 1 : length;
  }
}
