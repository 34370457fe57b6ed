package org.ferry.store.webhook;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.ferry.store.Database;
import org.ferry.store.KeyedHash;
import org.ferry.store.live.Traces;
import org.ferry.webhook.Delivery;
import org.ferry.webhook.Lane;
import org.ferry.webhook.Message;
import org.ferry.webhook.Outbox;
import org.ferry.webhook.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The outbox in PostgreSQL: lanes are taken with SKIP LOCKED and held by a lease that the
 * database's clock measures; each hold has a new epoch, without which nothing is written.
 */
public final class PgOutbox implements Outbox {
  private static final String BEGIN =
      """
      with made as (
        insert into ferry.webhook_endpoint (name, pos, since) values ($1, $2, $3)
        on conflict (name) do nothing returning pk, pos, since)
      select * from made
      union all select pk, pos, since from ferry.webhook_endpoint where name = $1
      limit 1
      """;
  private static final String LEAD =
      """
      update ferry.webhook_endpoint
      set fan_owner = $2, fan_until = clock_timestamp() + make_interval(secs => $3)
      where pk = $1 and (fan_owner = $2 or fan_until is null or fan_until < clock_timestamp())
      returning pk, pos, since
      """;
  private static final String MOVE =
      "update ferry.webhook_endpoint set pos = $3 where pk = $1 and pos = $2 returning name";
  private static final String LANES =
      """
      insert into ferry.webhook_lane (endpoint, room, replay)
      select $1, room, false from unnest($2::text[]) as room
      on conflict (endpoint, room, replay) do nothing
      """;
  // Everybody locks lanes before endpoints, and several of either by their keys: so nobody waits in
  // a circle.
  private static final String LOCK =
      """
      select 1 from ferry.webhook_lane
      where endpoint = $1 and room = any($2) and not replay order by pk for update
      """;
  private static final String NUMBERS =
      """
      with given as (select * from unnest($2::text[], $3::bigint[]) as g(room, n))
      update ferry.webhook_lane l set seq = l.seq + given.n, due_at = coalesce(l.due_at, $4)
      from given where l.endpoint = $1 and l.room = given.room and not l.replay
      returning l.room, l.pk, l.seq - given.n
      """;
  private static final String INSERT =
      """
      insert into ferry.webhook_delivery
        (lane, place, id, message, event, type, made_at, body, encloses, trace)
      select g.*, m.trace from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[],
          $5::text[], $6::text[], $7::timestamptz[], $8::bytea[], $9::boolean[])
          as g(lane, place, id, message, event, type, made_at, body, encloses)
        left join ferry.live_message m on m.pos = g.message
      """;
  private static final String CLAIM =
      """
      with due as (
        select l.pk, l.handed from ferry.webhook_lane l
          join ferry.webhook_endpoint e on e.pk = l.endpoint
        where l.endpoint = $1 and l.due_at <= $3 and e.off_at is null
          and (e.hold_until is null or e.hold_until <= $3)
          and (l.lease_until is null or l.lease_until < clock_timestamp())
          and ($6::boolean is null or $6 = coalesce((
            select d.encloses from ferry.webhook_delivery d
            where d.lane = l.pk and d.place > l.done order by d.place limit 1), false))
        order by l.due_at limit $5 for update of l skip locked)
      update ferry.webhook_lane l set owner = $2, epoch = l.epoch + 1,
        lease_until = clock_timestamp() + make_interval(secs => $4)
      from due where l.pk = due.pk
      returning l.pk, l.epoch, l.done, due.handed, l.replay, l.room
      """;
  private static final String HOLDS =
      """
      select 1 from ferry.webhook_lane l join ferry.webhook_endpoint e on e.pk = l.endpoint
      where l.pk = $1 and l.epoch = $2 and l.lease_until > clock_timestamp()
        and e.off_at is null and (e.hold_until is null or e.hold_until <= $3)
      """;
  private static final String NEXT =
      """
      with given as (select * from unnest($1::bigint[], $2::bigint[], $3::bigint[])
        as g(lane, epoch, after)),
      locked as (
        select l.pk, g.after from given g join ferry.webhook_lane l
            on l.pk = g.lane and l.epoch = g.epoch
          join ferry.webhook_endpoint e on e.pk = l.endpoint
        where e.off_at is null and (e.hold_until is null or e.hold_until <= $6)
        order by l.pk for update of l),
      held as (
        update ferry.webhook_lane l set lease_until = clock_timestamp() + make_interval(secs => $4),
          handed = greatest(l.handed, least(l.seq, g.after + $5))
        from locked g where l.pk = g.pk returning l.pk, g.after)
      select d.lane, d.place, d.id, d.attempts, d.near, d.trace, d.encloses, d.near is null
      from held cross join lateral (
        select w.*, sum(octet_length(w.near)) over (order by w.place) as bytes from (
          select n.lane, n.place, n.id, n.attempts, n.trace, n.encloses,
            case when octet_length(n.body) <= 262144 then n.body end as near
          from ferry.webhook_delivery n
          where n.lane = held.pk and n.place > held.after
          order by n.place limit $5) w) d
      where coalesce(d.bytes, 0) - coalesce(octet_length(d.near), 0) < 262144
      order by d.lane, d.place
      """;
  private static final String BODY =
      """
      select d.body from ferry.webhook_delivery d
        join ferry.webhook_lane l on l.pk = d.lane and l.epoch = $2
      where d.lane = $1 and d.place = $3
      """;
  private static final String ENCLOSE =
      """
      with held as (
        select pk from ferry.webhook_lane where pk = $1 and epoch = $2 for update)
      update ferry.webhook_delivery d set body = coalesce($4, d.body), encloses = false
      from held where d.lane = held.pk and d.place = $3 and d.state = 'waiting' and d.body <> ''
      """;
  // Two numbers make the name of a process's lock: see PgPresence.
  private static final String ORPHANS =
      """
      with orphans as (
        select l.pk from ferry.webhook_lane l
        where l.due_at is not null and l.owner is not null and l.lease_until > clock_timestamp()
          and (hashtext(l.owner)::bigint & 4294967295) <> all (array(
            select k.objid::bigint from pg_locks k
            where k.locktype = 'advisory' and k.classid = %d and k.objsubid = 2 and k.granted
              and k.database = (select oid from pg_database where datname = current_database())))
        order by l.pk for update of l skip locked)
      update ferry.webhook_lane l set owner = null, lease_until = null, epoch = l.epoch + 1
      from orphans o where l.pk = o.pk
      """
          .formatted(PgPresence.LOCKS);
  private static final int TIDIED = 5_000;
  private static final int ID_DIGITS = 32;
  private static final String REMOVE =
      """
      delete from ferry.webhook_delivery where (lane, place) in (
        select lane, place from ferry.webhook_delivery
        where done_at < $1 and state in ('delivered', 'again') limit $2 for update skip locked)
      """;
  // What was given up is shown for as long as texts are kept at the longest; its own is gone by
  // then.
  private static final String REMOVE_FAILED =
      """
      delete from ferry.webhook_delivery where (lane, place) in (
        select lane, place from ferry.webhook_delivery
        where done_at < $1 and state = 'failed' and body = '' limit $2 for update skip locked)
      """;
  // Also where a replay is younger: what was told before this time is nowhere any more.
  private static final String EMPTY =
      """
      update ferry.webhook_delivery set body = '', encloses = false where (lane, place) in (
        select lane, place from ferry.webhook_delivery
        where body <> '' and state <> 'waiting'
          and (made_at < $2 or made_at < $1 and done_at < $1) limit $3 for update skip locked)
      """;
  private static final String STALE =
      """
      with stale as (
        -- The old ones at the head alone: in a lane of repeats younger ones may stand before old.
        select l.pk, (select max(d.place) from ferry.webhook_delivery d
            where d.lane = l.pk and d.place > l.done and d.place < coalesce((
              select min(y.place) from ferry.webhook_delivery y
              where y.lane = l.pk and y.place > l.done and y.made_at >= $1), d.place + 1)) as last
        from ferry.webhook_lane l where l.due_at is not null
          and (l.lease_until is null or l.lease_until < clock_timestamp())
        order by l.pk for update of l skip locked),
      moved as (
        update ferry.webhook_lane l set done = s.last, epoch = l.epoch + 1,
          due_at = case when l.seq > s.last then l.due_at end
        from stale s where l.pk = s.pk and s.last is not null returning l.pk, s.last)
      update ferry.webhook_delivery d set state = 'failed', body = '', encloses = false,
        done_at = $2,
        log = d.log || 'given up: it waited longer than texts are kept'::text
      from moved m where d.lane = m.pk and d.place <= m.last and d.state = 'waiting'
      """;

  private final Database database;
  private final Settling settling = new Settling();
  private volatile @Nullable KeyedHash hashes;

  /**
   * The outbox in a database.
   *
   * @param database stays the caller's
   */
  public PgOutbox(Database database) {
    this.database = database;
  }

  @Override
  public Presence enter(String owner) {
    return new PgPresence(database, owner);
  }

  @Override
  public int releaseOrphans() {
    return database.run(ORPHANS).rowCount();
  }

  @Override
  public Instant now() {
    return database
        .run("select clock_timestamp()")
        .iterator()
        .next()
        .getOffsetDateTime(0)
        .toInstant();
  }

  @Override
  public Position begin(String name, long pos, @Nullable Instant since) {
    // A row that another process writes at the same moment is seen the second time.
    return database.until(() -> {
      for (Row row : database.run(BEGIN, name, pos, time(since))) {
        return position(row);
      }
      return position(database.run(BEGIN, name, pos, time(since)).iterator().next());
    });
  }

  private static Position position(Row row) {
    return new Position(row.getInteger(0), row.getLong(1), instant(row, 2));
  }

  static @Nullable OffsetDateTime time(@Nullable Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }

  static @Nullable Instant instant(Row row, int column) {
    OffsetDateTime time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }

  static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  @Override
  public Optional<Position> lead(int endpoint, String owner, Duration lease) {
    for (Row row : database.run(LEAD, endpoint, owner, seconds(lease))) {
      return Optional.of(position(row));
    }
    return Optional.empty();
  }

  @Override
  public boolean put(Position from, long to, List<Draft> drafts, Instant now) {
    // Before the transaction: whoever holds a connection and asks for another may wait for ever.
    KeyedHash known = hashes();
    return database.transaction(connection -> {
      Map<String, Long> counts = new TreeMap<>();
      drafts.forEach(d -> counts.merge(d.message().room(), 1L, Long::sum));
      lock(connection, from.key(), counts.keySet().toArray(String[]::new));
      Tuple move = Tuple.of(from.key(), from.pos(), to);
      for (Row row : run(connection, MOVE, move)) {
        if (!drafts.isEmpty()) {
          List<String> ids =
              drafts.stream().map(d -> id(known, row.getString(0), d.message())).toList();
          OffsetDateTime due = due(drafts, now);
          insert(connection, drafts, ids, lanes(connection, from.key(), due, counts));
        }
        return true;
      }
      return false;
    });
  }

  /**
   * At once; what was told is dated by the database, whose clock may be ahead of this process's.
   */
  private static @Nullable OffsetDateTime due(List<Draft> drafts, Instant now) {
    Instant told = drafts.getFirst().message().at();
    return time(told.isBefore(now) ? told : now);
  }

  private static void lock(SqlConnection connection, int endpoint, String[] rooms)
      throws Exception {
    if (rooms.length > 0) {
      Tuple values = Tuple.tuple().addValue(endpoint).addValue(rooms);
      var unused = run(connection, LANES, values);
      var unusedToo = run(connection, LOCK, values);
    }
  }

  /** A lane and the next free place in it. */
  private static final class Free {
    final long lane;
    long place;

    Free(long lane, long place) {
      this.lane = lane;
      this.place = place;
    }
  }

  private static Map<String, Free> lanes(
      SqlConnection connection,
      int endpoint,
      @Nullable OffsetDateTime due,
      Map<String, Long> counts)
      throws Exception {
    String[] rooms = counts.keySet().toArray(String[]::new);
    Long[] numbers = counts.values().toArray(Long[]::new);
    Map<String, Free> free = new HashMap<>();
    for (Row row : run(connection, NUMBERS, Tuple.of(endpoint, rooms, numbers, due))) {
      free.put(row.getString(0), new Free(row.getLong(1), row.getLong(2)));
    }
    return free;
  }

  private static void insert(
      SqlConnection connection, List<Draft> drafts, List<String> ids, Map<String, Free> lanes)
      throws Exception {
    int n = drafts.size();
    Long[] keys = new Long[n];
    Long[] places = new Long[n];
    Buffer[] bodies = new Buffer[n];
    for (int i = 0; i < n; i++) {
      Draft draft = drafts.get(i);
      Free free = lanes.get(draft.message().room());
      if (free == null) {
        throw new IllegalStateException("no lane for " + draft.message().room());
      }
      keys[i] = free.lane;
      places[i] = ++free.place;
      bodies[i] = Buffer.buffer(draft.body().apply(free.place));
    }
    Tuple values =
        Tuple.tuple()
            .addValue(keys)
            .addValue(places)
            .addValue(ids.toArray(String[]::new))
            .addValue(drafts.stream().map(d -> d.message().pos()).toArray(Long[]::new))
            .addValue(drafts.stream().map(d -> d.message().event()).toArray(String[]::new))
            .addValue(drafts.stream().map(d -> d.message().type()).toArray(String[]::new))
            .addValue(
                drafts.stream().map(d -> time(d.message().at())).toArray(OffsetDateTime[]::new))
            .addValue(bodies)
            .addValue(drafts.stream().map(Draft::encloses).toArray(Boolean[]::new));
    var unused = run(connection, INSERT, values);
  }

  /**
   * The same whenever an endpoint is told the same, also by a restored database; never made of
   * numbers that such a one would give again to something else.
   */
  private static String id(KeyedHash known, String endpoint, Message message) {
    String event = message.event();
    String what = event.isEmpty() ? message.data().toString() : event;
    String whole = String.join("\n", "webhook", endpoint, message.room(), message.type(), what);
    return "msg_" + known.of(whole).substring(0, ID_DIGITS);
  }

  private KeyedHash hashes() {
    KeyedHash known = hashes;
    if (known == null) {
      known = KeyedHash.in(database);
      hashes = known;
    }
    return known;
  }

  static RowSet<Row> run(SqlConnection connection, String sql, Tuple values) throws Exception {
    return Database.await(connection.preparedQuery(sql).execute(values));
  }

  @Override
  public List<Lane> claim(int endpoint, String owner, Instant now, Duration lease, int limit) {
    return lanes(database.run(CLAIM, endpoint, owner, time(now), seconds(lease), limit, null));
  }

  @Override
  public List<Lane> claim(
      int endpoint, String owner, Instant now, Duration lease, int limit, boolean files) {
    return lanes(database.run(CLAIM, endpoint, owner, time(now), seconds(lease), limit, files));
  }

  @Override
  public boolean holds(Lane lane, Instant now) {
    return database.run(HOLDS, lane.key(), lane.epoch(), time(now)).rowCount() > 0;
  }

  private static List<Lane> lanes(RowSet<Row> rows) {
    List<Lane> lanes = new ArrayList<>();
    for (Row row : rows) {
      lanes.add(
          new Lane(
              row.getLong(0),
              row.getLong(1),
              row.getLong(2),
              row.getLong(3),
              row.getBoolean(4),
              row.getString(5)));
    }
    return lanes;
  }

  @Override
  public List<Delivery> next(List<Lane> lanes, Instant now, Duration lease, int limit) {
    List<Delivery> deliveries = new ArrayList<>();
    RowSet<Row> rows =
        database.run(
            NEXT,
            lanes.stream().map(Lane::key).toArray(Long[]::new),
            lanes.stream().map(Lane::epoch).toArray(Long[]::new),
            lanes.stream().map(Lane::done).toArray(Long[]::new),
            seconds(lease),
            limit,
            time(now));
    for (Row row : rows) {
      Buffer near = row.getBoolean(7) ? Buffer.buffer() : row.getBuffer(4);
      deliveries.add(
          new Delivery(
              row.getLong(0),
              row.getLong(1),
              row.getString(2),
              row.getInteger(3),
              near,
              row.getBoolean(7) ? Delivery.Part.APART : part(near, row.getBoolean(6)),
              Traces.text(row, 5)));
    }
    return deliveries;
  }

  /** What was forgotten goes nowhere, so nothing is put into it. */
  private static Delivery.Part part(Buffer near, boolean encloses) {
    boolean waits = encloses && near.length() > 0;
    return waits ? Delivery.Part.UNENCLOSED : Delivery.Part.WHOLE;
  }

  @Override
  public Optional<Buffer> body(Lane lane, long place) {
    for (Row row : database.run(BODY, lane.key(), lane.epoch(), place)) {
      return Optional.of(row.getBuffer(0));
    }
    return Optional.empty();
  }

  @Override
  public boolean enclose(Lane lane, long place, @Nullable Buffer body) {
    return database.run(ENCLOSE, lane.key(), lane.epoch(), place, body).rowCount() > 0;
  }

  @Override
  public List<String> settle(List<Outcome> outcomes) {
    return database.transaction(connection -> settling.write(connection, outcomes));
  }

  @Override
  public int forget(Instant now, Instant finished, Instant made) {
    int given = database.run(STALE, time(made), time(now)).rowCount();
    int removed =
        batches(REMOVE, time(finished), TIDIED) + batches(REMOVE_FAILED, time(made), TIDIED);
    return given + removed + batches(EMPTY, time(finished), time(made), TIDIED);
  }

  /** Repeats a statement until it finds less than it may take at once. */
  private int batches(String sql, @Nullable Object... values) {
    int all = 0;
    int n;
    do {
      n = database.run(sql, values).rowCount();
      all += n;
    } while (n == TIDIED);
    return all;
  }
}
