package org.ferry.crypto;

import java.time.Instant;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * That a room key was asked for.
 *
 * @param ref the session
 * @param id the request's id
 * @param at when
 * @param sender whose devices were asked besides our own; null for nobody's
 */
public record KeyRequest(SessionRef ref, String id, Instant at, @Nullable UserId sender) {}
