package org.ferry.crypto;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An Olm session as it is stored.
 *
 * @param senderKey the Curve25519 key of the other device
 * @param id the session's id
 * @param pickle the session, under the pickle key
 * @param createdAt when it was made
 * @param receivedAt when a message was last decrypted with it; null before the first
 * @param spoiled whether it may not encrypt any more
 */
public record PickledSession(
    String senderKey,
    String id,
    Pickled pickle,
    Instant createdAt,
    @Nullable Instant receivedAt,
    boolean spoiled) {}
