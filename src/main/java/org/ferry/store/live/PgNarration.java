package org.ferry.store.live;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.message.Card;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.Member;
import org.ferry.live.message.Narration;
import org.ferry.live.message.Release;
import org.ferry.store.Database;
import org.jspecify.annotations.Nullable;

/**
 * Where telling reads and writes, in PostgreSQL. The row of {@code ferry.live_narration} is held
 * until the end of each telling, so that positions have no gaps and become visible in order.
 */
public final class PgNarration implements Narration {
  private static final String TOLD = "select release from ferry.live_narration where id = 1";
  // What is read by now was not when it was released as undecryptable, and its reason is gone.
  private static final String RELEASES =
      """
      select r.pos, r.event, r.kind, e.room, e.event, e.sender, e.type, e.ts,
        e.session is not null, e.seen_by,
        case when r.kind = 'undecryptable' then 'none' else coalesce(e.trust, 'none') end,
        case when r.kind = 'undecryptable' then coalesce(e.reason, 'no_key') else e.reason end,
        case when r.kind <> 'undecryptable' then e.clear_type end,
        case when r.kind <> 'undecryptable' then e.clear end,
        e.raw, r.at, e.trace
      from (
        select pos, event, kind, at, sum(bytes) over (order by pos) - bytes as before from (
          select r.pos, r.event, r.kind, r.at,
            octet_length(e.raw) + coalesce(octet_length(e.clear), 0) as bytes
          from ferry.live_release r join ferry.live_event e on e.pk = r.event
          where r.pos > $1 order by r.pos limit $2) first) r
        join ferry.live_event e on e.pk = r.event
      where r.before < 4194304 order by r.pos
      """;
  private static final String CARDS =
      """
      select room, card, name, network, created, last_event, last_at, read_at
      from ferry.live_room where room = any($1)
      """;
  private static final String MEMBERS =
      """
      select m.room, m.user_id, m.name, m.told
      from unnest($1::text[], $2::text[]) as g(room, user_id)
      join ferry.live_member m using (room, user_id)
      """;
  private static final String PAST =
      "select distinct on (m.room, m.event) m.event, m.pos, m.release, m.type, m.room, m.network,"
          + " m.sender, m.direction, m.ts, m.at, m.data, m.trace"
          + """
           from unnest($1::text[], $2::text[]) as g(room, event)
          join ferry.live_message m using (room, event) order by m.room, m.event, m.pos desc
          """;
  private static final String FENCE =
      "select 1 from ferry.live_leader where id = 1 and epoch = $1 for share";
  // Whoever settles holds the row for sharing: nothing of these rooms is released meanwhile.
  private static final String ALONE =
      "select 1 from ferry.live_leader where id = 1 and epoch = $1 for update";
  private static final String POSTPONE =
      """
      with moved as (
        delete from ferry.live_release r using ferry.live_event e
        where r.pos > $1 and e.pk = r.event and e.room = any($2)
          and exists (select from ferry.live_release o join ferry.live_event f on f.pk = o.event
            where o.pos > $1 and f.room <> all($2))
        returning r.pos, r.event, r.kind, r.at)
      insert into ferry.live_release (event, kind, at)
      select event, kind, at from moved order by pos
      """;
  private static final String ADVANCE =
      """
      update ferry.live_narration set release = $2, pos = pos + $3 where id = 1 and release = $1
      returning pos - $3 + 1
      """;
  private static final String SILENCE =
      """
      insert into ferry.live_untold (release, event, quarantined, why, at)
      select release, event, quarantined, why, now()
      from unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::text[])
        as g(release, event, quarantined, why)
      on conflict (release) do nothing
      """;
  // Whatever key comes later, nothing is there that it would open.
  private static final String TAKE_BACK =
      """
      update ferry.live_event e set raw = '', clear = null
      from unnest($1::text[], $2::text[]) as g(room, event)
      where e.room = g.room and e.event = g.event and e.state in ('undecryptable', 'late')
      """;
  // Nor is its key asked for: the ciphertext is kept with what waits.
  private static final String AWAIT_NO_KEY =
      """
      delete from ferry.megolm_waiting w using unnest($1::text[], $2::text[]) as g(room, event)
      where w.room_id = g.room and w.event_id = g.event
      """;
  private static final String KEEP_CARDS =
      """
      insert into ferry.live_room as l
        (room, card, name, network, encrypted, created, last_event, last_at, read_at)
      select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[],
        $6::boolean[], $7::text[], $8::timestamptz[], $9::timestamptz[])
      on conflict (room) do update set card = excluded.card, name = excluded.name,
        network = excluded.network, encrypted = excluded.encrypted, created = excluded.created,
        last_event = excluded.last_event, last_at = excluded.last_at, read_at = excluded.read_at
      """;
  private static final String KEEP_ENCRYPTED =
      """
      insert into ferry.encrypted_room (room) select room from unnest($1::text[]) as g(room)
      order by room on conflict do nothing
      """;
  private static final String KEEP_MEMBERS =
      """
      insert into ferry.live_member (room, user_id, name, told)
      select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
      on conflict (room, user_id) do update set name = excluded.name, told = excluded.told
      """;

  private final Database database;

  /**
   * A telling in a database.
   *
   * @param database stays the caller's
   */
  public PgNarration(Database database) {
    this.database = database;
  }

  @Override
  public long told() {
    return database.run(TOLD).iterator().next().getLong(0);
  }

  @Override
  public List<Release> releases(long after, int limit) {
    List<Release> releases = new ArrayList<>();
    database.run(RELEASES, after, limit).forEach(row -> releases.add(release(row)));
    return releases;
  }

  private static Release release(Row row) {
    String seenBy = row.getString(9);
    return new Release(
        row.getLong(0),
        row.getLong(1),
        Release.Kind.valueOf(row.getString(2).toUpperCase(Locale.ROOT)),
        new RoomId(row.getString(3)),
        new EventId(row.getString(4)),
        row.getString(5),
        row.getString(6),
        row.getLong(7),
        row.getBoolean(8),
        seenBy == null ? null : new UserId(seenBy),
        row.getString(10),
        row.getString(11),
        row.getString(12),
        row.getBuffer(13),
        row.getBuffer(14),
        row.getOffsetDateTime(15).toInstant(),
        Traces.text(row, 16));
  }

  @Override
  public Map<RoomId, Card> cards(Collection<RoomId> rooms) {
    Map<RoomId, Card> cards = new HashMap<>();
    if (!rooms.isEmpty()) {
      Object ids = texts(rooms, RoomId::value);
      database.run(CARDS, ids).forEach(row -> cards.put(new RoomId(row.getString(0)), card(row)));
    }
    return cards;
  }

  private static Card card(Row row) {
    String event = row.getString(5);
    return new Card(
        Card.Facts.of(row.getString(1)),
        row.getString(2),
        row.getString(3),
        row.getBoolean(4),
        event == null ? null : new EventId(event),
        instant(row.getOffsetDateTime(6)),
        instant(row.getOffsetDateTime(7)));
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
    return time == null ? null : time.toInstant();
  }

  @Override
  public Map<Seat, Member> members(Collection<Seat> seats) {
    Map<Seat, Member> members = new HashMap<>();
    if (!seats.isEmpty()) {
      database
          .run(MEMBERS, texts(seats, s -> s.room().value()), texts(seats, Seat::user))
          .forEach(row ->
              members.put(
                  new Seat(new RoomId(row.getString(0)), row.getString(1)),
                  new Member(row.getString(2), row.getString(3))));
    }
    return members;
  }

  @Override
  public Map<Place, LiveMessage> past(Collection<Place> places) {
    Map<Place, LiveMessage> past = new HashMap<>();
    if (!places.isEmpty()) {
      database
          .run(PAST, texts(places, p -> p.room().value()), texts(places, p -> p.event().value()))
          .forEach(row -> {
            LiveMessage message = MessageRows.of(row, 1);
            past.put(new Place(message.room(), new EventId(row.getString(0))), message);
          });
    }
    return past;
  }

  @Override
  public boolean tell(long epoch, Chapter chapter) {
    return database.transaction(connection -> {
      int count = chapter.drafts().size();
      boolean leads = first(connection, FENCE, Tuple.of(epoch)) != null;
      Long pos =
          leads
              ? first(connection, ADVANCE, Tuple.of(chapter.from(), chapter.to(), (long) count))
              : null;
      if (pos == null) {
        return false;
      }
      if (count > 0) {
        List<Instant> times =
            chapter.drafts().stream().map(d -> chapter.released().get(d.release())).toList();
        MessageRows.insert(connection, pos, chapter.drafts(), times);
      }
      keep(connection, chapter);
      return true;
    });
  }

  @Override
  public void postpone(long epoch, long after, Collection<RoomId> rooms) {
    boolean unused =
        database.transaction(connection -> {
          boolean leads = first(connection, ALONE, Tuple.of(epoch)) != null;
          if (leads) {
            run(connection, POSTPONE, Tuple.of(after, texts(rooms, RoomId::value)));
          }
          return leads;
        });
  }

  private static @Nullable Long first(SqlConnection in, String sql, Tuple values) throws Exception {
    var rows = Database.await(in.preparedQuery(sql).execute(values)).iterator();
    return rows.hasNext() ? Long.valueOf(rows.next().getLong(0)) : null;
  }

  private static void keep(SqlConnection in, Chapter chapter) throws Exception {
    List<Silence> silences = chapter.silences();
    if (!silences.isEmpty()) {
      run(
          in,
          SILENCE,
          Tuple.of(
              silences.stream().map(Silence::release).toArray(Long[]::new),
              silences.stream().map(Silence::key).toArray(Long[]::new),
              silences.stream().map(Silence::quarantined).toArray(Boolean[]::new),
              texts(silences, Silence::why)));
    }
    if (!chapter.cards().isEmpty()) {
      run(in, KEEP_CARDS, cards(chapter.cards()));
      keepEncrypted(in, chapter.cards());
    }
    Set<Place> takenBack = chapter.takenBack();
    if (!takenBack.isEmpty()) {
      Tuple places =
          Tuple.of(
              texts(takenBack, p -> p.room().value()), texts(takenBack, p -> p.event().value()));
      run(in, TAKE_BACK, places);
      run(in, AWAIT_NO_KEY, places);
    }
    if (!chapter.members().isEmpty()) {
      List<Map.Entry<Seat, Member>> members = List.copyOf(chapter.members().entrySet());
      run(
          in,
          KEEP_MEMBERS,
          Tuple.of(
              texts(members, m -> m.getKey().room().value()),
              texts(members, m -> m.getKey().user()),
              texts(members, m -> m.getValue().name()),
              texts(members, m -> m.getValue().told())));
    }
  }

  private static void keepEncrypted(SqlConnection in, Map<RoomId, Card> changed) throws Exception {
    List<RoomId> rooms =
        changed.entrySet().stream()
            .filter(c -> c.getValue().facts().encrypted())
            .map(Map.Entry::getKey)
            .toList();
    if (!rooms.isEmpty()) {
      run(in, KEEP_ENCRYPTED, Tuple.of(texts(rooms, RoomId::value)));
    }
  }

  private static Tuple cards(Map<RoomId, Card> changed) {
    List<Map.Entry<RoomId, Card>> cards = List.copyOf(changed.entrySet());
    List<Card> values = cards.stream().map(Map.Entry::getValue).toList();
    return Tuple.of(
            texts(cards, c -> c.getKey().value()),
            texts(values, c -> c.facts().json()),
            texts(values, Card::name),
            texts(values, Card::network))
        .addValue(values.stream().map(c -> c.facts().encrypted()).toArray(Boolean[]::new))
        .addValue(values.stream().map(Card::created).toArray(Boolean[]::new))
        .addValue(texts(values, c -> event(c.lastEvent())))
        .addValue(times(values, Card::lastAt))
        .addValue(times(values, Card::readAt));
  }

  private static @Nullable String event(@Nullable EventId event) {
    return event == null ? null : event.value();
  }

  private static Object times(List<Card> cards, Function<Card, @Nullable Instant> field) {
    @Nullable OffsetDateTime[] times = new @Nullable OffsetDateTime[cards.size()];
    for (int i = 0; i < times.length; i++) {
      Instant at = field.apply(cards.get(i));
      times[i] = at == null ? null : at.atOffset(ZoneOffset.UTC);
    }
    return times;
  }

  /** Names are anybody's text, and PostgreSQL takes no NUL. */
  private static @Nullable String clean(@Nullable String text) {
    return text == null ? null : text.replace("\0", "");
  }

  private static <T> Object texts(Collection<T> all, Function<T, @Nullable String> field) {
    @Nullable String[] texts = new @Nullable String[all.size()];
    int i = 0;
    for (T each : all) {
      texts[i++] = clean(field.apply(each));
    }
    return texts;
  }

  private static void run(SqlConnection in, String sql, Tuple values) throws Exception {
    var unused = Database.await(in.preparedQuery(sql).execute(values));
  }
}
