package org.ferry.source.synapse;

import java.util.Locale;

/** Splits a statement into names, which quotes may hold together, and punctuation. */
final class SqlWords {
  private final String text;
  private int at;

  SqlWords(String text) {
    this.text = text;
  }

  /** The next word as PostgreSQL understands it: folded to lower case unless quoted. */
  String next() {
    skipSpace();
    if (at == text.length()) {
      return "";
    }
    if (text.charAt(at) == '"') {
      return quoted();
    }
    int from = at;
    while (at < text.length() && isWord(text.charAt(at))) {
      at++;
    }
    if (at == from) {
      at++;
    }
    return text.substring(from, at).toLowerCase(Locale.ROOT);
  }

  private String quoted() {
    StringBuilder name = new StringBuilder();
    at++;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"' && (at == text.length() || text.charAt(at) != '"')) {
        break;
      }
      name.append(c);
      at += c == '"' ? 1 : 0;
    }
    return name.toString();
  }

  /** Moves behind the next word where it is this one, in small letters and not quoted. */
  boolean takes(String word) {
    int before = at;
    skipSpace();
    boolean isQuoted = at < text.length() && text.charAt(at) == '"';
    if (!isQuoted && next().equals(word)) {
      return true;
    }
    at = before;
    return false;
  }

  /** True where the next word stands in quotes. */
  boolean atQuote() {
    skipSpace();
    return at < text.length() && text.charAt(at) == '"';
  }

  /**
   * Moves behind the next comma that stands in no parentheses and no quotes.
   *
   * @return false where a closing parenthesis or the end comes first
   */
  boolean skipToComma() {
    int depth = 0;
    while (at < text.length()) {
      char c = text.charAt(at++);
      switch (c) {
        case '\'', '"' -> at = Math.max(at, text.indexOf(c, at) + 1);
        case '(' -> depth++;
        case ')' -> depth--;
        default -> {}
      }
      if (depth < 0) {
        return false;
      }
      if (c == ',' && depth == 0) {
        return true;
      }
    }
    return false;
  }

  /** What has not been read yet. */
  String rest() {
    return text.substring(at).strip();
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }
}
