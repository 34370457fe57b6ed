package org.ferry.webhook;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The three headers of Standard Webhooks: made for a post, or checked on one. */
public final class Signature {
  /** The delivery's id: the same in every attempt and replay. */
  public static final String ID = "webhook-id";

  /** When the attempt was made, in seconds since 1970. */
  public static final String TIMESTAMP = "webhook-timestamp";

  /** The signatures, one for each secret, with a space between them. */
  public static final String SIGNATURE = "webhook-signature";

  /** How far a receiver lets clocks differ. */
  public static final Duration TOLERANCE = Duration.ofMinutes(5);

  private Signature() {}

  /**
   * The value of {@code webhook-signature}.
   *
   * @param secrets all that are valid now, the newest first
   * @param id the delivery's
   * @param timestamp the attempt's, seconds since 1970
   * @param body the bytes that are sent
   */
  public static String make(List<SigningSecret> secrets, String id, long timestamp, byte[] body) {
    return secrets.stream().map(s -> s.sign(id, timestamp, body)).collect(Collectors.joining(" "));
  }

  /**
   * The headers of a post that came in; null where one is missing.
   *
   * @param id {@code webhook-id}
   * @param timestamp {@code webhook-timestamp}
   * @param signature {@code webhook-signature}
   */
  public record Headers(
      @Nullable String id, @Nullable String timestamp, @Nullable String signature) {}

  /**
   * Checks a post as a receiver does.
   *
   * @param secrets any of which may have signed
   * @param headers as they came
   * @param body the bytes as they came
   * @param now the receiver's time
   * @return why it must be refused; empty where it is genuine
   */
  public static Optional<String> check(
      List<SigningSecret> secrets, Headers headers, byte[] body, Instant now) {
    if (headers.id() == null || headers.timestamp() == null || headers.signature() == null) {
      return Optional.of("a header is missing: webhook-id, webhook-timestamp, webhook-signature");
    }
    long timestamp;
    try {
      timestamp = Long.parseLong(headers.timestamp());
    } catch (NumberFormatException e) {
      return Optional.of("webhook-timestamp is no number");
    }
    long away = Math.abs(now.getEpochSecond() - timestamp);
    if (away > TOLERANCE.toSeconds()) {
      return Optional.of("webhook-timestamp is " + away + " s away from this clock");
    }
    for (SigningSecret secret : secrets) {
      for (String expected : secret.sign(headers.id(), timestamp, body).split(" ", -1)) {
        if (isAmong(expected.getBytes(StandardCharsets.UTF_8), headers.signature())) {
          return Optional.empty();
        }
      }
    }
    return Optional.of("no signature fits: another secret, or other bytes than were signed");
  }

  private static boolean isAmong(byte[] expected, String given) {
    for (String one : given.split(" ", -1)) {
      if (MessageDigest.isEqual(expected, one.getBytes(StandardCharsets.UTF_8))) {
        return true;
      }
    }
    return false;
  }
}
