package org.ferry.matrix.event;

/** Lone surrogates: half characters that JSON can escape and UTF-8 cannot hold. */
final class Surrogates {
  private Surrogates() {}

  static boolean isLone(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 >= text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return Character.isLowSurrogate(c)
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }

  static boolean hasLone(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i)) && isLone(text, i)) {
        return true;
      }
    }
    return false;
  }

  /** In JSON text; without it UTF-8 would make a question mark of each. */
  static String escapeLone(String json) {
    if (!hasLone(json)) {
      return json;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      out.append(
          Character.isSurrogate(c) && isLone(json, i) ? String.format("\\u%04x", (int) c) : c);
    }
    return out.toString();
  }

  static String replaceLone(String text) {
    StringBuilder out = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i)) && isLone(text, i)) {
        out.setCharAt(i, '\uFFFD');
      }
    }
    return out.toString();
  }
}
