package org.ferry.store;

import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.migrate.decrypt.MegolmIndexes;

/** Whose each message index of a session is, in PostgreSQL. */
public final class PgMegolmIndexes implements MegolmIndexes {
  private static final String CLAIM =
      """
      insert into ferry.megolm_index (source, room, session, index, event_id)
      values ($1, $2, $3, $4, $5) on conflict do nothing
      """;
  private static final String OWNER =
      """
      select event_id from ferry.megolm_index
      where source = $1 and room = $2 and session = $3 and index = $4
      """;

  private final Database database;

  /**
   * Indexes in a database.
   *
   * @param database stays the caller's
   */
  public PgMegolmIndexes(Database database) {
    this.database = database;
  }

  @Override
  public EventId claim(long source, Place place, EventId event) {
    int made =
        database
            .run(
                CLAIM,
                source,
                place.room().value(),
                Storable.text(place.session()),
                place.index(),
                event.value())
            .rowCount();
    return made == 1 ? event : owner(source, place).orElse(event);
  }

  @Override
  public Optional<EventId> owner(long source, Place place) {
    return PgCrossingLedger.one(
        database.run(
            OWNER, source, place.room().value(), Storable.text(place.session()), place.index()),
        row -> new EventId(row.getString(0)));
  }
}
