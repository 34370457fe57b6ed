package org.ferry.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.ferry.app.Carrying;

/** How fast a crossing is carried now, or was when it was carried last. */
final class RateLine {
  /** A run notes its rate every five seconds; some longer than that, and it is over. */
  private static final Duration CURRENT = Duration.ofSeconds(30);

  private RateLine() {}

  /**
   * The rate in a line.
   *
   * @param rate what was measured last
   * @param now the time
   */
  static String of(Carrying.Rate rate, Instant now) {
    String figure =
        "%.0f events/s, held back by %s".formatted(rate.eventsPerSecond(), rate.heldBackBy());
    return isCurrent(rate, now)
        ? "  rate: " + figure + left(rate)
        : "  last rate, %s ago (%s): %s"
            .formatted(
                PlainProgress.time(age(rate, now)),
                rate.at().truncatedTo(ChronoUnit.SECONDS),
                figure);
  }

  private static String left(Carrying.Rate rate) {
    return rate.eventsPerSecond() <= 0 || rate.left() < rate.eventsPerSecond()
        ? ""
        : "; %,d events left, about %s"
            .formatted(
                rate.left(),
                PlainProgress.time(
                    Duration.ofSeconds(Math.round(rate.left() / rate.eventsPerSecond()))));
  }

  /** Whether it was measured just now, by a run that goes on. */
  static boolean isCurrent(Carrying.Rate rate, Instant now) {
    return age(rate, now).compareTo(CURRENT) < 0;
  }

  /** How long ago it was measured; never negative, whatever the clocks of two machines say. */
  static Duration age(Carrying.Rate rate, Instant now) {
    Duration age = Duration.between(rate.at(), now);
    return age.isNegative() ? Duration.ZERO : age;
  }
}
