package org.ferry.migrate.plan;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names of rooms and people: compared without regard to how they are written, and shortened. */
final class Names {
  /** The most code points of a name that a plan shows. */
  static final int SHOWN = 120;

  private static final Pattern SPACE = Pattern.compile("[\\s\\p{Z}\\p{Cntrl}]+");
  // Zero-width spaces and marks of direction, which nobody sees.
  private static final Pattern INVISIBLE = Pattern.compile("\\p{Cf}+");
  // The capital of the dotless i is I, which would make it the same letter as i; it is kept apart.
  private static final char DOTLESS = '\u0131';
  private static final char PLACEHOLDER = '\uF131';

  private Names() {}

  /**
   * Two names are the same where their keys are equal: compatibility forms, case, white space and
   * what cannot be seen make no difference.
   *
   * @param name any text
   * @return the key, empty where the name holds nothing but white space
   */
  static String key(String name) {
    String seen = INVISIBLE.matcher(name).replaceAll("");
    String plain = Normalizer.normalize(seen, Normalizer.Form.NFKC).replace(DOTLESS, PLACEHOLDER);
    String folded = plain.toLowerCase(Locale.ROOT).toUpperCase(Locale.ROOT);
    return oneLine(Normalizer.normalize(folded, Normalizer.Form.NFKC));
  }

  /** One line, at most {@link #SHOWN} code points. */
  static String shown(String name) {
    // What is cut off first is far more than can be shown: names may be as long as an event.
    String line = oneLine(name.length() > 8 * SHOWN ? name.substring(0, 8 * SHOWN) : name);
    if (line.codePointCount(0, line.length()) <= SHOWN) {
      return line;
    }
    return line.substring(0, line.offsetByCodePoints(0, SHOWN - 1)) + "…";
  }

  private static String oneLine(String text) {
    return SPACE.matcher(text).replaceAll(" ").strip();
  }
}
