package org.ferry.crypto;

import java.time.Instant;

/**
 * A room's outgoing Megolm session as it is stored.
 *
 * @param ref its room and id
 * @param pickle the session, under the pickle key
 * @param createdAt when it was made
 * @param messages how many messages were encrypted with it
 * @param historyVisibility the room's when it was made
 */
public record OutboundSession(
    SessionRef ref, Pickled pickle, Instant createdAt, long messages, String historyVisibility) {}
