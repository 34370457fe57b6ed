package org.ferry.checkup;

import org.jspecify.annotations.Nullable;

/**
 * Who listens for the homeserver while the way back is tried.
 *
 * @param own whether the checkup does so itself; else somebody has the address already
 * @param failure why nobody can listen there, null where somebody does
 */
public record Listening(boolean own, @Nullable String failure) {}
