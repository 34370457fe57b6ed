package org.ferry.store.crypto;

import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.ferry.id.RoomId;
import org.ferry.store.Database;
import org.jspecify.annotations.Nullable;

/**
 * How many keys there are, and what waits for one.
 *
 * @param sessions Megolm sessions that can be read with
 * @param rooms rooms with at least one of them
 * @param last when the last one came or got better; null where there is none
 * @param origins sessions by the way they came
 * @param undecryptable encrypted events that wait for a key which has not come, by reason as events
 *     say it
 */
public record PgKeyCounts(
    long sessions,
    long rooms,
    @Nullable Instant last,
    Map<String, Long> origins,
    Map<String, Long> undecryptable) {
  private static final String COUNT =
      "select count(*), count(distinct room_id), max(changed_at) from ferry.room_key";
  private static final String ORIGINS =
      "select origin, count(*) from ferry.room_key group by origin";
  private static final String WAITING =
      "select lower(w.reason), count(distinct w.event_id) from ferry.megolm_waiting w where true"
          + WaitingRows.LACKING
          + " group by 1";

  private static final String LIVE =
      """
      select room from ferry.followed_room union select room from ferry.live_room
      union select room from ferry.live_event union select room_id from ferry.megolm_waiting
      """;

  /** Counts. */
  public static PgKeyCounts of(Database database) {
    Row row = database.run(COUNT).iterator().next();
    OffsetDateTime last = row.getOffsetDateTime(2);
    return new PgKeyCounts(
        row.getLong(0),
        row.getLong(1),
        last == null ? null : last.toInstant(),
        by(database, ORIGINS),
        waiting(database));
  }

  /** The rooms that are followed, were read in or are to be, or in which something waits. */
  public static Set<RoomId> live(Database database) {
    Set<RoomId> rooms = new HashSet<>();
    database.run(LIVE).forEach(r -> rooms.add(new RoomId(r.getString(0))));
    return rooms;
  }

  private static Map<String, Long> by(Database database, String sql) {
    Map<String, Long> counts = new TreeMap<>();
    database.run(sql).forEach(r -> counts.put(r.getString(0), r.getLong(1)));
    return counts;
  }

  private static Map<String, Long> waiting(Database database) {
    Row there =
        database.run("select to_regclass('ferry.megolm_waiting') is not null").iterator().next();
    return there.getBoolean(0) ? by(database, WAITING) : Map.of();
  }
}
