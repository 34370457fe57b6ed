package org.ferry.live.events;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * An event that is kept and not clear yet.
 *
 * @param key what the store calls it
 * @param room its room
 * @param session the session it is encrypted with; null where it is in the clear
 * @param seenBy which followed user it came to; null for none
 * @param takenAt when it came in
 * @param raw the event as it came
 * @param event its id
 * @param trace names what it came with; empty for what came before there were such names
 */
public record Held(
    long key,
    RoomId room,
    @Nullable String session,
    @Nullable UserId seenBy,
    Instant takenAt,
    Buffer raw,
    EventId event,
    String trace) {}
