package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/**
 * How a room is encrypted, from its state.
 *
 * @param rotationMessages a new session after this many messages, 1 to 10,000
 * @param rotationPeriod a new session after this time, an hour to 52 weeks
 * @param historyVisibility the room's {@code history_visibility}; a change makes a new session
 * @param onlyVerified whether only devices that are cross-signed get keys
 */
public record RoomSettings(
    long rotationMessages,
    Duration rotationPeriod,
    String historyVisibility,
    boolean onlyVerified) {
  private static final long MESSAGES = 100;
  private static final Duration PERIOD = Duration.ofDays(7);
  private static final Duration LONGEST = Duration.ofDays(364);

  /** Brings the limits into their range. */
  public RoomSettings {
    rotationMessages = Math.clamp(rotationMessages, 1, 10_000);
    rotationPeriod =
        rotationPeriod.compareTo(Duration.ofHours(1)) < 0
            ? Duration.ofHours(1)
            : rotationPeriod.compareTo(LONGEST) > 0 ? LONGEST : rotationPeriod;
  }

  /**
   * Whether a room is encrypted from then on: its state names an algorithm, whichever. Without one
   * it says nothing, nor does it undo what was said before.
   *
   * @param encryption the content of {@code m.room.encryption}
   */
  public static boolean encrypts(JsonNode encryption) {
    return encryption.path("algorithm").isTextual();
  }

  /**
   * Reads a room's state; what is missing or of a wrong type has the specification's default.
   *
   * @param encryption the content of {@code m.room.encryption}
   * @param historyVisibility of the room
   * @return the settings, for all devices
   */
  public static RoomSettings of(JsonNode encryption, String historyVisibility) {
    return new RoomSettings(
        number(encryption.path("rotation_period_msgs"), MESSAGES),
        Duration.ofMillis(number(encryption.path("rotation_period_ms"), PERIOD.toMillis())),
        historyVisibility,
        false);
  }

  private static long number(JsonNode value, long otherwise) {
    return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : otherwise;
  }
}
