package org.ferry.store.webhook;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.ferry.store.Database;
import org.ferry.store.live.Traces;
import org.ferry.webhook.Desk;
import org.jspecify.annotations.Nullable;

/** What is asked and ordered of the outbox in PostgreSQL. */
public final class PgDesk implements Desk {
  private static final String STANDINGS =
      """
      select e.name, e.off_at is null, e.off_reason, coalesce(w.waiting, 0), w.oldest, e.delivered,
        coalesce(f.failed, 0), e.failing_since, e.last_success, e.last_error, e.pos
      from ferry.webhook_endpoint e
      """
          + StandingSql.JOINS
          + "order by e.name";
  private static final String DOSSIER =
      """
      select d.id, e.name, l.room, d.event, d.type, d.message, l.replay, d.state, d.attempts,
        d.made_at, d.log,
        case when d.state = 'waiting' and e.off_at is null then l.due_at end, d.body <> '', d.trace,
        d.place
      from ferry.webhook_delivery d join ferry.webhook_lane l on l.pk = d.lane
        join ferry.webhook_endpoint e on e.pk = l.endpoint
      """;
  private static final String FAILED =
      DOSSIER
          + """
          where d.state = 'failed' and ($1::text is null or e.name = $1)
          order by d.done_at desc nulls last, d.lane, d.place limit $2
          """;
  private static final String NEWEST =
      DOSSIER
          + """
          where e.name = $1 and ($2::text is null or d.state = $2)
            and d.message <= $3 and (d.message, l.replay, d.place) < ($3, $4, $5)
          order by d.message desc, l.replay desc, d.place desc limit $6
          """;
  private static final String ABOUT =
      DOSSIER + "where d.event = $1 or d.id = $1 order by e.name, l.replay, d.message limit 200";
  // Each message once: what was replayed has several rows, of which some may have no text any more.
  // What waits again already needs no other order: asked for twice, it is sent once.
  private static final String CHOSEN =
      """
      with chosen as (
        select distinct on (d.id) d.lane, d.place, d.id, d.message, l.endpoint, l.room,
          d.body <> '' as has_text
        from ferry.webhook_delivery d join ferry.webhook_lane l on l.pk = d.lane
          join ferry.webhook_endpoint e on e.pk = l.endpoint
        where e.name = $1 and d.made_at >= $2 and ($3::text is null or l.room = $3)
          and d.state in ('delivered', 'failed', 'again')
          and not exists (
            select from ferry.webhook_delivery w join ferry.webhook_lane v on v.pk = w.lane
            where w.id = d.id and w.state = 'waiting' and v.endpoint = e.pk)
        order by d.id, has_text desc, l.replay, d.place)
      """;
  private static final String GONE = CHOSEN + "select count(*) from chosen where not has_text";
  private static final String REPLAY_LANES =
      CHOSEN
          + """
          insert into ferry.webhook_lane (endpoint, room, replay)
          select distinct endpoint, room, true from chosen where has_text order by endpoint, room
          on conflict (endpoint, room, replay) do nothing
          """;
  private static final String REPLAY =
      CHOSEN
          + """
          , lanes as (
            select l.pk, l.seq, l.room from ferry.webhook_lane l
              join (select distinct endpoint, room from chosen where has_text) c
                on c.endpoint = l.endpoint and c.room = l.room and l.replay
            order by l.pk for update of l),
          placed as (
            select c.lane, c.place, t.pk, t.seq + row_number() over
              (partition by t.pk order by c.message, c.place) as at
            from chosen c join lanes t on t.room = c.room where c.has_text),
          made as (
            insert into ferry.webhook_delivery
              (lane, place, id, message, event, type, made_at, body, trace)
            select p.pk, p.at, d.id, d.message, d.event, d.type, d.made_at, d.body, d.trace
            from placed p join ferry.webhook_delivery d on d.lane = p.lane and d.place = p.place
            returning lane, place),
          marked as (
            update ferry.webhook_delivery d set state = 'again'
            from chosen c join ferry.webhook_lane l on l.endpoint = c.endpoint and l.room = c.room
            where c.has_text and d.lane = l.pk and d.id = c.id and d.state = 'failed'),
          moved as (
            update ferry.webhook_lane l set seq = m.last, due_at = coalesce(l.due_at, $4)
            from (select lane, max(place) as last from made group by lane) m where l.pk = m.lane)
          select count(*) from made
          """;
  private static final String REMOVED =
      """
      select e.delivered - (select count(*) from ferry.webhook_lane l
          join ferry.webhook_delivery d on d.lane = l.pk and d.state = 'delivered'
          where l.endpoint = e.pk)
      from ferry.webhook_endpoint e where e.name = $1
      """;
  private static final String LOCK =
      """
      select 1 from ferry.webhook_lane
      where endpoint = (select pk from ferry.webhook_endpoint where name = $1)
        and due_at is not null
      order by pk for update
      """;
  private static final String ENABLE =
      """
      with switched as (
        update ferry.webhook_endpoint set off_at = null, off_reason = null, failing_since = null,
          hold_until = null
        where name = $1 returning pk),
      heads as (
        update ferry.webhook_lane l set due_at = $2, epoch = l.epoch + 1, lease_until = null
        from switched s where l.endpoint = s.pk and l.due_at is not null returning l.pk, l.done),
      fresh as (
        update ferry.webhook_delivery d set attempts = 0 from heads h
        where d.lane = h.pk and d.place = h.done + 1)
      select count(*) from switched
      """;

  private final Database database;
  private final InstantSource clock;

  /**
   * The desk of a database.
   *
   * @param database stays the caller's
   * @param clock now
   */
  public PgDesk(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public List<Standing> standings() {
    List<Standing> all = new ArrayList<>();
    for (Row row : database.run(STANDINGS)) {
      all.add(
          new Standing(
              row.getString(0),
              row.getBoolean(1),
              row.getString(2),
              row.getLong(3),
              PgOutbox.instant(row, 4),
              row.getLong(5),
              row.getLong(6),
              PgOutbox.instant(row, 7),
              PgOutbox.instant(row, 8),
              row.getString(9),
              row.getLong(10)));
    }
    return all;
  }

  @Override
  public List<Dossier> failed(@Nullable String endpoint, int limit) {
    return dossiers(FAILED, endpoint, limit);
  }

  @Override
  public List<Dossier> newest(String endpoint, @Nullable String state, Position before, int limit) {
    return dossiers(
        NEWEST, endpoint, state, before.message(), before.replay(), before.place(), limit);
  }

  @Override
  public List<Dossier> about(String eventOrId) {
    return dossiers(ABOUT, eventOrId);
  }

  private List<Dossier> dossiers(String sql, @Nullable Object... values) {
    List<Dossier> all = new ArrayList<>();
    for (Row row : database.run(sql, values)) {
      all.add(
          new Dossier(
              row.getString(0),
              row.getString(1),
              row.getString(2),
              row.getString(3),
              row.getString(4),
              row.getLong(5),
              row.getBoolean(6),
              row.getString(7),
              row.getInteger(8),
              Objects.requireNonNull(PgOutbox.instant(row, 9)),
              Arrays.asList(row.getArrayOfStrings(10)),
              PgOutbox.instant(row, 11),
              row.getBoolean(12),
              Traces.text(row, 13),
              row.getLong(14)));
    }
    return all;
  }

  /**
   * What is older than this an endpoint does not get; empty where it gets all or was never served.
   */
  public Optional<Instant> since(String endpoint) {
    for (Row row :
        database.run("select since from ferry.webhook_endpoint where name = $1", endpoint)) {
      return Optional.ofNullable(PgOutbox.instant(row, 0));
    }
    return Optional.empty();
  }

  /** The positions in the log of messages of what was told of an event, in order. */
  public List<Long> told(String event) {
    List<Long> positions = new ArrayList<>();
    database
        .run("select pos from ferry.live_message where event = $1 order by pos", event)
        .forEach(row -> positions.add(row.getLong(0)));
    return positions;
  }

  @Override
  public Replayed replay(String endpoint, Instant since, @Nullable String room) {
    return database.transaction(connection -> {
      OffsetDateTime from = PgOutbox.time(since);
      Tuple chosen = Tuple.of(endpoint, from, room);
      var unused = PgOutbox.run(connection, REPLAY_LANES, chosen);
      long gone = number(connection, GONE, chosen);
      OffsetDateTime now = PgOutbox.time(clock.instant());
      return new Replayed(number(connection, REPLAY, Tuple.of(endpoint, from, room, now)), gone);
    });
  }

  @Override
  public long removed(String endpoint) {
    for (Row row : database.run(REMOVED, endpoint)) {
      return row.getLong(0);
    }
    return 0;
  }

  private static long number(SqlConnection connection, String sql, Tuple values) throws Exception {
    return PgOutbox.run(connection, sql, values).iterator().next().getLong(0);
  }

  @Override
  public boolean enable(String endpoint) {
    OffsetDateTime now = PgOutbox.time(clock.instant());
    return database.transaction(connection -> {
      var unused = PgOutbox.run(connection, LOCK, Tuple.of(endpoint));
      return number(connection, ENABLE, Tuple.of(endpoint, now)) > 0;
    });
  }

  @Override
  public Optional<Integer> key(String endpoint) {
    for (Row row :
        database.run("select pk from ferry.webhook_endpoint where name = $1", endpoint)) {
      return Optional.of(row.getInteger(0));
    }
    return Optional.empty();
  }
}
