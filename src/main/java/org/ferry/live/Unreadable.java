package org.ferry.live;

import io.vertx.core.buffer.Buffer;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/**
 * Something that came in and is no event that anybody could read.
 *
 * @param room where it came in; null where nothing says it
 * @param event what it calls itself; null where it does not
 * @param why what is wrong with it
 * @param raw what came
 */
public record Unreadable(@Nullable RoomId room, @Nullable EventId event, String why, Buffer raw) {}
