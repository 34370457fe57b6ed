package org.ferry.cli;

import java.util.Locale;

/** In what a phase of long work is counted, so that a bare number is never shown. */
enum Units {
  BYTES("MB", "MB"),
  EVENTS("event", "events"),
  ROWS("row", "rows"),
  PEOPLE("person", "people"),
  ROOMS("room", "rooms"),
  FILES("file", "files"),
  ALIASES("alias", "aliases"),
  INVITATIONS("invitation", "invitations"),
  STEPS("step", "steps");

  private static final double MEGA = 1e6;

  private final String one;
  private final String noun;

  Units(String one, String noun) {
    this.one = one;
    this.noun = noun;
  }

  /** The unit of a phase, by its name. */
  static Units of(String phase) {
    return switch (phase) {
      case "reading", "counting again" -> BYTES;
      case "history", "events" -> EVENTS;
      case "people", "strangers", "ghosts", "settings" -> PEOPLE;
      case "rooms", "rooms of the Space", "looking", "taking back" -> ROOMS;
      case "aliases" -> ALIASES;
      case "invitations" -> INVITATIONS;
      case "files", "media" -> FILES;
      case "indexes", "figures" -> STEPS;
      default -> ROWS;
    };
  }

  /**
   * A number with what is said of so many.
   *
   * @param n how many
   * @param one such as {@code session was}
   * @param many such as {@code sessions were}
   */
  static String count(long n, String one, String many) {
    return PlainProgress.count(n) + " " + (n == 1 ? one : many);
  }

  /** A number with its unit. */
  String amount(long n) {
    return number(n) + " " + (n == 1 ? one : noun);
  }

  /** A number that stands before another one with the unit. */
  String number(long n) {
    return this == BYTES ? String.format(Locale.ROOT, "%,.1f", n / MEGA) : PlainProgress.count(n);
  }

  /** A number for each second, without that word. */
  String speed(double perSecond) {
    double shown = this == BYTES ? perSecond / MEGA : perSecond;
    return String.format(Locale.ROOT, "%,.1f %s", shown, noun);
  }
}
