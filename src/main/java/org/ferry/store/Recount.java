package org.ferry.store;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.Sha256;
import org.ferry.source.RoomTally;

/** Counts the ledger's own event rows, room by room, in constant memory however large a room is. */
final class Recount {
  private static final int ROWS = 5_000;
  // State from before a room's first event is no event of its history (depth below zero).
  // From the events alone, not from the figures that a load keeps beside the rooms.
  private static final String ROOMS =
      """
      select r.pk, r.id from ferry.room r where r.source = $1 and r.id > $2
        and exists (select from ferry.event e where e.source = $1 and e.room = r.pk and e.depth >= 0)
      order by r.id limit $3
      """;
  private static final String IDS =
      """
      select event_id, type, depth, stream from ferry.event
      where source = $1 and room = $2 and depth >= 0 and (depth, stream) > ($3, $4)
      order by depth, stream limit $5
      """;

  private final Database database;
  private final long source;

  Recount(Database database, long source) {
    this.database = database;
    this.source = source;
  }

  private record Numbered(long pk, String id) {}

  Stream<RoomTally> tallies() {
    return Pages.<Numbered>of(
            Pages.SMALL_ROWS,
            last ->
                EventRows.list(
                    database.run(
                        ROOMS, source, last == null ? "" : last.id(), (long) Pages.SMALL_ROWS),
                    row -> new Numbered(row.getLong(0), row.getString(1))))
        .map(this::tally);
  }

  private RoomTally tally(Numbered room) {
    Map<String, Long> byType = new TreeMap<>();
    MessageDigest ids = Sha256.digest();
    long events = 0;
    long depth = Long.MIN_VALUE;
    long stream = Long.MIN_VALUE;
    RowSet<Row> page;
    do {
      page = database.run(IDS, source, room.pk(), depth, stream, (long) ROWS);
      for (Row row : page) {
        ids.update((row.getString(0) + "\n").getBytes(StandardCharsets.UTF_8));
        long unused = byType.merge(row.getString(1), 1L, Long::sum);
        depth = row.getLong(2);
        stream = row.getLong(3);
        events++;
      }
    } while (page.size() == ROWS);
    return new RoomTally(
        new RoomId(room.id()), byType, events, HexFormat.of().formatHex(ids.digest()));
  }
}
