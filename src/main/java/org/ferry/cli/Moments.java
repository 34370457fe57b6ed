package org.ferry.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Times as people type them on a command line. */
final class Moments {
  private static final Pattern AGO = Pattern.compile("(\\d{1,6})([mhdw])");
  private static final int DAYS_OF_A_WEEK = 7;

  private Moments() {}

  /**
   * Reads a time of the past.
   *
   * @param text a date, a date and time (of this machine's zone where it names none), or an age
   *     such as {@code 30d}, {@code 12h}, {@code 2w}; null for none
   * @param clock now
   * @return the time, null where none was given
   * @throws UsageException where it is none of these, or lies ahead
   */
  static @Nullable Instant past(@Nullable String text, InstantSource clock) {
    if (text == null) {
      return null;
    }
    String typed = text.strip();
    Matcher ago = AGO.matcher(typed);
    Instant time = ago.matches() ? clock.instant().minus(age(ago)) : point(typed);
    if (time.isAfter(clock.instant())) {
      throw new UsageException("%s lies ahead; name a time of the past".formatted(typed));
    }
    return time;
  }

  private static Duration age(Matcher ago) {
    long n = Long.parseLong(ago.group(1));
    return switch (ago.group(2)) {
      case "m" -> Duration.ofMinutes(n);
      case "h" -> Duration.ofHours(n);
      case "d" -> Duration.ofDays(n);
      default -> Duration.ofDays(DAYS_OF_A_WEEK * n);
    };
  }

  private static Instant point(String typed) {
    ZoneId here = ZoneId.systemDefault();
    Stream<Function<String, Instant>> ways =
        Stream.of(
            t -> OffsetDateTime.parse(t).toInstant(),
            t -> LocalDateTime.parse(t).atZone(here).toInstant(),
            t -> LocalDate.parse(t).atStartOfDay(here).toInstant());
    return ways.map(way -> tried(way, typed.replace(' ', 'T')))
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow(() ->
            new UsageException(
                "\"%s\" is no time; write 2024-01-31, 2024-01-31T20:00, 2024-01-31T20:00:00Z or 30d"
                    .formatted(typed)));
  }

  private static Optional<Instant> tried(Function<String, Instant> way, String typed) {
    try {
      return Optional.of(way.apply(typed));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
