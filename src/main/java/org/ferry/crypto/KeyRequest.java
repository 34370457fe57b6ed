package org.ferry.crypto;

import java.time.Instant;

/**
 * That a room key was asked for.
 *
 * @param ref the session
 * @param id the request's id
 * @param at when
 */
public record KeyRequest(SessionRef ref, String id, Instant at) {}
