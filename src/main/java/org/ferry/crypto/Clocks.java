package org.ferry.crypto;

import java.time.Duration;
import java.time.Instant;

/**
 * Compares times that were written by a clock that may have been wrong: one that lies further in
 * the future than what it begins can last is not believed. Otherwise a clock that ran a year ahead
 * for a moment would stop for a year whatever is paused by it.
 */
final class Clocks {
  private Clocks() {}

  /**
   * Whether what began then and lasts so long is still going on.
   *
   * @param began when it began
   * @param lasts how long
   * @param now the present time
   */
  static boolean lasts(Instant began, Duration lasts, Instant now) {
    return Duration.between(began, now).abs().compareTo(lasts) < 0;
  }

  /**
   * Whether a time is still to come.
   *
   * @param until the time
   * @param most how far ahead it was at most when it was set
   * @param now the present time
   */
  static boolean isAhead(Instant until, Duration most, Instant now) {
    return now.isBefore(until) && !until.isAfter(now.plus(most));
  }
}
