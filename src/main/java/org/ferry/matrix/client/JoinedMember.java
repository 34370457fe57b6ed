package org.ferry.matrix.client;

import org.jspecify.annotations.Nullable;

/**
 * How a member shows up in one room.
 *
 * @param displayName the name in this room, null where none is set
 * @param avatarUrl the picture in this room, null where none is set
 */
public record JoinedMember(@Nullable String displayName, @Nullable String avatarUrl) {}
