package org.ferry.source.synapse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Checks one JSON object and notes where its members stand, without turning any value into another
 * form: numbers beyond 2^53, floats and lone surrogates stay as they were written. An instance is
 * used again for object after object; it belongs to one thread.
 */
final class Json {
  /** Deeper nesting than any homeserver accepts (Synapse refuses 300); a bound, not a stack. */
  static final int DEEPEST = 400;

  /** Text that is no JSON object. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String what) {
      super(what, null, false, false);
    }
  }

  private final boolean[] inObject = new boolean[DEEPEST + 1];
  private byte[] b = new byte[0];
  private int to;
  private int[] spans = new int[64];
  private int members;

  /**
   * Reads the object in [from, to).
   *
   * @throws Malformed where it is not exactly one object
   */
  void read(byte[] bytes, int from, int end) throws Malformed {
    b = bytes;
    to = end;
    members = 0;
    int i = space(from);
    if (i >= to || b[i] != '{') {
      throw new Malformed("is not a JSON object");
    }
    i = space(i + 1);
    if (i < to && b[i] == '}') {
      i++;
    } else {
      i = members(i);
    }
    if (space(i) != to) {
      throw new Malformed("has something behind its JSON object");
    }
  }

  private int members(int from) throws Malformed {
    int i = from;
    while (true) {
      int key = space(i);
      int keyEnd = string(key);
      int value = space(expect(space(keyEnd), ':'));
      i = value(value);
      note(key, keyEnd, value, i);
      i = space(i);
      if (i < to && b[i] == ',') {
        i++;
      } else {
        return expect(i, '}');
      }
    }
  }

  private void note(int key, int keyEnd, int value, int valueEnd) {
    if (4 * members + 4 > spans.length) {
      spans = Arrays.copyOf(spans, 2 * spans.length);
    }
    int at = 4 * members++;
    spans[at] = key;
    spans[at + 1] = keyEnd;
    spans[at + 2] = value;
    spans[at + 3] = valueEnd;
  }

  /** How many members the object has, repeated ones included. */
  int members() {
    return members;
  }

  /** The name of a member. */
  String name(int member) {
    return string(b, spans[4 * member], spans[4 * member + 1]);
  }

  /** Where a member begins: the quote of its name. */
  int nameStart(int member) {
    return spans[4 * member];
  }

  /** Where the value of a member begins. */
  int start(int member) {
    return spans[4 * member + 2];
  }

  /** Where the value of a member ends. */
  int end(int member) {
    return spans[4 * member + 3];
  }

  /** The member of a name, the last one where it is repeated, as Synapse reads it; else -1. */
  int find(String name) {
    for (int m = members - 1; m >= 0; m--) {
      if (isNamed(m, name)) {
        return m;
      }
    }
    return -1;
  }

  private boolean isNamed(int member, String name) {
    int from = spans[4 * member] + 1;
    int length = spans[4 * member + 1] - 1 - from;
    if (CopyText.indexOf(b, from, from + length, CopyText.BACKSLASH) >= 0) {
      return name(member).equals(name);
    }
    if (length != name.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (b[from + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The value of a member where it is a string, else null. */
  @Nullable String text(String name) {
    int m = find(name);
    return m >= 0 && b[start(m)] == '"' ? string(b, start(m), end(m)) : null;
  }

  /** True where a member is there and {@code true}. */
  boolean isTrue(String name) {
    int m = find(name);
    return m >= 0 && b[start(m)] == 't';
  }

  /** The string that a JSON string token stands for; lone surrogates stay lone. */
  static String string(byte[] b, int from, int end) {
    String raw = new String(b, from + 1, end - from - 2, StandardCharsets.UTF_8);
    int slash = raw.indexOf('\\');
    if (slash < 0) {
      return raw;
    }
    StringBuilder out = new StringBuilder(raw.length());
    int done = 0;
    while (slash >= 0) {
      out.append(raw, done, slash);
      char c = raw.charAt(slash + 1);
      done = slash + 2;
      switch (c) {
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'n' -> out.append('\n');
        case 'r' -> out.append('\r');
        case 't' -> out.append('\t');
        case 'u' -> {
          out.append((char) Integer.parseInt(raw, done, done + 4, 16));
          done += 4;
        }
        default -> out.append(c);
      }
      slash = raw.indexOf('\\', done);
    }
    return out.append(raw, done, raw.length()).toString();
  }

  /** Moves behind one value of any kind. */
  private int value(int from) throws Malformed {
    int depth = 0;
    int i = from;
    while (true) {
      i = space(i);
      byte c = i < to ? b[i] : 0;
      if (c == '{' || c == '[') {
        depth = deeper(depth, c == '{');
        i = space(i + 1);
        if (i < to && b[i] == (c == '{' ? '}' : ']')) {
          depth--;
          i++;
        } else {
          i = c == '{' ? key(i) : i;
          continue;
        }
      } else {
        i = scalar(i, c);
      }
      while (depth > 0) {
        i = space(i);
        boolean object = inObject[depth];
        if (i < to && b[i] == ',') {
          i = object ? key(space(i + 1)) : i + 1;
          break;
        }
        i = expect(i, object ? '}' : ']');
        depth--;
      }
      if (depth == 0) {
        return i;
      }
    }
  }

  private int deeper(int depth, boolean object) throws Malformed {
    if (depth == DEEPEST) {
      throw new Malformed("is nested more than " + DEEPEST + " levels deep");
    }
    inObject[depth + 1] = object;
    return depth + 1;
  }

  private int key(int from) throws Malformed {
    return expect(space(string(from)), ':');
  }

  private int scalar(int i, byte c) throws Malformed {
    return switch (c) {
      case '"' -> string(i);
      case 't' -> word(i, "true");
      case 'f' -> word(i, "false");
      case 'n' -> word(i, "null");
      default -> number(i);
    };
  }

  private int word(int from, String word) throws Malformed {
    int i = from;
    for (int k = 0; k < word.length(); k++) {
      i = expect(i, word.charAt(k));
    }
    return i;
  }

  private int number(int from) throws Malformed {
    int i = from;
    if (i < to && b[i] == '-') {
      i++;
    }
    if (i < to && b[i] == '0') {
      i++;
    } else {
      i = digits(i);
    }
    if (i < to && b[i] == '.') {
      i = digits(i + 1);
    }
    if (i < to && (b[i] | 0x20) == 'e') {
      i++;
      if (i < to && (b[i] == '+' || b[i] == '-')) {
        i++;
      }
      i = digits(i);
    }
    return i;
  }

  private int digits(int from) throws Malformed {
    int i = from;
    while (i < to && b[i] >= '0' && b[i] <= '9') {
      i++;
    }
    if (i == from) {
      throw new Malformed("is not valid JSON");
    }
    return i;
  }

  private int string(int from) throws Malformed {
    int i = expect(from, '"');
    while (i < to) {
      byte c = b[i];
      if (c == '"') {
        return i + 1;
      }
      if (c == '\\') {
        i = escape(i + 1);
      } else if (c >= 0 && c < ' ') {
        break;
      } else {
        i++;
      }
    }
    throw new Malformed("is not valid JSON");
  }

  private int escape(int i) throws Malformed {
    byte c = i < to ? b[i] : 0;
    if (c == 'u') {
      for (int k = 1; k <= 4; k++) {
        if (i + k >= to || Character.digit((char) (b[i + k] & 0xff), 16) < 0) {
          throw new Malformed("is not valid JSON");
        }
      }
      return i + 5;
    }
    if ("\"\\/bfnrt".indexOf(c) < 0) {
      throw new Malformed("is not valid JSON");
    }
    return i + 1;
  }

  private int expect(int i, char c) throws Malformed {
    if (i >= to || b[i] != c) {
      throw new Malformed("is not valid JSON");
    }
    return i + 1;
  }

  private int space(int from) {
    int i = from;
    while (i < to && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t')) {
      i++;
    }
    return i;
  }
}
