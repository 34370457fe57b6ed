package org.ferry.store.live;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.Unreadable;
import org.ferry.live.events.Arrival;
import org.ferry.live.events.Held;
import org.ferry.live.events.LiveEvents;
import org.ferry.live.events.Verdict;
import org.ferry.store.Database;
import org.jspecify.annotations.Nullable;

/** Live events in PostgreSQL: {@code ferry.live_event} and the log {@code ferry.live_release}. */
public final class PgLiveEvents implements LiveEvents {
  private static final String GIVEN =
      """
      with given as (
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
            $6::bigint[], $7::text[], $8::bytea[], $9::uuid[]) with ordinality
          as g(room, event, sender, type, session, ts, seen_by, raw, trace, n))
      """;
  private static final String TAKE =
      GIVEN
          + """
          insert into ferry.live_event as e
            (room, event, sender, type, session, ts, seen_by, raw, trace, taken_at)
          select room, event, sender, type, session, ts, seen_by, raw, trace, now() from given
          order by n
          on conflict (room, event) do update set seen_by = excluded.seen_by, place = excluded.place
            where e.state = 'waiting' and %s and not %s
          returning (xmax = 0)
          """
              .formatted(held("e.seen_by"), held("excluded.seen_by"));
  private static final String ARRANGE =
      GIVEN
          + """
          , numbered as (
            select g.*, nextval(pg_get_serial_sequence('ferry.live_event', 'place')) as at
            from (select * from given order by n) g)
          insert into ferry.live_event as e
            (room, event, sender, type, session, ts, seen_by, raw, trace, taken_at, place)
          select room, event, sender, type, session, ts, seen_by, raw, trace, now(), at
          from numbered order by n
          on conflict (room, event) do update set place = excluded.place,
            seen_by = case when %s then excluded.seen_by else e.seen_by end
            where e.state = 'waiting'
          returning (xmax = 0)
          """
              .formatted(held("e.seen_by"));
  private static final String KNOWN =
      "select event from ferry.live_event where room = $1 and event = any($2)";
  // What came while something is missing in front of it waits for that.
  private static final String FREE = " and not " + held("e.seen_by");
  private static final String ROOMS =
      "select e.room from ferry.live_event e where e.state = 'waiting'"
          + FREE
          + " group by e.room order by min(e.place) limit $1";
  private static final String COLUMNS =
      "select pk, room, session, seen_by, taken_at, raw, event, trace ";
  private static final String WAITING =
      COLUMNS
          + "from ferry.live_event e where room = $1 and state = 'waiting'"
          + FREE
          + " order by place limit $2";
  // A key is dated when it is written, and seen when its transaction ends: hence the minute. What
  // nobody could try has no time, and any key will do.
  private static final String OPENABLE =
      COLUMNS
          + """
          from ferry.live_event e where state = 'undecryptable' and raw <> ''
            and exists (select from ferry.room_key k
              where k.room_id = e.room and k.session_id = e.session
                and k.changed_at >= coalesce(e.tried_at - interval '1 minute', '-infinity'))
          order by place limit $1
          """;

  /** The same, from the keys to the events. Public for the test of its indexes. */
  public static final String OPENABLE_LATELY =
      COLUMNS
          + """
          from ferry.live_event where pk in (
            select e.pk from ferry.room_key k
              join ferry.live_event e on e.room = k.room_id and e.session = k.session_id
            where k.changed_at >= now() - interval '5 minutes'
              and e.state = 'undecryptable' and e.raw <> ''
              and k.changed_at >= coalesce(e.tried_at - interval '1 minute', '-infinity')
            union all
            select e.pk from ferry.live_event e
            where e.state = 'undecryptable' and e.reason = 'no_device' and e.raw <> ''
              and exists (select from ferry.room_key k
                where k.room_id = e.room and k.session_id = e.session
                  and k.changed_at >= coalesce(e.tried_at - interval '1 minute', '-infinity')))
          order by place limit $1
          """;

  private static final String SETTLE =
      """
      with fence as (
        select epoch from ferry.live_leader where id = 1 and epoch = $1 for share
      ), given as (
        select * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::bytea[]) with ordinality as g(pk, state, trust, reason, type, content, n)
      ), settled as (
        update ferry.live_event e set state = g.state, trust = g.trust, reason = g.reason,
          clear_type = g.type, clear = g.content,
          tried_at = case when g.reason = 'no_device' then null else now() end
        from given g, fence where e.pk = g.pk
          and e.state = case g.state when 'late' then 'undecryptable' else 'waiting' end
          and (g.state <> 'late' or e.raw <> '')
        returning e.pk, e.state, e.session, g.n
      ), counted as (
        insert into ferry.live_count as c (outcome, n)
        select case when state = 'clear' and session is not null then 'decrypted' else state end,
          count(*) from settled group by 1 order by 1
        on conflict (outcome) do update set n = c.n + excluded.n
      )
      insert into ferry.live_release (event, kind)
      select pk, case state when 'clear' then 'created' when 'late' then 'late'
          else 'undecryptable' end
      from settled order by n
      on conflict (event, kind) do nothing
      """;
  private static final String TRIED =
      "update ferry.live_event set tried_at = now() where pk = any($1) and state = 'undecryptable'";
  // While a key is asked for, what it opens is kept; of it nobody can read anything.
  private static final String FORGET =
      """
      update ferry.live_event set raw = '', clear = null
      where taken_at < $1 and raw <> '' and state <> 'waiting'
        and (state <> 'undecryptable' or taken_at < now() - interval '60 days')
      """;
  private static final String QUARANTINE =
      """
      insert into ferry.live_quarantine (hash, room, why, bytes, event)
      values (sha256($1), $2, $3, $4, $5) on conflict (hash) do nothing
      """;
  private static final String COUNTS =
      "select state, count(*) from ferry.live_event group by state order by state";

  /**
   * Whether something is missing of a room in the view of the homeserver from which an event came:
   * what another homeserver, which is away, did not say holds up nobody who hears of the room from
   * a third. What came from both goes with the one of which nothing is missing. A room that
   * somebody tries out is held in the view of that one alone.
   *
   * @param seenBy to whom it came; the bot where that is null
   */
  private static String held(String seenBy) {
    String by =
        "coalesce(%s, (select user_id from ferry.identity where kind = 'bot' limit 1), f.user_id)"
            .formatted(seenBy);
    return """
    exists (select from ferry.followed_room f
      where f.room = e.room and f.held_until > now()
        and (f.held_until < 'infinity' or f.user_id = %1$s)
        and substr(f.user_id, strpos(f.user_id, ':')) = substr(%1$s, strpos(%1$s, ':')))\
    """
        .formatted(by);
  }

  private final Database database;

  /**
   * Live events in a database.
   *
   * @param database stays the caller's
   */
  public PgLiveEvents(Database database) {
    this.database = database;
  }

  @Override
  public int take(List<Arrival> arrivals) {
    return arrivals.isEmpty() ? 0 : fresh(given(TAKE, arrivals));
  }

  @Override
  public int arrange(List<Arrival> arrivals) {
    return arrivals.isEmpty() ? 0 : fresh(given(ARRANGE, arrivals));
  }

  private static int fresh(RowSet<Row> rows) {
    int fresh = 0;
    for (Row row : rows) {
      fresh += row.getBoolean(0) ? 1 : 0;
    }
    return fresh;
  }

  private RowSet<Row> given(String sql, List<Arrival> arrivals) {
    return database.run(
        sql,
        texts(arrivals, a -> a.room().value()),
        texts(arrivals, a -> a.id().value()),
        texts(arrivals, Arrival::sender),
        texts(arrivals, Arrival::type),
        texts(arrivals, Arrival::session),
        arrivals.stream().map(Arrival::ts).toArray(Long[]::new),
        texts(arrivals, a -> value(a.seenBy())),
        arrivals.stream().map(Arrival::raw).toArray(Buffer[]::new),
        arrivals.stream().map(a -> a.trace().uuid()).toArray(UUID[]::new));
  }

  private static <T> Object texts(List<T> all, Function<T, @Nullable String> field) {
    @Nullable String[] texts = new @Nullable String[all.size()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = field.apply(all.get(i));
    }
    return texts;
  }

  private static @Nullable String value(@Nullable UserId user) {
    return user == null ? null : user.value();
  }

  @Override
  public Set<EventId> known(RoomId room, Collection<EventId> events) {
    Set<EventId> known = new HashSet<>();
    Object ids = events.stream().map(EventId::value).toArray(String[]::new);
    database.run(KNOWN, room.value(), ids).forEach(row -> known.add(new EventId(row.getString(0))));
    return known;
  }

  @Override
  public List<RoomId> waitingRooms(int limit) {
    List<RoomId> rooms = new ArrayList<>();
    database.run(ROOMS, limit).forEach(row -> rooms.add(new RoomId(row.getString(0))));
    return rooms;
  }

  @Override
  public List<Held> waiting(RoomId room, int limit) {
    return held(database.run(WAITING, room.value(), limit));
  }

  @Override
  public List<Held> openable(int limit, boolean recent) {
    return held(database.run(recent ? OPENABLE_LATELY : OPENABLE, limit));
  }

  private static List<Held> held(RowSet<Row> rows) {
    List<Held> held = new ArrayList<>();
    for (Row row : rows) {
      String seenBy = row.getString(3);
      held.add(
          new Held(
              row.getLong(0),
              new RoomId(row.getString(1)),
              row.getString(2),
              seenBy == null ? null : new UserId(seenBy),
              row.getOffsetDateTime(4).toInstant(),
              row.getBuffer(5),
              new EventId(row.getString(6)),
              Traces.text(row, 7)));
    }
    return held;
  }

  @Override
  public int settle(long epoch, List<Verdict> verdicts) {
    if (verdicts.isEmpty()) {
      return 0;
    }
    Buffer[] contents = verdicts.stream().map(Verdict::content).toArray(Buffer[]::new);
    return database
        .run(
            SETTLE,
            epoch,
            verdicts.stream().map(Verdict::key).toArray(Long[]::new),
            texts(verdicts, v -> v.state().word()),
            texts(verdicts, Verdict::trust),
            texts(verdicts, v -> clean(v.reason())),
            texts(verdicts, v -> clean(v.type())),
            contents)
        .rowCount();
  }

  /** Text that PostgreSQL takes: no NUL, no half of a character. */
  private static @Nullable String clean(@Nullable String text) {
    return text == null
        ? null
        : new String(
            text.replace("\0", "").getBytes(java.nio.charset.StandardCharsets.UTF_8),
            java.nio.charset.StandardCharsets.UTF_8);
  }

  @Override
  public void tried(Collection<Long> keys) {
    var unused = database.run(TRIED, (Object) keys.toArray(Long[]::new));
  }

  @Override
  public int forget(Instant before) {
    OffsetDateTime at = before.atOffset(ZoneOffset.UTC);
    return database.run(FORGET, at).rowCount();
  }

  @Override
  public void quarantine(Unreadable unreadable) {
    RoomId room = unreadable.room();
    EventId event = unreadable.event();
    var unused =
        database.run(
            QUARANTINE,
            unreadable.raw(),
            room == null ? null : room.value(),
            clean(unreadable.why()),
            unreadable.raw().length(),
            event == null ? null : event.value());
  }

  @Override
  public Map<String, Long> counts() {
    Map<String, Long> counts = new LinkedHashMap<>();
    database.run(COUNTS).forEach(row -> counts.put(row.getString(0), row.getLong(1)));
    return counts;
  }
}
