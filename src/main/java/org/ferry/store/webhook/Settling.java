package org.ferry.store.webhook;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.ferry.webhook.Outcome;
import org.ferry.webhook.Outcome.Emptied;
import org.ferry.webhook.Outcome.Failed;
import org.ferry.webhook.Outcome.Released;
import org.ferry.webhook.Outcome.Taken;
import org.jspecify.annotations.Nullable;

/** Writes what came of deliveries: many at once where they were taken. */
final class Settling {
  /** An endpoint that took nothing for so long is switched off. */
  private static final Duration PATIENCE = Duration.ofDays(5);

  /** Failures further apart than any pause between attempts say nothing of the time between. */
  private static final Duration SILENCE = Duration.ofHours(30);

  private static final String LOCK =
      "select 1 from ferry.webhook_lane where pk = any($1) order by pk for update";
  private static final String LOCK_ENDPOINTS =
      """
      select 1 from ferry.webhook_endpoint
      where pk in (select endpoint from ferry.webhook_lane where pk = any($1))
      order by pk for no key update
      """;
  private static final String TAKEN =
      """
      with given as (
        select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::integer[],
          $5::timestamptz[], $6::text[]) as g(lane, epoch, place, attempt, at, line)),
      held as (select g.* from given g join ferry.webhook_lane l
        on l.pk = g.lane and l.epoch = g.epoch),
      moved as (
        update ferry.webhook_lane l set done = greatest(l.done, h.place)
        from (select lane, max(place) as place from held group by lane) h where l.pk = h.lane
        returning l.pk),
      written as (
        update ferry.webhook_delivery d set state = 'delivered', attempts = h.attempt,
          done_at = h.at, log = d.log || h.line
        from held h where d.lane = h.lane and d.place = h.place and d.state = 'waiting'
        returning d.lane, h.at),
      counted as (
        select l.endpoint, count(*) as n, max(w.at) as at from written w
          join ferry.webhook_lane l on l.pk = w.lane group by l.endpoint)
      update ferry.webhook_endpoint e set delivered = e.delivered + c.n,
        last_success = greatest(e.last_success, c.at), failing_since = null
      from counted c where e.pk = c.endpoint
      """;
  private static final String FAILED =
      """
      with held as (
        select pk, endpoint from ferry.webhook_lane where pk = $1 and epoch = $2),
      written as (
        update ferry.webhook_delivery d set attempts = $4, log = d.log || $5::text,
          state = case when $6 then 'failed' else d.state end,
          done_at = case when $6 then $7::timestamptz end
        from held where d.lane = held.pk and d.place = $3 and d.state = 'waiting'
        returning held.pk, held.endpoint),
      moved as (
        update ferry.webhook_lane l set done = case when $6 then greatest(l.done, $3) else l.done end
        from written w where l.pk = w.pk returning l.endpoint)
      update ferry.webhook_endpoint e set last_failure = $7, last_error = $5,
        failing_since = case when e.last_success >= $7 then e.failing_since
          when e.last_failure < $10 then $7 else coalesce(e.failing_since, $7) end,
        hold_until = case when $8 then greatest(e.hold_until, $9) else e.hold_until end
      from moved m where e.pk = m.endpoint
      returning e.pk
      """;
  private static final String OFF =
      """
      update ferry.webhook_endpoint set off_at = $2, off_reason = case when $3
          then 'the receiver answered 410 Gone'
          else 'every attempt failed since ' || to_char(failing_since at time zone 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS"Z"') || '; the last one: ' || last_error end
      where pk = $1 and off_at is null and ($3 or failing_since <= $4)
      returning name || ' was switched off: ' || off_reason
          || '; what comes is kept, and ferry webhooks enable ' || name || ' goes on with it'
      """;
  private static final String EMPTIED =
      """
      with given as (
        select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[])
          as g(lane, epoch, place, at)),
      held as (select g.* from given g join ferry.webhook_lane l
        on l.pk = g.lane and l.epoch = g.epoch),
      moved as (
        update ferry.webhook_lane l set done = greatest(l.done, h.place)
        from (select lane, max(place) as place from held group by lane) h where l.pk = h.lane)
      update ferry.webhook_delivery d set state = 'failed', done_at = h.at,
        log = d.log || 'given up: its text was forgotten'::text
      from held h where d.lane = h.lane and d.place = h.place and d.state = 'waiting'
      """;
  private static final String RELEASED =
      """
      with given as (
        select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[])
          as g(lane, epoch, handed, due))
      update ferry.webhook_lane l set owner = null, lease_until = null,
        handed = greatest(l.done, g.handed),
        due_at = case when l.seq > l.done then coalesce(g.due, l.due_at) end
      from given g where l.pk = g.lane and l.epoch = g.epoch
      """;

  /** What of a batch switched endpoints off. */
  List<String> write(SqlConnection connection, List<Outcome> outcomes) throws Exception {
    Long[] lanes = outcomes.stream().map(o -> o.lane().key()).distinct().toArray(Long[]::new);
    var unused = PgOutbox.run(connection, LOCK, Tuple.tuple().addValue(lanes));
    List<Taken> taken = of(outcomes, Taken.class);
    List<Failed> failures = of(outcomes, Failed.class);
    if (!taken.isEmpty() || !failures.isEmpty()) {
      var unusedToo = PgOutbox.run(connection, LOCK_ENDPOINTS, Tuple.tuple().addValue(lanes));
    }
    if (!taken.isEmpty()) {
      var unusedToo = PgOutbox.run(connection, TAKEN, values(taken));
    }
    List<String> off = new ArrayList<>();
    for (Failed failed : failures) {
      failed(connection, failed, off);
    }
    List<Emptied> emptied = of(outcomes, Emptied.class);
    if (!emptied.isEmpty()) {
      var unusedToo = PgOutbox.run(connection, EMPTIED, places(emptied));
    }
    List<Released> released = of(outcomes, Released.class);
    if (!released.isEmpty()) {
      var unusedThree = PgOutbox.run(connection, RELEASED, leases(released));
    }
    return off;
  }

  private static <T> List<T> of(List<Outcome> outcomes, Class<T> kind) {
    return outcomes.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static Tuple values(List<Taken> taken) {
    return Tuple.tuple()
        .addValue(taken.stream().map(t -> t.lane().key()).toArray(Long[]::new))
        .addValue(taken.stream().map(t -> t.lane().epoch()).toArray(Long[]::new))
        .addValue(taken.stream().map(Taken::place).toArray(Long[]::new))
        .addValue(taken.stream().map(Taken::attempt).toArray(Integer[]::new))
        .addValue(taken.stream().map(t -> PgOutbox.time(t.at())).toArray(OffsetDateTime[]::new))
        .addValue(
            taken.stream().map(t -> t.at() + " answered " + t.status()).toArray(String[]::new));
  }

  private static Tuple places(List<Emptied> emptied) {
    return Tuple.tuple()
        .addValue(emptied.stream().map(e -> e.lane().key()).toArray(Long[]::new))
        .addValue(emptied.stream().map(e -> e.lane().epoch()).toArray(Long[]::new))
        .addValue(emptied.stream().map(Emptied::place).toArray(Long[]::new))
        .addValue(emptied.stream().map(e -> PgOutbox.time(e.at())).toArray(OffsetDateTime[]::new));
  }

  private static Tuple leases(List<Released> released) {
    @Nullable OffsetDateTime[] due = new @Nullable OffsetDateTime[released.size()];
    for (int i = 0; i < due.length; i++) {
      due[i] = PgOutbox.time(released.get(i).due());
    }
    return Tuple.tuple()
        .addValue(released.stream().map(r -> r.lane().key()).toArray(Long[]::new))
        .addValue(released.stream().map(r -> r.lane().epoch()).toArray(Long[]::new))
        .addValue(released.stream().map(Released::handed).toArray(Long[]::new))
        .addValue(due);
  }

  private static void failed(SqlConnection connection, Failed failed, List<String> off)
      throws Exception {
    OffsetDateTime at = PgOutbox.time(failed.at());
    OffsetDateTime hold = PgOutbox.time(failed.at().plus(failed.answer().hold()));
    boolean gone = failed.answer().gone();
    Tuple values =
        Tuple.tuple()
            .addLong(failed.lane().key())
            .addLong(failed.lane().epoch())
            .addLong(failed.place())
            .addInteger(failed.attempt())
            .addString(failed.at() + " " + failed.answer().words())
            .addBoolean(failed.next() == null && !gone)
            .addOffsetDateTime(at)
            .addBoolean(!failed.answer().hold().isZero())
            .addOffsetDateTime(hold)
            .addOffsetDateTime(PgOutbox.time(failed.at().minus(SILENCE)));
    OffsetDateTime limit = PgOutbox.time(failed.at().minus(PATIENCE));
    for (Row row : PgOutbox.run(connection, FAILED, values)) {
      Tuple why = Tuple.of(row.getInteger(0), at, gone, limit);
      for (Row told : PgOutbox.run(connection, OFF, why)) {
        off.add(told.getString(0));
      }
    }
  }
}
