package org.ferry.web.api;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;

/** Times as callers write them. */
final class Times {
  /** Beyond these nothing was ever told, and no database keeps them. */
  private static final Instant FIRST = Instant.parse("1970-01-01T00:00:00Z");

  private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");
  private static final int DAY = 10;

  private Times() {}

  /** The time of a text such as {@code 2026-11-21T18:00:00Z}, or of a day's beginning in UTC. */
  static Instant of(String text) {
    try {
      Instant time =
          text.length() == DAY
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : Instant.parse(text);
      if (!time.isBefore(FIRST) && time.isBefore(LAST)) {
        return time;
      }
    } catch (DateTimeParseException e) {
      // Said below, for both.
    }
    throw Problem.badRequest(
        "since is a time such as 2026-11-21T18:00:00Z; for messages also a \"next\" of an earlier"
            + " answer");
  }
}
