package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpHeaders;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How long a server asks to wait, in all the ways servers say it: the header {@code Retry-After} as
 * seconds or as a date, and {@code retry_after_ms} in the body. The longer one counts; what makes
 * no sense counts as not said.
 */
final class RetryAfter {
  private static final BigDecimal LONGEST_MILLIS =
      BigDecimal.valueOf(Duration.ofDays(1).toMillis());

  private RetryAfter() {}

  static Optional<Duration> of(Answer answer, Instant now) {
    Duration header = header(answer.headers().get(HttpHeaders.RETRY_AFTER), now);
    Duration body = body(answer);
    if (header == null || body == null) {
      return Optional.ofNullable(header == null ? body : header);
    }
    return Optional.of(header.compareTo(body) > 0 ? header : body);
  }

  private static @Nullable Duration header(@Nullable String value, Instant now) {
    if (value == null) {
      return null;
    }
    Duration seconds = millis(value.strip(), 1000);
    if (seconds != null) {
      return seconds;
    }
    try {
      Instant then =
          ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return millis(String.valueOf(Duration.between(now, then).toMillis()), 1);
    } catch (DateTimeException | ArithmeticException e) {
      return null;
    }
  }

  private static @Nullable Duration body(Answer answer) {
    JsonNode value = answer.json().map(o -> o.path("retry_after_ms")).orElse(null);
    return value == null || !value.isValueNode() ? null : millis(value.asText(), 1);
  }

  private static @Nullable Duration millis(String number, int unit) {
    if (number.isEmpty() || number.length() > 40) {
      return null;
    }
    try {
      BigDecimal value = new BigDecimal(number).multiply(BigDecimal.valueOf(unit));
      return value.signum() < 0 ? null : Duration.ofMillis(value.min(LONGEST_MILLIS).longValue());
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
