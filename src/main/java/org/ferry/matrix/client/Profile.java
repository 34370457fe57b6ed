package org.ferry.matrix.client;

import org.jspecify.annotations.Nullable;

/**
 * A user's global profile.
 *
 * @param displayName the name, null where none is set
 * @param avatarUrl the picture as the server gave it, null where none is set
 */
public record Profile(@Nullable String displayName, @Nullable String avatarUrl) {}
