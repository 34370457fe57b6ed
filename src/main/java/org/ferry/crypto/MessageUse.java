package org.ferry.crypto;

/**
 * Which event used a message index of a session; a second one is a replay.
 *
 * @param ref the session
 * @param index the message's
 * @param event the event's id
 * @param timestamp its {@code origin_server_ts}
 */
public record MessageUse(SessionRef ref, long index, String event, long timestamp) {}
