package org.ferry.migrate;

import java.time.Instant;
import org.ferry.source.SourceInfo;

/**
 * A source as the ledger holds it.
 *
 * @param id its key in the ledger
 * @param info what the source said of itself at its last load
 * @param load the number of that load, counting from 1
 * @param loadedAt when that load was committed
 * @param totals what the ledger holds of it
 */
public record LoadedSource(long id, SourceInfo info, int load, Instant loadedAt, Totals totals) {
  /**
   * Totals over a source.
   *
   * @param people accounts, guests and bots included
   * @param deactivated accounts that are closed
   * @param rooms rooms
   * @param events accepted events
   * @param messages {@code m.room.message} that were not redacted
   * @param encrypted {@code m.room.encrypted} that were not redacted
   * @param redacted events whose content was taken back
   * @param media files
   * @param mediaBytes their bytes together, as the source states them
   * @param newEvents events that the last load added
   */
  public record Totals(
      long people,
      long deactivated,
      long rooms,
      long events,
      long messages,
      long encrypted,
      long redacted,
      long media,
      long mediaBytes,
      long newEvents) {}
}
