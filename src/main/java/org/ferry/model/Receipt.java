package org.ferry.model;

import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * How far a person has read a room.
 *
 * @param room the room
 * @param user who has read
 * @param type {@code m.read} or {@code m.read.private}
 * @param event the last event read
 * @param thread the thread it is about, null for the whole room
 * @param ts when, milliseconds since 1970, 0 where unknown
 */
public record Receipt(
    RoomId room, UserId user, String type, EventId event, @Nullable String thread, long ts) {}
