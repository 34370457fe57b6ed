package org.ferry.checkup;

import org.jspecify.annotations.Nullable;

/**
 * What one check found.
 *
 * @param check what was looked at
 * @param level how bad it is
 * @param text one sentence: what is, and what it means
 * @param remedy the very commands or lines that put it right, possibly several lines; null where
 *     nothing is to be done
 */
public record Finding(Check check, Level level, String text, @Nullable String remedy) {
  /** As it should be. */
  static Finding ok(Check check, String text) {
    return new Finding(check, Level.OK, text, null);
  }

  /** To know, or to better. */
  static Finding warning(Check check, String text, @Nullable String remedy) {
    return new Finding(check, Level.WARNING, text, remedy);
  }

  /** Does not work. */
  static Finding problem(Check check, String text, String remedy) {
    return new Finding(check, Level.PROBLEM, text, remedy);
  }

  /** Whether it keeps {@code migrate} from beginning. */
  public boolean blocks() {
    return level == Level.PROBLEM && check.decidesHistory();
  }
}
