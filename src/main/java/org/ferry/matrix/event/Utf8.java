package org.ferry.matrix.event;

/** Counts bytes without making them. */
final class Utf8 {
  private Utf8() {}

  /** The bytes of a text in UTF-8; half characters count 3. */
  static int length(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      bytes += plain(text, i);
    }
    return bytes;
  }

  /** The bytes of a text inside the quotes of canonical JSON. */
  static int quotedLength(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      bytes += quoted(text, i);
    }
    return bytes;
  }

  /** The longest beginning, in whole characters, that takes no more bytes inside the quotes. */
  static String prefix(String text, int most) {
    int bytes = 0;
    int i = 0;
    while (i < text.length()) {
      int end = text.offsetByCodePoints(i, 1);
      for (int j = i; j < end; j++) {
        bytes += quoted(text, j);
      }
      if (bytes > most) {
        break;
      }
      i = end;
    }
    return text.substring(0, i);
  }

  private static int quoted(String text, int at) {
    char c = text.charAt(at);
    if (c == '"' || c == '\\' || c == '\b' || c == '\t' || c == '\n' || c == '\f' || c == '\r') {
      return 2;
    }
    return c < ' ' || Surrogates.isLone(text, at) ? 6 : plain(text, at);
  }

  /** Each half of a pair counts two of its four bytes. */
  private static int plain(String text, int at) {
    char c = text.charAt(at);
    if (c < 0x80) {
      return 1;
    }
    boolean half = Character.isSurrogate(c) && !Surrogates.isLone(text, at);
    return c < 0x800 || half ? 2 : 3;
  }
}
