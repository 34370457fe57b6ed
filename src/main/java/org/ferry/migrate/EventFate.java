package org.ferry.migrate;

import org.ferry.id.EventId;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/**
 * An event of the source and what became of it.
 *
 * @param key the ledger's key
 * @param event the event
 * @param state what became of it
 * @param target the destination's event id, null unless carried or merged
 * @param reason why skipped or failed, else null
 * @param late true where it was carried after events that follow it
 * @param repairs what had to be changed for the destination to accept it, comma-separated; null
 *     where nothing
 */
public record EventFate(
    long key,
    Event event,
    EventState state,
    @Nullable EventId target,
    @Nullable String reason,
    boolean late,
    @Nullable String repairs) {}
