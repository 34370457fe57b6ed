package org.ferry.store;

import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.function.Consumer;
import org.ferry.migrate.LedgerException;
import org.ferry.migrate.LoadProgress;
import org.ferry.migrate.LoadedSource;
import org.ferry.source.Source;
import org.ferry.source.SourceInfo;
import org.jspecify.annotations.Nullable;

/** One load of one source, in one transaction. */
final class SourceLoad {
  private static final String ALONE = "select pg_try_advisory_xact_lock(1180062318, 2)::int";
  // A source may be slow to read; nothing that watches for idle sessions may cut its load off.
  private static final String SETTINGS =
      """
      set local statement_timeout = 0;
      set local idle_in_transaction_session_timeout = 0;
      set local maintenance_work_mem = '256MB';
      set local work_mem = '64MB';
      """;
  private static final String FIND = "select id from ferry.source where server = ?";
  private static final String ADD =
      """
      insert into ferry.source (server, type, label, fingerprint, load, loaded_at)
      values (?, '', '', '', 0, 'epoch') returning id
      """;
  private static final String STRANGERS =
      """
      with seen as (
        select sender as id from ferry.event where source = ?
        union
        select state_key from ferry.event where source = ? and type = 'm.room.member'
      ), stranger as materialized (
        select s.id from seen s
        where s.id like '@%:%' and s.id not like '%:'
          and not exists (select from ferry.erased z where z.pseudonym = s.id)
          and not exists (select from ferry.person p where p.source = ? and p.id = s.id)
      ), newest as (
        select distinct on (e.state_key) e.state_key as id, e.content
        from ferry.event e join stranger s on s.id = e.state_key
        where e.source = ? and e.type = 'm.room.member'
        order by e.state_key, e.ts desc, e.depth desc, e.stream desc
      )
      insert into ferry.stranger (source, id, member_content)
      select ?::bigint, s.id, n.content from stranger s left join newest n on n.id = s.id
      """;
  private static final String TOTALS =
      """
      update ferry.source s set
        type = ?, label = ?, made_by = ?::text, latest_event = ?::timestamptz, fingerprint = ?,
        load = s.load + 1, loaded_at = clock_timestamp(), new_events = ?,
        people = p.people, deactivated = p.deactivated, media = m.media, media_bytes = m.bytes,
        rooms = r.rooms, events = r.events, messages = r.messages, encrypted = r.encrypted,
        redacted = r.redacted
      from
        (select count(*) as people, count(*) filter (where deactivated) as deactivated
         from ferry.person where source = ?) p,
        (select count(*) as media, coalesce(sum(length) filter (where length > 0), 0) as bytes
         from ferry.media where source = ?) m,
        (select count(*) as rooms, coalesce(sum(events), 0) as events,
           coalesce(sum(messages), 0) as messages, coalesce(sum(encrypted), 0) as encrypted,
           coalesce(sum(redacted), 0) as redacted
         from ferry.room where source = ?) r
      where s.id = ?
      """;

  private final Database database;
  private final Source source;
  private final boolean withContent;
  private final Consumer<LoadProgress> progress;

  SourceLoad(
      Database database, Source source, boolean withContent, Consumer<LoadProgress> progress) {
    this.database = database;
    this.source = source;
    this.withContent = withContent;
    this.progress = progress;
  }

  LoadedSource run() {
    String server = source.info().server();
    @Nullable LoadedSource before = find(server);
    SQLException failure = null;
    try (LoadConnection connection = new LoadConnection(database.bulk(), progress)) {
      takeOver(connection, server);
    } catch (SQLException e) {
      failure = e;
    }
    // The answer to COMMIT may be lost; whether it took effect is in the database.
    if (failure != null && Trouble.of(failure) != Trouble.LOST) {
      throw interrupted(failure);
    }
    @Nullable LoadedSource now = find(server);
    if (now == null || now.load() == (before == null ? 0 : before.load())) {
      throw interrupted(failure);
    }
    return now;
  }

  private @Nullable LoadedSource find(String server) {
    return new PgSourceLedger(database).byServer(server).orElse(null);
  }

  private void takeOver(LoadConnection connection, String server) throws SQLException {
    connection.script(SETTINGS);
    if (connection.number(ALONE) == 0) {
      throw new LedgerException(
          "another ferry is loading a source into the database %s; wait until it is done and run the same command again"
              .formatted(database.label()));
    }
    long id = connection.number(FIND, server);
    boolean first = id == 0;
    if (first) {
      id = connection.number(ADD, server);
    }
    if (withContent) {
      long unusedOne = connection.update("update ferry.source set forgotten = 0 where id = ?", id);
    }
    LoadTables tables = new LoadTables(connection, id);
    tables.people(source.people());
    EventLoad events = new EventLoad(connection, id);
    events.rooms(source.rooms());
    long added = first ? events.first(source.events()) : events.again(source.events());
    tables.aliases(source.aliases());
    tables.media(source.media());
    tables.accountData(source.accountData());
    tables.receipts(source.receipts());
    tables.waysIn(source.waysIn());
    tables.tallies(source.tallies());
    tables.problems(source);
    connection.phase("figures");
    // The planner must know the new rows before it is asked to join them.
    connection.script("analyze ferry.event, ferry.room, ferry.person, ferry.media");
    events.figures();
    long unused = connection.update("delete from ferry.stranger where source = ?", id);
    unused = connection.update(STRANGERS, id, id, id, id, id);
    keepForgotten(connection, id, first);
    totals(connection, id, added);
    connection.commit();
  }

  /** What was forgotten on purpose stays so, whatever a load brings. */
  private static void keepForgotten(LoadConnection connection, long id, boolean first)
      throws SQLException {
    String seen =
        "select id from ferry.person union select id from ferry.stranger"
            + (first ? "" : " union select sender from incoming_event");
    new Erasure(connection.raw()).keepOut(seen);
    if (connection.number("select forgotten from ferry.source where id = ?", id) > 0) {
      connection.script(Forgetting.LOADED_TEXTS);
    }
  }

  private void totals(LoadConnection connection, long id, long added) throws SQLException {
    SourceInfo info = source.info();
    Instant latest = info.latestEvent();
    try (var statement = connection.prepare(TOTALS)) {
      statement.setString(1, info.type());
      statement.setString(2, info.label());
      statement.setString(3, info.madeBy());
      statement.setObject(
          4, latest == null ? null : OffsetDateTime.ofInstant(latest, ZoneOffset.UTC));
      statement.setString(5, info.fingerprint());
      statement.setLong(6, added);
      for (int parameter = 7; parameter <= 10; parameter++) {
        statement.setLong(parameter, id);
      }
      int unused = statement.executeUpdate();
    }
  }

  private LedgerException interrupted(@Nullable SQLException failure) {
    String kept = "Nothing of this load was kept; the ledger holds what it held before.";
    if (failure == null) {
      return new LedgerException("the load was not committed. " + kept);
    }
    return new LedgerException(database.explain(failure).getMessage() + " " + kept, failure);
  }
}
