package org.ferry.matrix.event;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * Where the values of a JSON text begin and end. Only quotes and brackets are looked at, nothing is
 * built and nothing is called in a ring, so that no depth and no length of what is in a value can
 * do harm; whether a value is JSON is asked of each that is parsed.
 */
final class Slices {
  private final byte[] text;

  Slices(byte[] text) {
    this.text = text;
  }

  byte at(int position) {
    if (position >= text.length) {
      throw broken();
    }
    return text[position];
  }

  /** The value in this range; null where it is no JSON or beyond a limit. */
  @Nullable JsonNode parse(int from, int to) {
    return Json.parse(text, from, to);
  }

  /** The first byte from here that is no white space; the text's length where there is none. */
  int begin(int from) {
    int at = from;
    while (at < text.length && isBlank(text[at])) {
      at++;
    }
    return at;
  }

  /** The byte behind the value that begins here. */
  int end(int from) {
    return switch (at(from)) {
      case '"' -> quoted(from);
      case '{', '[' -> nested(from);
      default -> plain(from);
    };
  }

  /** The byte behind this mark, which has to come next. */
  int after(int from, char mark) {
    int at = begin(from);
    if (at(at) != mark) {
      throw broken();
    }
    return at + 1;
  }

  /** The next item's first byte behind an item; the end where there is none. */
  int next(int from, int end) {
    int at = begin(from);
    if (at >= end) {
      return end;
    }
    return begin(after(at, ','));
  }

  private int quoted(int from) {
    int at = from + 1;
    while (at(at) != '"') {
      at += at(at) == '\\' ? 2 : 1;
    }
    return at + 1;
  }

  private int nested(int from) {
    int depth = 0;
    int at = from;
    do {
      switch (at(at)) {
        case '"' -> at = quoted(at) - 1;
        case '{', '[' -> depth++;
        case '}', ']' -> depth--;
        default -> {}
      }
      at++;
    } while (depth > 0);
    return at;
  }

  private int plain(int from) {
    int at = from;
    while (at < text.length && !isBlank(text[at]) && ",:]}".indexOf(text[at]) < 0) {
      at++;
    }
    if (at == from) {
      throw broken();
    }
    return at;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  private static IllegalArgumentException broken() {
    return new IllegalArgumentException("JSON that ends too early, or no JSON");
  }
}
