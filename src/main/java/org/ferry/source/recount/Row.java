package org.ferry.source.recount;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One row of a COPY block: values by column, unescaped when asked for. */
final class Row {
  private static final String ESCAPES = "bfnrtv";
  private static final byte[] MEANT = {'\b', '\f', '\n', '\r', '\t', 0x0b};

  private final List<String> columns;
  private final int[] starts;
  private byte[] line = {};
  private int count;

  Row(List<String> columns) {
    this.columns = columns;
    this.starts = new int[columns.size() + 1];
  }

  /** Takes a line; false where it does not have as many values as there are columns. */
  boolean take(byte[] bytes, int length) {
    line = bytes;
    count = 0;
    starts[0] = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\t') {
        count++;
        if (count >= columns.size()) {
          return false;
        }
        starts[count] = i + 1;
      }
    }
    starts[columns.size()] = length + 1;
    return count == columns.size() - 1;
  }

  /** A value; null where it is NULL or there is no such column. */
  @Nullable String text(String column) {
    int at = columns.indexOf(column);
    if (at < 0) {
      return null;
    }
    int from = starts[at];
    int to = starts[at + 1] - 1;
    if (to - from == 2 && line[from] == '\\' && line[from + 1] == 'N') {
      return null;
    }
    return new String(plain(from, to), StandardCharsets.UTF_8);
  }

  private byte[] plain(int from, int to) {
    ByteArrayOutputStream plain = new ByteArrayOutputStream(to - from);
    int i = from;
    while (i < to) {
      i = line[i] == '\\' && i + 1 < to ? escape(i + 1, to, plain) : literal(i, plain);
    }
    return plain.toByteArray();
  }

  private int literal(int at, ByteArrayOutputStream plain) {
    plain.write(line[at]);
    return at + 1;
  }

  /** What stands behind a backslash; returns where the next value begins. */
  private int escape(int at, int to, ByteArrayOutputStream plain) {
    int known = ESCAPES.indexOf(line[at]);
    if (known >= 0) {
      plain.write(MEANT[known]);
      return at + 1;
    }
    boolean number = line[at] == 'x' || (line[at] >= '0' && line[at] <= '7');
    return number ? number(at, to, plain) : literal(at, plain);
  }

  /** A byte written as a number; returns where the next value begins. */
  private int number(int at, int to, ByteArrayOutputStream plain) {
    int base = line[at] == 'x' ? 16 : 8;
    int i = base == 16 ? at + 1 : at;
    int value = 0;
    int digits = 0;
    while (i < to && digits < (base == 16 ? 2 : 3) && Character.digit(line[i], base) >= 0) {
      value = value * base + Character.digit(line[i], base);
      digits++;
      i++;
    }
    plain.write(digits == 0 ? line[at] : value);
    return i;
  }

  /** A number; the other value where there is none. */
  long number(String column, long otherwise) {
    String text = text(column);
    if (text == null) {
      return otherwise;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }
}
