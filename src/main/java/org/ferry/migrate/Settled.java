package org.ferry.migrate;

import org.ferry.id.EventId;
import org.jspecify.annotations.Nullable;

/**
 * What became of one event.
 *
 * @param key the ledger's key of the event
 * @param state carried, merged, skipped or failed
 * @param target the destination's event id, null unless carried or merged
 * @param reason why skipped or failed, else null
 * @param late true where it was carried after events that follow it
 * @param repairs what had to be changed for the destination to accept it, comma-separated; null
 *     where nothing
 */
public record Settled(
    long key,
    EventState state,
    @Nullable EventId target,
    @Nullable String reason,
    boolean late,
    @Nullable String repairs) {}
