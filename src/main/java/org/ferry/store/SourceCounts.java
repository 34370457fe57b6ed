package org.ferry.store;

import io.vertx.sqlclient.Row;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.migrate.Selection;
import org.ferry.migrate.SourceLedger.RoomCounts;
import org.ferry.source.RoomTally;

/** How much there is in the rooms of a source. Its streams are pages and hold nothing open. */
final class SourceCounts {
  private static final String ROOMS =
      """
      select id, events, messages, encrypted, redacted, first_ts, last_ts from ferry.room
      where source = $1 and id > $2 and events > 0 order by id limit $3
      """;
  private static final String PICKED =
      """
      select r.id, count(*),
        count(*) filter (where e.type = 'm.room.message' and e.redacted_by is null),
        count(*) filter (where e.type = 'm.room.encrypted' and e.redacted_by is null),
        count(*) filter (where e.redacted_by is not null), min(e.ts), max(e.ts)
      from ferry.event e join ferry.room r on r.pk = e.room
      where e.source = $1
      """
          + EventSql.selected(2, 3)
          + "group by r.id";
  private static final String TALLIES =
      """
      select room, by_type, events, ordered_ids_sha256 from ferry.tally
      where source = $1 and room > $2 order by room limit $3
      """;

  private final Database database;

  SourceCounts(Database database) {
    this.database = database;
  }

  /** Of all rooms that hold something, in the order of their ids. */
  Stream<RoomCounts> rooms(long source) {
    return Pages.byId(database, ROOMS, source, SourceCounts::counts, c -> c.room().value());
  }

  /** Of what is selected; rooms of which nothing is have no entry. */
  Map<RoomId, RoomCounts> picked(long source, Selection selection) {
    return EventRows.list(
            database.run(PICKED, source, selection.sinceMillis(), selection.peopleIds()),
            SourceCounts::counts)
        .stream()
        .collect(Collectors.toMap(RoomCounts::room, Function.identity()));
  }

  /** As the source was counted while it was read. */
  Stream<RoomTally> tallies(long source) {
    return Pages.byId(database, TALLIES, source, SourceRows::tally, t -> t.room().value());
  }

  /** Counted anew from what is kept. */
  Stream<RoomTally> recount(long source) {
    return new Recount(database, source).tallies();
  }

  static RoomCounts counts(Row row) {
    return new RoomCounts(
        new RoomId(row.getString(0)),
        row.getLong(1),
        row.getLong(2),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6));
  }
}
