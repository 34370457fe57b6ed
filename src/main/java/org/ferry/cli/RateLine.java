package org.ferry.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.ferry.app.Carrying;

/** How fast a crossing is carried now, or was when it was carried last. */
final class RateLine {
  /** A run notes its rate every five seconds; some longer than that, and another is at work. */
  private static final Duration CURRENT = Duration.ofSeconds(30);

  private RateLine() {}

  /**
   * The rate in a line.
   *
   * @param rate what was measured last
   * @param now the time
   * @param atWork whether a process writes to the destination
   */
  static String of(Carrying.Rate rate, Instant now, boolean atWork) {
    return isCurrent(rate, now, atWork)
        ? "  rate: " + present(rate)
        : "  last rate, %s ago (%s): %s"
            .formatted(
                PlainProgress.time(age(rate, now)),
                rate.at().truncatedTo(ChronoUnit.SECONDS),
                past(rate));
  }

  private static String present(Carrying.Rate rate) {
    if (rate.waiting()) {
      return Progress.WAITING + left(rate);
    }
    return rate.eventsPerSecond() <= 0
        ? "not measured yet" + left(rate)
        : figure(rate.eventsPerSecond(), rate) + left(rate) + time(rate);
  }

  private static String past(Carrying.Rate rate) {
    String figure = rate.average() <= 0 ? "none measured" : figure(rate.average(), rate);
    return rate.waiting() ? figure + "; the homeserver was waited for then" : figure;
  }

  private static String figure(double eventsPerSecond, Carrying.Rate rate) {
    return rate.heldBackBy().isEmpty()
        ? "%.0f events/s".formatted(eventsPerSecond)
        : "%.0f events/s, held back by %s".formatted(eventsPerSecond, rate.heldBackBy());
  }

  /** Not of a run that ends within a second. */
  private static String left(Carrying.Rate rate) {
    return rate.left() < Math.max(1, rate.eventsPerSecond())
        ? ""
        : "; %s left".formatted(Units.EVENTS.amount(rate.left()));
  }

  private static String time(Carrying.Rate rate) {
    return rate.left() < Math.max(1, rate.eventsPerSecond())
        ? ""
        : ", about "
            + PlainProgress.time(
                Duration.ofSeconds(Math.round(rate.left() / rate.eventsPerSecond())));
  }

  /** Whether it was measured just now, by a run that goes on. */
  static boolean isCurrent(Carrying.Rate rate, Instant now, boolean atWork) {
    return atWork && age(rate, now).compareTo(CURRENT) < 0;
  }

  /** How long ago it was measured; never negative, whatever the clocks of two machines say. */
  static Duration age(Carrying.Rate rate, Instant now) {
    Duration age = Duration.between(rate.at(), now);
    return age.isNegative() ? Duration.ZERO : age;
  }
}
