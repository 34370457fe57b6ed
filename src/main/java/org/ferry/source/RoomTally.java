package org.ferry.source;

import java.util.Map;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;

/**
 * What a second, independent count says of a room.
 *
 * @param room the room
 * @param byType accepted events by type
 * @param events accepted events
 * @param orderedIdsSha256 SHA-256 in hex of the event ids in the room's order, each followed by a
 *     line feed
 */
public record RoomTally(
    RoomId room, Map<String, Long> byType, long events, String orderedIdsSha256) {
  private static final int DIGITS = 8;

  /** The count in words: how many of which type, and in what order, as the beginning of a hash. */
  public String words() {
    return "%,d events (%s; order %s)"
        .formatted(
            events,
            byType.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> "%,d %s".formatted(e.getValue(), e.getKey()))
                .collect(Collectors.joining(", ")),
            orderedIdsSha256.substring(0, Math.min(DIGITS, orderedIdsSha256.length())));
  }
}
