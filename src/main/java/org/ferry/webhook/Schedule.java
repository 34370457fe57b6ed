package org.ferry.webhook;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When a delivery that failed is tried again: ten attempts within 76 hours, each pause up to a
 * fifth shorter or longer.
 */
public final class Schedule {
  /** What is waited before each attempt, before jitter. */
  static final List<Duration> PAUSES =
      List.of(
          Duration.ZERO,
          Duration.ofSeconds(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(5),
          Duration.ofHours(10),
          Duration.ofHours(14),
          Duration.ofHours(20),
          Duration.ofHours(24));

  /** A receiver cannot ask for a longer pause than this. */
  static final Duration LONGEST_HOLD = Duration.ofHours(1);

  private static final double JITTER = 0.2;

  private final DoubleSupplier random;

  /**
   * A schedule.
   *
   * @param random numbers from 0 to 1
   */
  public Schedule(DoubleSupplier random) {
    this.random = random;
  }

  /**
   * When the next attempt is due.
   *
   * @param attempts how many were made
   * @param now when the last one failed
   * @param hold a pause that the receiver asked for, already bounded
   * @return empty where it was the last one
   */
  public Optional<Instant> next(int attempts, Instant now, Duration hold) {
    if (attempts >= PAUSES.size()) {
      return Optional.empty();
    }
    double factor = 1 - JITTER + 2 * JITTER * random.getAsDouble();
    Duration pause = Duration.ofMillis((long) (PAUSES.get(attempts).toMillis() * factor));
    return Optional.of(now.plus(pause.compareTo(hold) > 0 ? pause : hold));
  }

  /**
   * The pause that a receiver asks for in {@code Retry-After} (RFC 9110, 10.2.3), bounded.
   *
   * @param value of the header: seconds, also with a fraction, or an HTTP date; null where absent
   * @param now the time
   * @return zero where it says nothing of use
   */
  public static Duration retryAfter(@Nullable String value, Instant now) {
    Duration asked = value == null ? Duration.ZERO : parsed(value.strip(), now);
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(LONGEST_HOLD) > 0 ? LONGEST_HOLD : asked;
  }

  private static Duration parsed(String value, Instant now) {
    if (value.matches("\\d{1,9}(\\.\\d{1,9})?")) {
      return Duration.ofMillis((long) Math.ceil(Double.parseDouble(value) * 1000));
    }
    if (value.matches("\\d+(\\.\\d+)?")) {
      return LONGEST_HOLD;
    }
    try {
      Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Duration.between(now, until);
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }
}
