package org.ferry.checkup;

import java.util.Locale;

/** How bad a finding is. */
public enum Level {
  /** As it should be. */
  OK,
  /** Works, with something to know or to better. */
  WARNING,
  /** Something that Ferry needs does not work. */
  PROBLEM;

  /** As it is printed. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
