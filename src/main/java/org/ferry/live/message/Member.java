package org.ferry.live.message;

import org.jspecify.annotations.Nullable;

/**
 * Somebody in a room.
 *
 * @param name what they are called there; null where nothing says it
 * @param told their membership as the log left it; null where only the room's state told it
 */
public record Member(@Nullable String name, @Nullable String told) {}
