package org.ferry.migrate;

import org.ferry.model.Event;

/**
 * An event of the source with its key in the ledger.
 *
 * @param key the ledger's key
 * @param event the event
 */
public record LedgerEvent(long key, Event event) {
  /** Its place in its room. */
  public Place place() {
    return new Place(event.depth(), event.stream());
  }
}
