package org.ferry.store;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.SettingLedger;

/** A crossing's rows about people's settings. */
final class SettingRows implements SettingLedger {
  private static final String COLUMNS =
      "select owner, kind, name, state, wanted, reason, before from ferry.crossing_setting ";
  private static final String OF_OWNER =
      COLUMNS + "where crossing = $1 and owner = $2 order by kind, name";
  private static final String ALL = COLUMNS + "where crossing = $1 order by owner, kind, name";

  private static final String ACCOUNTS =
      """
      select s.owner, p.old from ferry.crossing c
      join ferry.crossing_setting s
        on s.crossing = c.id and s.kind = 'account' and s.state = 'carried'
      left join ferry.crossing_person p on p.crossing = c.id and p.target = s.owner
      where c.source = $1 and c.domain = $2
      """;
  private static final String ELSEWHERE =
      """
      select s.owner, s.kind, s.name, s.state, s.wanted, s.reason, s.before
      from ferry.crossing mine
      join ferry.crossing c on c.source = mine.source and c.domain = mine.domain and c.id <> mine.id
      join ferry.crossing_setting s on s.crossing = c.id
      where mine.id = $1 and s.owner = $2 and s.state in ('carried', 'removed')
      order by c.used_at, c.id, s.kind, s.name
      """;
  private static final String HAND_OVER =
      """
      update ferry.crossing_setting s
      set before = case
        when s.before::jsonb -> 'added' is null then s.before
        else jsonb_set(
          s.before::jsonb,
          '{added}',
          (s.before::jsonb -> 'added') || coalesce($6::jsonb -> 'added', '{}'))::text
        end
      from ferry.crossing mine
      join ferry.crossing c on c.source = mine.source and c.domain = mine.domain and c.id <> mine.id
      where mine.id = $1 and s.crossing = c.id and s.owner = $2 and s.kind = $3 and s.name = $4
        and s.state = 'carried' and s.before is not null
        and (s.wanted = $5 or s.before::jsonb -> 'added' is not null)
      """;
  private static final String FORGET =
      "delete from ferry.crossing_setting"
          + " where crossing = $1 and owner = $2 and kind = $3 and name = $4";
  private static final String OF_KIND =
      COLUMNS + "where crossing = $1 and kind = $2 and state = $3 order by owner, name";
  private static final String FAILED =
      COLUMNS + "where crossing = $1 and state = 'failed' order by owner, kind, name limit $2";
  private static final String COUNTS =
      """
      select kind, state, count(*) from ferry.crossing_setting
      where crossing = $1 group by kind, state order by kind, state
      """;
  private static final String PUT =
      """
      insert into ferry.crossing_setting as s
        (crossing, owner, kind, name, state, wanted, reason, before)
      values ($1, $2, $3, $4, $5, $6, $7, $8)
      on conflict (crossing, owner, kind, name) do update
        set state = excluded.state, wanted = excluded.wanted, reason = excluded.reason,
          before = coalesce(excluded.before, s.before)
      """;
  // State 2 is carried, 3 merged; both have a target.
  private static final String UP_TO =
      """
      with read as (
        select e.room, e.depth, e.stream
        from ferry.crossing c
        join ferry.room r on r.source = c.source and r.id = $2
        join ferry.event e on e.source = c.source and e.event_id = $3 and e.room = r.pk
        where c.id = $1)
      select h.target from ferry.crossing_event h
      where h.crossing = $1 and h.room = (select room from read)
        and (h.depth, h.stream) <= (select depth, stream from read)
        and h.target is not null and h.state in (2, 3) and not h.late
      order by h.depth desc, h.stream desc limit 1
      """;

  private final Database database;
  private final Runnable mayWrite;

  /**
   * Rows in a database.
   *
   * @param mayWrite throws where another process has taken over
   */
  SettingRows(Database database, Runnable mayWrite) {
    this.database = database;
    this.mayWrite = mayWrite;
  }

  @Override
  public List<Setting> of(long crossing, UserId owner) {
    return EventRows.list(database.run(OF_OWNER, crossing, owner.value()), SettingRows::setting);
  }

  @Override
  public List<Setting> of(long crossing, String kind, State state) {
    return EventRows.list(database.run(OF_KIND, crossing, kind, word(state)), SettingRows::setting);
  }

  @Override
  public List<Setting> failed(long crossing, int limit) {
    return EventRows.list(database.run(FAILED, crossing, (long) limit), SettingRows::setting);
  }

  @Override
  public Map<String, Long> counts(long crossing) {
    Map<String, Long> counts = new LinkedHashMap<>();
    database
        .run(COUNTS, crossing)
        .forEach(r -> counts.put(r.getString(0) + " " + r.getString(1), r.getLong(2)));
    return counts;
  }

  @Override
  public void put(long crossing, Setting row) {
    mayWrite.run();
    var unused =
        database.run(
            PUT,
            crossing,
            row.owner().value(),
            row.kind(),
            row.name(),
            word(row.state()),
            row.wanted(),
            Storable.text(row.reason()),
            Storable.text(row.before()));
  }

  @Override
  public List<Setting> all(long crossing) {
    return EventRows.list(database.run(ALL, crossing), SettingRows::setting);
  }

  @Override
  public Map<UserId, Set<UserId>> accounts(long source, String domain) {
    Map<UserId, Set<UserId>> accounts = new HashMap<>();
    for (Row row : database.run(ACCOUNTS, source, domain)) {
      Set<UserId> made =
          accounts.computeIfAbsent(new UserId(row.getString(0)), o -> new HashSet<>());
      Optional.ofNullable(row.getString(1)).map(UserId::new).ifPresent(made::add);
    }
    return accounts;
  }

  @Override
  public List<Setting> elsewhere(long crossing, UserId owner) {
    return EventRows.list(database.run(ELSEWHERE, crossing, owner.value()), SettingRows::setting);
  }

  @Override
  public boolean handOver(long crossing, Setting row) {
    mayWrite.run();
    return database
            .run(
                HAND_OVER,
                crossing,
                row.owner().value(),
                row.kind(),
                row.name(),
                row.wanted(),
                new JsonObject(row.before() == null ? "{}" : row.before()))
            .rowCount()
        > 0;
  }

  @Override
  public void forget(long crossing, Setting row) {
    mayWrite.run();
    var unused = database.run(FORGET, crossing, row.owner().value(), row.kind(), row.name());
  }

  @Override
  public Optional<EventId> upTo(long crossing, RoomId room, EventId event) {
    return PgCrossingLedger.one(
        database.run(UP_TO, crossing, room.value(), event.value()),
        row -> new EventId(row.getString(0)));
  }

  private static String word(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private static Setting setting(Row row) {
    return new Setting(
        new UserId(row.getString(0)),
        row.getString(1),
        row.getString(2),
        State.valueOf(row.getString(3).toUpperCase(Locale.ROOT)),
        row.getString(4),
        row.getString(5),
        row.getString(6));
  }
}
