package org.ferry.store.live;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.live.message.Draft;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.MediaRef;
import org.ferry.live.message.Messages;
import org.ferry.store.Database;
import org.jspecify.annotations.Nullable;

/** The log of what was told, in PostgreSQL: {@code ferry.live_message}. */
public final class PgMessages implements Messages {
  private static final String LAST = "select pos from ferry.live_narration where id = 1";

  // Texts of so many bytes are read at once: as trees of JSON they are many times as large.
  private static final String AFTER =
      MessageRows.SELECT
          + """
           join (
            select pos, sum(bytes) over (order by pos) - bytes as before from (
              select pos, coalesce(octet_length(data), 0) as bytes from ferry.live_message
              where pos > $1 order by pos limit $2) first) cut using (pos)
          where before < 2097152 order by pos
          """;
  private static final String PAGE =
      MessageRows.SELECT
          + """
           join (
            select pos, sum(bytes) over (order by pos desc) - bytes as before from (
              select pos, octet_length(data) as bytes from ferry.live_message
              where data is not null and ($1::text[] is null or room = any($1))
                and ($2::text[] is null or network = any($2))
                and ($3::timestamptz is null or at >= $3) and ($4::bigint = 0 or pos < $4)
              order by pos desc limit $5) first) cut using (pos)
          where before < 2097152 order by pos desc
          """;
  private static final String FIND = MessageRows.SELECT + " where pos = $1";
  private static final String OF_EVENT =
      MessageRows.SELECT + " where room = $1 and event = $2 order by pos desc limit 1";
  private static final String FIRST_SINCE =
      """
      select coalesce((select pos from ferry.live_message where at >= $1 and data is not null
          order by at, pos limit 1),
        (select pos + 1 from ferry.live_narration where id = 1))
      """;
  private static final String MEDIA = "select ref from ferry.live_media where id = $1";
  private static final String NEXT =
      "update ferry.live_narration set pos = pos + 1 where id = 1 returning pos";
  private static final String FORGET =
      """
      with gone as (
        update ferry.live_message set data = null where at < $1 and data is not null returning pos
      ), files as (
        delete from ferry.live_media m using gone where m.pos = gone.pos returning 1
      )
      select count(*) from gone
      """;

  private final Database database;

  /**
   * The log in a database.
   *
   * @param database stays the caller's
   */
  public PgMessages(Database database) {
    this.database = database;
  }

  @Override
  public long last() {
    return database.run(LAST).iterator().next().getLong(0);
  }

  @Override
  public List<LiveMessage> after(long pos, int limit) {
    return messages(database.run(AFTER, pos, limit));
  }

  @Override
  public List<LiveMessage> page(Filter filter) {
    var rooms = filter.rooms();
    var networks = filter.networks();
    return messages(
        database.run(
            PAGE,
            rooms == null ? null : rooms.stream().map(RoomId::value).toArray(String[]::new),
            networks == null ? null : networks.toArray(String[]::new),
            time(filter.since()),
            filter.before(),
            filter.limit()));
  }

  private static @Nullable OffsetDateTime time(@Nullable Instant at) {
    return at == null ? null : at.atOffset(ZoneOffset.UTC);
  }

  private static List<LiveMessage> messages(RowSet<Row> rows) {
    List<LiveMessage> messages = new ArrayList<>(rows.size());
    rows.forEach(row -> messages.add(MessageRows.of(row)));
    return messages;
  }

  @Override
  public Optional<LiveMessage> find(long pos) {
    return messages(database.run(FIND, pos)).stream().findFirst();
  }

  @Override
  public Optional<LiveMessage> ofEvent(RoomId room, EventId event) {
    return messages(database.run(OF_EVENT, room.value(), event.value())).stream().findFirst();
  }

  @Override
  public long firstSince(Instant time) {
    return database.run(FIRST_SINCE, time(time)).iterator().next().getLong(0);
  }

  @Override
  public Optional<MediaRef> media(String id) {
    var rows = database.run(MEDIA, id).iterator();
    return rows.hasNext()
        ? Optional.of(MediaRef.of(id, rows.next().getString(0)))
        : Optional.empty();
  }

  @Override
  public long tell(Draft draft, Instant at) {
    return database.transaction(connection -> tell(connection, draft, at));
  }

  /**
   * Tells something within a transaction of the caller's: it is told if that is committed.
   *
   * @param connection of the transaction
   * @return its position
   */
  public static long tell(SqlConnection connection, Draft draft, Instant at) throws Exception {
    long pos = next(connection);
    MessageRows.insert(connection, pos, List.of(draft), List.of(at));
    return pos;
  }

  private static long next(SqlConnection connection) throws Exception {
    return Database.await(connection.preparedQuery(NEXT).execute(Tuple.tuple()))
        .iterator()
        .next()
        .getLong(0);
  }

  @Override
  public int forget(Instant before) {
    return database.run(FORGET, time(before)).iterator().next().getLong(0).intValue();
  }
}
