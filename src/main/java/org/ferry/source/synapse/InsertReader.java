package org.ferry.source.synapse;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of an {@code INSERT … VALUES} statement, behind its first parenthesis, and turns
 * each into a row of COPY's text format. Values are literals or nothing: an expression is named and
 * never computed. The end of the file in the middle is an {@link EOFException}.
 */
final class InsertReader {
  private static final int SHOWN = 60;
  private static final int USUAL = 1 << 14;

  private final ByteWindow window;
  private final int longest;
  private final ByteSink clear = new ByteSink(USUAL);
  private final ByteSink word = new ByteSink(64);
  private boolean backslashes;
  private int next;
  private @Nullable String wrong;

  /**
   * A reader for a dump.
   *
   * @param window where the dump is read
   * @param longest the longest row, in bytes, that is held whole
   */
  InsertReader(ByteWindow window, int longest) {
    this.window = window;
    this.longest = longest;
  }

  /** Begins a statement, behind the parenthesis that opens its first row. */
  void begin(boolean backslashesEscape) {
    backslashes = backslashesEscape;
  }

  /**
   * Reads one row, up to the parenthesis that closes it.
   *
   * @param out takes the row, without a line feed
   * @return what is wrong with it, null where it is fine
   */
  @Nullable String row(ByteSink out) throws IOException {
    wrong = null;
    int before = out.size();
    next = space(read());
    boolean first = true;
    do {
      if (!first) {
        out.put(CopyText.TAB);
        next = space(read());
      }
      first = false;
      value(out);
      if (out.size() - before > longest) {
        wrong = "is longer than " + (longest >> 20) + " MiB";
        out.truncate(before);
      }
    } while (next == ',');
    return wrong;
  }

  /** Moves into the next row of the statement; false behind the statement's end. */
  boolean hasNext() throws IOException {
    next = space(read());
    if (next == ',') {
      next = space(read());
      if (next == '(') {
        return true;
      }
    }
    while (next != ';') {
      next = next == '\'' || next == '"' ? quoted(next) : read();
    }
    return false;
  }

  private int quoted(int quote) throws IOException {
    until((byte) quote, clear, 0);
    return read();
  }

  /** Reads a value and what stands behind it, up to its comma or the row's parenthesis. */
  private void value(ByteSink out) throws IOException {
    word.truncate(0);
    boolean text = false;
    while (next != '\'' && next != ',' && next != ')' && next != '(' && word.size() < SHOWN) {
      word.put(next);
      next = read();
    }
    String prefix = word.toString().strip().toUpperCase(Locale.ROOT);
    if (next == '\'' && (prefix.isEmpty() || prefix.equals("E") || prefix.equals("B"))) {
      string(prefix.equals("E") || backslashes);
      CopyText.escape(clear.bytes(), 0, clear.size(), out);
      clear.reset(USUAL);
      word.truncate(0);
      text = true;
    } else if (next == ',' || next == ')') {
      scalar(prefix, out);
    } else {
      expression(prefix);
    }
    behind(text);
  }

  private void scalar(String upper, ByteSink out) {
    switch (upper) {
      case "NULL", "DEFAULT" -> out.putAscii("\\N");
      case "TRUE" -> out.put('t');
      case "FALSE" -> out.put('f');
      default -> {
        if (upper.matches("[-+]?[0-9.][-+0-9.E]*")) {
          out.putAscii(upper);
        } else {
          expression(upper);
        }
      }
    }
  }

  private void expression(String beginning) {
    String shown = beginning.substring(0, Math.min(SHOWN, beginning.length()));
    wrong =
        "holds an expression ("
            + shown.toLowerCase(Locale.ROOT)
            + "…) where a value belongs; Ferry executes nothing";
  }

  /** The string behind a quote, into {@link #clear}; afterwards {@link #next} stands behind it. */
  private void string(boolean escapes) throws IOException {
    clear.reset(USUAL);
    ByteSink raw = clear;
    while (true) {
      until((byte) '\'', raw, longest + 1);
      if (escapes && endsInBackslash(raw)) {
        raw.put('\'');
        continue;
      }
      next = read();
      if (next != '\'') {
        break;
      }
      raw.put('\'');
    }
    if (escapes && CopyText.indexOf(raw.bytes(), 0, raw.size(), CopyText.BACKSLASH) >= 0) {
      byte[] copy = Arrays.copyOf(raw.bytes(), raw.size());
      raw.truncate(0);
      CopyText.unescape(copy, 0, copy.length, raw);
    }
  }

  private static boolean endsInBackslash(ByteSink raw) {
    int i = raw.size();
    while (i > 0 && raw.bytes()[i - 1] == CopyText.BACKSLASH) {
      i--;
    }
    return ((raw.size() - i) & 1) == 1;
  }

  /** Reads over a cast or the rest of an expression, up to the value's end. */
  private void behind(boolean text) throws IOException {
    int depth = 0;
    boolean more = false;
    while (depth > 0 || (next != ',' && next != ')')) {
      more |= next > ' ';
      depth += next == '(' ? 1 : next == ')' ? -1 : 0;
      if (more && text && word.size() < SHOWN) {
        word.put(next);
      }
      next = next == '\'' || next == '"' ? quoted(next) : read();
    }
    if (text && more && !word.toString().startsWith("::")) {
      expression("'…' " + word);
    }
  }

  private void until(byte stop, ByteSink into, int most) throws IOException {
    if (!window.readUntil(stop, into, most)) {
      throw new EOFException("Unexpected end of the dump");
    }
  }

  private int space(int b) throws IOException {
    int c = b;
    while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      c = read();
    }
    return c;
  }

  private int read() throws IOException {
    int b = window.read();
    if (b < 0) {
      throw new EOFException("Unexpected end of the dump");
    }
    return b;
  }
}
