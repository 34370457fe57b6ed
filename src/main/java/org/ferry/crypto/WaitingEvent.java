package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.ferry.id.EventId;
import org.jspecify.annotations.Nullable;

/**
 * An encrypted event that no key opens yet.
 *
 * @param ref the session that would
 * @param id the event's id
 * @param event all of it
 * @param since when it was first tried
 * @param knownIndex from which message on the key that was there could read; null for no key
 * @param reason why it waits
 */
public record WaitingEvent(
    SessionRef ref,
    EventId id,
    ObjectNode event,
    Instant since,
    @Nullable Long knownIndex,
    DecryptOutcome.Reason reason) {}
