package org.ferry.source.synapse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The text format of COPY: tabs between values, a backslash before what would be mistaken. */
final class CopyText {
  static final byte TAB = '\t';
  static final byte BACKSLASH = '\\';

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  private CopyText() {}

  /** The place of the first {@code wanted} in [from, to), or -1; eight bytes at a time. */
  static int indexOf(byte[] b, int from, int to, byte wanted) {
    long pattern = ONES * (wanted & 0xff);
    int i = from;
    for (; i + 8 <= to; i += 8) {
      long w = (long) LONGS.get(b, i) ^ pattern;
      long hit = (w - ONES) & ~w & HIGHS;
      if (hit != 0) {
        return i + (Long.numberOfTrailingZeros(hit) >>> 3);
      }
    }
    for (; i < to; i++) {
      if (b[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  /** True for the two bytes that stand for NULL. */
  static boolean isNull(byte[] b, int from, int to) {
    return to - from == 2 && b[from] == BACKSLASH && b[from + 1] == 'N';
  }

  /** Appends what [from, to) stands for. */
  static void unescape(byte[] b, int from, int to, ByteSink out) {
    int i = from;
    while (i < to) {
      int slash = indexOf(b, i, to, BACKSLASH);
      if (slash < 0 || slash + 1 == to) {
        out.put(b, i, to);
        return;
      }
      out.put(b, i, slash);
      i = unescapeOne(b, slash + 1, to, out);
    }
  }

  private static int unescapeOne(byte[] b, int at, int to, ByteSink out) {
    byte c = b[at];
    switch (c) {
      case 'b' -> out.put('\b');
      case 'f' -> out.put('\f');
      case 'n' -> out.put('\n');
      case 'r' -> out.put('\r');
      case 't' -> out.put('\t');
      case 'v' -> out.put(0x0b);
      case 'x' -> {
        return number(b, at, to, 16, 2, out);
      }
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        return number(b, at - 1, to, 8, 3, out);
      }
      default -> out.put(c);
    }
    return at + 1;
  }

  /** Reads up to {@code most} digits behind {@code at}; without a digit the letter stands. */
  private static int number(byte[] b, int at, int to, int radix, int most, ByteSink out) {
    int value = 0;
    int i = at + 1;
    while (i < to && i - at <= most && Character.digit((char) (b[i] & 0xff), radix) >= 0) {
      value = value * radix + Character.digit((char) (b[i] & 0xff), radix);
      i++;
    }
    out.put(i == at + 1 ? b[at] : value);
    return i;
  }

  /** Appends [from, to) so that COPY reads it back as it is. */
  static void escape(byte[] b, int from, int to, ByteSink out) {
    int done = from;
    for (int i = from; i < to; i++) {
      byte c = b[i];
      if (c == BACKSLASH || (c >= 0 && c < ' ' && isBreaking(c))) {
        out.put(b, done, i);
        out.put(BACKSLASH);
        out.put(c == '\n' ? 'n' : c == '\r' ? 'r' : c == TAB ? 't' : c);
        done = i + 1;
      }
    }
    out.put(b, done, to);
  }

  private static boolean isBreaking(byte c) {
    return c == '\n' || c == '\r' || c == TAB;
  }

  /** True where [from, to) is well-formed UTF-8 as PostgreSQL takes it: no surrogates. */
  static boolean isUtf8(byte[] b, int from, int to) {
    int i = from;
    while (i < to) {
      if (i + 8 <= to && ((long) LONGS.get(b, i) & HIGHS) == 0) {
        i += 8;
        continue;
      }
      int length = utf8Length(b, i, to);
      if (length == 0) {
        return false;
      }
      i += length;
    }
    return true;
  }

  private static int utf8Length(byte[] b, int i, int to) {
    int c = b[i] & 0xff;
    if (c < 0x80) {
      return 1;
    }
    int length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || i + length > to) {
      return 0;
    }
    int second = b[i + 1] & 0xff;
    int low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    int high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) {
      return 0;
    }
    for (int k = i + 2; k < i + length; k++) {
      if ((b[k] & 0xc0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
