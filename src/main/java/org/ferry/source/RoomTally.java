package org.ferry.source;

import java.util.Map;
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
    RoomId room, Map<String, Long> byType, long events, String orderedIdsSha256) {}
