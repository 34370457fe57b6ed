package org.ferry.source.synapse;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A window that moves over the dump, by bytes or by lines. Memory is bounded by the longest line
 * that somebody wants to see whole, and that by the given maximum.
 */
final class ByteWindow {
  /** What {@link #nextLine} found. */
  enum Found {
    /** A line, from {@link #start()} to {@link #end()}, without its line feed. */
    LINE,
    /** A line that is longer than the maximum; it was skipped. */
    TOO_LONG,
    /** The end of the file, possibly behind a line without a line feed. */
    END
  }

  private static final int USUAL = 1 << 20;

  private final InputStream in;
  private final int longest;
  private byte[] bytes = new byte[USUAL];
  private int position;
  private int limit;
  private int start;
  private int end;
  private long line = 1;

  /**
   * A window at the beginning of a stream.
   *
   * @param in what to read, any encoding and length
   * @param longest the longest line, in bytes, that is held whole
   */
  ByteWindow(InputStream in, int longest) {
    this.in = in;
    this.longest = longest;
  }

  byte[] bytes() {
    return bytes;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  /** The number of the line that the next byte belongs to, from 1. */
  long line() {
    return line;
  }

  /** The next byte, or -1 at the end. */
  int read() throws IOException {
    if (position == limit) {
      position = 0;
      limit = 0;
      if (!fill()) {
        return -1;
      }
    }
    byte b = bytes[position++];
    if (b == '\n') {
      line++;
    }
    return b & 0xff;
  }

  /**
   * Moves behind the next {@code stop} and keeps what stands before it.
   *
   * @param into takes the bytes, as far as {@code most} allows; what is beyond it is read over
   * @return false where the file ends before
   */
  boolean readUntil(byte stop, ByteSink into, int most) throws IOException {
    while (true) {
      int found = CopyText.indexOf(bytes, position, limit, stop);
      int to = found < 0 ? limit : found;
      into.put(bytes, position, Math.min(to, position + Math.max(0, most - into.size())));
      countLines(position, to);
      position = to;
      if (found >= 0) {
        position++;
        return true;
      }
      position = 0;
      limit = 0;
      if (!fill()) {
        return false;
      }
    }
  }

  private void countLines(int from, int to) {
    int feed = CopyText.indexOf(bytes, from, to, (byte) '\n');
    while (feed >= 0) {
      line++;
      feed = CopyText.indexOf(bytes, feed + 1, to, (byte) '\n');
    }
  }

  /**
   * Moves behind the next line feed that no backslash takes away.
   *
   * @param whole true where the line must be kept whole; else only a short one is
   */
  Found nextLine(boolean whole) throws IOException {
    start = position;
    int searched = position;
    boolean lost = false;
    while (true) {
      int feed = CopyText.indexOf(bytes, searched, limit, (byte) '\n');
      if (feed >= 0) {
        line++;
        searched = feed + 1;
        if (isEscaped(feed)) {
          continue;
        }
        end = feed;
        position = feed + 1;
        return lost ? Found.TOO_LONG : Found.LINE;
      }
      searched = limit;
      lost |= makeRoom(whole && !lost);
      searched = Math.min(searched, limit);
      if (!fill()) {
        end = limit;
        position = limit;
        return Found.END;
      }
    }
  }

  /** True where an odd number of backslashes stands before the line feed. */
  private boolean isEscaped(int feed) {
    int i = feed;
    while (i > start && bytes[i - 1] == CopyText.BACKSLASH) {
      i--;
    }
    return ((feed - i) & 1) == 1;
  }

  /** Makes room behind the limit; true where the beginning of the line had to be given up. */
  private boolean makeRoom(boolean whole) {
    if (start > 0) {
      System.arraycopy(bytes, start, bytes, 0, limit - start);
      limit -= start;
      start = 0;
      if (bytes.length > USUAL && limit < USUAL) {
        bytes = Arrays.copyOf(bytes, USUAL);
      }
    } else if (limit == bytes.length) {
      if (whole && bytes.length < longest) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(longest, 2L * bytes.length));
        return false;
      }
      boolean odd = isEscaped(limit);
      bytes = new byte[USUAL];
      bytes[0] = odd ? CopyText.BACKSLASH : (byte) ' ';
      limit = 1;
      return true;
    }
    return false;
  }

  private boolean fill() throws IOException {
    int n;
    do {
      n = in.read(bytes, limit, bytes.length - limit);
    } while (n == 0);
    limit += Math.max(n, 0);
    return n > 0;
  }
}
