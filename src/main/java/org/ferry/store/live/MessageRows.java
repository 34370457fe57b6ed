package org.ferry.store.live;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.ferry.id.RoomId;
import org.ferry.live.message.Draft;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.MediaRef;
import org.ferry.live.message.Stored;
import org.ferry.store.Database;
import org.jspecify.annotations.Nullable;

/** Rows of {@code ferry.live_message}. */
final class MessageRows {
  static final String SELECT =
      """
      select pos, release, type, room, network, sender, direction, ts, at, data, trace
      from ferry.live_message\
      """;
  private static final String INSERT =
      """
      insert into ferry.live_message
        (pos, release, type, room, event, network, sender, direction, ts, at, data, trace)
      select $1::bigint - 1 + n, g.release, g.type, g.room, g.event, g.network, g.sender,
        g.direction, g.ts, g.at, g.data,
        (select e.trace from ferry.live_release r join ferry.live_event e on e.pk = r.event
          where r.pos = g.release)
      from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
          $8::text[], $9::bigint[], $10::timestamptz[], $11::text[]) with ordinality
        as g(release, type, room, event, network, sender, direction, ts, at, data, n)
      """;
  private static final String MEDIA =
      """
      insert into ferry.live_media (id, pos, ref)
      select distinct on (id) id, pos, ref
      from unnest($1::text[], $2::bigint[], $3::text[]) as g(id, pos, ref)
      order by id, pos desc
      on conflict (id) do update set pos = excluded.pos, ref = excluded.ref
      """;
  private static final String TELL = "select pg_notify('" + PgChannels.MESSAGES + "', '')";

  private MessageRows() {}

  static LiveMessage of(Row row) {
    return of(row, 0);
  }

  /** A message whose columns begin at a place. */
  static LiveMessage of(Row row, int from) {
    return new LiveMessage(
        row.getLong(from),
        row.getLong(from + 1),
        row.getString(from + 2),
        new RoomId(row.getString(from + 3)),
        row.getString(from + 4),
        row.getString(from + 5),
        row.getString(from + 6),
        row.getLong(from + 7),
        row.getOffsetDateTime(from + 8).toInstant(),
        Stored.data(row.getString(from + 9)),
        Traces.text(row, from + 10));
  }

  /**
   * Adds messages behind each other and tells everybody.
   *
   * @param first the position of the first
   * @param at when each is told
   */
  static void insert(SqlConnection in, long first, List<Draft> drafts, List<Instant> at)
      throws Exception {
    Tuple values =
        Tuple.of(
            first,
            drafts.stream().map(Draft::release).toArray(Long[]::new),
            texts(drafts, d -> d.type().word()),
            texts(drafts, d -> d.room().value()),
            texts(drafts, MessageRows::event),
            texts(drafts, Draft::network));
    Tuple all =
        values
            .addValue(texts(drafts, Draft::sender))
            .addValue(texts(drafts, Draft::direction))
            .addValue(drafts.stream().map(Draft::ts).toArray(Long[]::new))
            .addValue(
                at.stream().map(t -> t.atOffset(ZoneOffset.UTC)).toArray(OffsetDateTime[]::new))
            .addValue(texts(drafts, d -> Stored.text(d.data())));
    var unused = Database.await(in.preparedQuery(INSERT).execute(all));
    media(in, first, drafts);
    unused = Database.await(in.preparedQuery(TELL).execute());
  }

  private static void media(SqlConnection in, long first, List<Draft> drafts) throws Exception {
    List<String> ids = new ArrayList<>();
    List<Long> places = new ArrayList<>();
    List<String> refs = new ArrayList<>();
    for (int i = 0; i < drafts.size(); i++) {
      MediaRef media = drafts.get(i).media();
      if (media != null) {
        ids.add(media.id());
        places.add(first + i);
        refs.add(media.json());
      }
    }
    if (!ids.isEmpty()) {
      Tuple files =
          Tuple.of(
              ids.toArray(String[]::new), places.toArray(Long[]::new), refs.toArray(String[]::new));
      var unused = Database.await(in.preparedQuery(MEDIA).execute(files));
    }
  }

  private static @Nullable String event(Draft draft) {
    var event = draft.event();
    return event == null ? null : event.value();
  }

  private static <T> Object texts(List<T> all, Function<T, @Nullable String> field) {
    @Nullable String[] texts = new @Nullable String[all.size()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = field.apply(all.get(i));
    }
    return texts;
  }
}
