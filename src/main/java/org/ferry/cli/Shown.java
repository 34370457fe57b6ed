package org.ferry.cli;

/**
 * Text as a terminal may show it. Names and words are whoever's chose them: nothing of them moves
 * the cursor, colours, retitles, or turns the direction of what stands beside it.
 */
final class Shown {
  private static final int REPLACEMENT = 0xFFFD;

  private Shown() {}

  /** A result that may have several lines. */
  static String lines(String text) {
    return shown(text, true);
  }

  /** What somebody else called something: it begins no line of its own. */
  static String inLine(String text) {
    return shown(text, false);
  }

  private static String shown(String text, boolean breaks) {
    boolean plain = text.codePoints().noneMatch(c -> !isPlain(c, breaks));
    if (plain) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    text.codePoints().map(c -> isPlain(c, breaks) ? c : REPLACEMENT).forEach(out::appendCodePoint);
    return out.toString();
  }

  private static boolean isPlain(int c, boolean breaks) {
    if (breaks && (c == '\n' || c == '\t')) {
      return true;
    }
    boolean separates = c == 0x2028 || c == 0x2029;
    boolean turns =
        c == 0x61C
            || c == 0x200E
            || c == 0x200F
            || (c >= 0x202A && c <= 0x202E)
            || (c >= 0x2066 && c <= 0x2069);
    return !Character.isISOControl(c) && !separates && !turns;
  }
}
