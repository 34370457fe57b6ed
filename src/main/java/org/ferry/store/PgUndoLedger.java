package org.ferry.store;

import io.vertx.sqlclient.Row;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.UndoLedger;

/** What a rollback needs, in PostgreSQL. Every statement may be repeated. */
final class PgUndoLedger implements UndoLedger {
  private static final String GENERATION =
      "select generation from ferry.rollback where crossing = $1 and old = $2";
  private static final String KEEP =
      """
      insert into ferry.snapshot (crossing, old, target, at, json)
      values ($1, $2, $3, clock_timestamp(), $4) on conflict (crossing, old) do nothing
      """;
  private static final String KEPT =
      "select json from ferry.snapshot where crossing = $1 and old = $2";
  private static final String ALL =
      """
      select old, target, generation, done, at, detail from ferry.rollback
      where crossing = $1 order by old
      """;
  private static final String BEGIN =
      """
      insert into ferry.rollback as r (crossing, old, target, generation, done, at, detail)
      values ($1, $2, $3, 1, false, clock_timestamp(), '{}')
      on conflict (crossing, old) do update set target = excluded.target, done = false,
        at = excluded.at, detail = '{}',
        generation = r.generation + case when r.done then 1 else 0 end
      """;
  private static final String FINISH =
      """
      with place as (
        select r.pk from ferry.room r join ferry.crossing c on c.source = r.source
        where c.id = $1 and r.id = $2
      ), events as (
        delete from ferry.crossing_event
        where crossing = $1 and room = (select pk from place)
      ), placeholders as (
        delete from ferry.placeholder p using ferry.event e
        where p.crossing = $1 and e.pk = p.event and e.room = (select pk from place)
      ), aliases as (
        delete from ferry.crossing_alias where crossing = $1 and room = $2
      ), invitations as (
        delete from ferry.crossing_invitation where crossing = $1 and room = $2
      ), snapshot as (
        delete from ferry.snapshot where crossing = $1 and old = $2
      ), room as (
        delete from ferry.crossing_room where crossing = $1 and old = $2
      ), looked as (
        delete from ferry.crossing_note where crossing = $1 and name in ('looked:' || $2, 'entered:' || $2)
      )
      update ferry.rollback set done = true, at = clock_timestamp(), detail = $3
      where crossing = $1 and old = $2
      """;
  private static final String FORGET_PEOPLE =
      """
      delete from ferry.crossing_person where crossing = $1 and not exists (
        select from ferry.crossing_room where crossing = $1 and target is not null)
      """;

  private static final String PROVISIONED = "select 1 from ferry.api_room where room = $1";

  private static final String UNUSED =
      """
      select p.old from ferry.crossing_person p where p.crossing = $1
        and not exists (select from ferry.crossing_room r
          where r.crossing = $1 and r.target is not null and r.actor = p.target)
        and not exists (select from ferry.crossing_setting s
          where s.crossing = $1 and s.owner = p.target and s.state in ('doubt', 'carried'))
        and not exists (
          select from ferry.crossing_event f join ferry.event e on e.pk = f.event
          where f.crossing = $1 and f.state in (1, 2, 3) and e.sender = p.old
            and e.source = (select source from ferry.crossing where id = $1))
      """;
  private static final String REOPEN_MEMBERSHIP =
      """
      delete from ferry.crossing_event f using ferry.event e
      where f.crossing = $1 and e.pk = f.event and e.type = 'm.room.member' and e.state_key = any($2)
        and e.source = (select source from ferry.crossing where id = $1)
      """;

  private final Database database;
  private final Runnable mayWrite;

  /**
   * Rows in a database.
   *
   * @param mayWrite throws where another process has taken over
   */
  PgUndoLedger(Database database, Runnable mayWrite) {
    this.database = database;
    this.mayWrite = mayWrite;
  }

  @Override
  public int generation(long crossing, RoomId old) {
    return PgCrossingLedger.one(
            database.run(GENERATION, crossing, old.value()), row -> row.getInteger(0))
        .orElse(0);
  }

  @Override
  public void snapshot(long crossing, RoomId old, RoomId target, String json) {
    mayWrite.run();
    var unused = database.run(KEEP, crossing, old.value(), target.value(), Storable.text(json));
  }

  @Override
  public Optional<String> snapshot(long crossing, RoomId old) {
    return PgCrossingLedger.one(database.run(KEPT, crossing, old.value()), row -> row.getString(0));
  }

  @Override
  public List<TakenBack> takenBack(long crossing) {
    return EventRows.list(database.run(ALL, crossing), PgUndoLedger::takenBack);
  }

  private static TakenBack takenBack(Row row) {
    return new TakenBack(
        new RoomId(row.getString(0)),
        new RoomId(row.getString(1)),
        row.getInteger(2),
        row.getBoolean(3),
        row.getOffsetDateTime(4).toInstant(),
        row.getString(5));
  }

  @Override
  public void begin(long crossing, CarriedRoom room) {
    RoomId target = room.target();
    if (target == null) {
      throw new IllegalArgumentException("the room " + room.old() + " stands nowhere");
    }
    mayWrite.run();
    var unused = database.run(BEGIN, crossing, room.old().value(), target.value());
  }

  @Override
  public void finish(long crossing, RoomId old, String detail) {
    mayWrite.run();
    var unused = database.run(FINISH, crossing, old.value(), detail);
  }

  @Override
  public Set<UserId> unused(long crossing) {
    return Set.copyOf(
        EventRows.list(database.run(UNUSED, crossing), row -> new UserId(row.getString(0))));
  }

  @Override
  public long reopenMembership(long crossing, Collection<UserId> people) {
    mayWrite.run();
    String[] ids = people.stream().map(UserId::value).toArray(String[]::new);
    return database.run(REOPEN_MEMBERSHIP, crossing, ids).rowCount();
  }

  @Override
  public boolean isProvisioned(RoomId target) {
    return database.run(PROVISIONED, target.value()).rowCount() > 0;
  }

  @Override
  public long forgetPeople(long crossing) {
    mayWrite.run();
    return database.run(FORGET_PEOPLE, crossing).rowCount();
  }
}
