package org.ferry.store;

import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.LoadProgress;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.Selection;
import org.ferry.migrate.SourceLedger;
import org.ferry.model.AccountDatum;
import org.ferry.model.Alias;
import org.ferry.model.Event;
import org.ferry.model.MediaFile;
import org.ferry.model.Person;
import org.ferry.model.Receipt;
import org.ferry.model.Room;
import org.ferry.model.WayIn;
import org.ferry.source.Problem;
import org.ferry.source.RoomTally;
import org.ferry.source.Source;

/** What was read from sources, in PostgreSQL. Its streams are pages and hold nothing open. */
public final class PgSourceLedger implements SourceLedger {
  private static final String LATEST =
      "select " + SourceRows.SOURCE + " from ferry.source order by loaded_at desc, id desc limit 1";
  private static final String BY_SERVER =
      "select " + SourceRows.SOURCE + " from ferry.source where server = $1";
  private static final String PROBLEMS =
      "select place, what, remedy from ferry.load_problem where source = $1 order by nr";
  private static final String PEOPLE =
      "select "
          + SourceRows.PERSON
          + " from ferry.person where source = $1 and id > $2"
          + " order by id limit $3";
  private static final String STRANGERS =
      "select id, member_content from ferry.stranger where source = $1 and id > $2"
          + " order by id limit $3";
  private static final String STRANGERS_OF_ROOMS =
      """
      with present as (
        select e.sender as id from ferry.event e join ferry.room r on r.pk = e.room
        where e.source = $1 and r.source = $1 and r.id = any($2)
        union
        select e.state_key from ferry.event e join ferry.room r on r.pk = e.room
        where e.source = $1 and r.source = $1 and r.id = any($2) and e.type = 'm.room.member')
      select s.id, s.member_content from ferry.stranger s join present p on p.id = s.id
      where s.source = $1 order by s.id
      """;
  private static final String DIRECT_INVITATIONS =
      """
      select r.id, e.sender, e.state_key
      from ferry.event e join ferry.room r on r.pk = e.room
      where e.source = $1 and e.type = 'm.room.member'
        and e.state_key like '@%:%' and e.state_key not like '%:'
        and e.content ~ '"is_direct"\\s*:\\s*true'
        and e.content ~ '"membership"\\s*:\\s*"invite"'
      order by r.id, e.depth, e.stream
      """;
  private static final String EVENTS_OF_ROOM =
      "select "
          + EventRows.EVENT
          + """
           from (
            select * from ferry.event w
            where w.source = $1
              and w.room = (select pk from ferry.room where source = $1 and id = $2)
              and (w.depth, w.stream) > ($3, $4)
            order by w.depth, w.stream limit $5) e
          join ferry.room r on r.pk = e.room
          order by e.depth, e.stream
          """;
  private static final String ROOMS =
      "select id, version, creator, listed from ferry.room where source = $1 and id > $2"
          + " order by id limit $3";
  // The inner limit keeps the planner at one index walk for each room, begun behind the last row.
  private static final String STATE_OF_ALL =
      "select "
          + EventRows.EVENT
          + """
           from ferry.room r cross join lateral (
            select * from ferry.event s
            where s.source = $1 and s.room = r.pk and s.current and s.type = any($2)
              and (r.id > $3 or (s.type, s.state_key) > ($4, $5))
            order by s.type, s.state_key limit $6) e
          where r.source = $1 and r.id >= $3
          order by r.id, e.type, e.state_key limit $6
          """;
  private static final String STATE_OF_ROOM =
      "select "
          + EventRows.EVENT
          + """
           from ferry.room r join ferry.event e on e.source = $1 and e.room = r.pk and e.current
          where r.source = $1 and r.id = $2 order by e.type, e.state_key
          """;
  private static final String STATE_BEFORE =
      "select "
          + EventRows.EVENT
          + """
           from (
            select distinct on (w.type, w.state_key) w.* from ferry.event w
            where w.source = $1
              and w.room = (select pk from ferry.room where source = $1 and id = $2)
              and w.state_key is not null and w.ts < $3
            order by w.type, w.state_key, w.depth desc, w.stream desc) e
          join ferry.room r on r.pk = e.room
          order by e.depth, e.stream
          """;
  private static final String ROOMS_OF =
      """
      select distinct r.id from ferry.event e join ferry.room r on r.pk = e.room
      where e.source = $1 and (e.sender = any($2)
        or (e.type = 'm.room.member' and e.state_key = any($2)))
      """;
  private static final String ONE_EVENT =
      "select "
          + EventRows.EVENT
          + """
           from ferry.event e join ferry.room r on r.pk = e.room
          where e.source = $1 and e.event_id = $2
          """;
  private static final String FIRST_EVENT =
      "select "
          + EventRows.EVENT
          + """
           from (
            select * from ferry.event w
            where w.source = $1
              and w.room = (select pk from ferry.room where source = $1 and id = $2)
            order by w.depth, w.stream limit 1) e
          join ferry.room r on r.pk = e.room
          """;
  private static final String ALIASES =
      "select alias, room from ferry.alias where source = $1 and alias > $2 order by alias limit"
          + " $3";
  private static final String ALL_MEDIA =
      "select "
          + SourceRows.MEDIA
          + " from ferry.media where source = $1 and uri > $2"
          + " order by uri limit $3";
  private static final String ONE_MEDIA =
      "select " + SourceRows.MEDIA + " from ferry.media where source = $1 and uri = $2";
  private static final String ACCOUNT_DATA =
      """
      select user_id, room, type, content, pk from ferry.account_data
      where source = $1 and type = $2 and pk > $3 order by pk limit $4
      """;
  private static final String ALL_ACCOUNT_DATA =
      """
      select user_id, room, type, content from ferry.account_data
      where source = $1 and user_id = $2 order by type, pk
      """;
  private static final String RECEIPTS =
      """
      select room, user_id, type, event_id, thread, ts from ferry.receipt
      where source = $1 and user_id = $2 order by room, type, thread nulls first
      """;
  private static final String WAYS_IN =
      """
      select user_id, kind, provider, value from ferry.way_in
      where source = $1 and (user_id, kind, provider, value) > ($2, $3, $4, $5)
      order by user_id, kind, provider, value limit $6
      """;

  private final Database database;
  private final SourceCounts counts;

  /**
   * A ledger in a database.
   *
   * @param database stays the caller's
   */
  public PgSourceLedger(Database database) {
    this.database = database;
    this.counts = new SourceCounts(database);
  }

  @Override
  public LoadedSource load(Source source, boolean withContent, Consumer<LoadProgress> progress) {
    return new SourceLoad(database, source, withContent, progress).run();
  }

  @Override
  public Optional<LoadedSource> latest() {
    return PgCrossingLedger.one(database.run(LATEST), SourceRows::source);
  }

  @Override
  public Optional<LoadedSource> byServer(String server) {
    return PgCrossingLedger.one(database.run(BY_SERVER, server), SourceRows::source);
  }

  @Override
  public List<Problem> problems(long source) {
    return EventRows.list(
        database.run(PROBLEMS, source),
        row -> new Problem(row.getString(0), row.getString(1), row.getString(2)));
  }

  @Override
  public Stream<Person> people(long source) {
    return byId(PEOPLE, source, SourceRows::person, p -> p.id().value());
  }

  @Override
  public Stream<Stranger> strangers(long source) {
    return byId(
        STRANGERS,
        source,
        row -> new Stranger(new UserId(row.getString(0)), row.getString(1)),
        s -> s.id().value());
  }

  @Override
  public Stream<Stranger> strangers(long source, Set<RoomId> rooms) {
    String[] ids = rooms.stream().map(RoomId::value).toArray(String[]::new);
    return EventRows.list(
        database.run(STRANGERS_OF_ROOMS, source, ids),
        row -> new Stranger(new UserId(row.getString(0)), row.getString(1)))
        .stream();
  }

  @Override
  public Stream<DirectInvitation> directInvitations(long source) {
    return EventRows.list(
        database.run(DIRECT_INVITATIONS, source),
        row ->
            new DirectInvitation(
                new RoomId(row.getString(0)),
                new UserId(row.getString(1)),
                new UserId(row.getString(2))))
        .stream();
  }

  @Override
  public Stream<Event> events(long source, RoomId room) {
    return Pages.of(
        Pages.CONTENT_ROWS,
        last ->
            EventRows.list(
                database.run(
                    EVENTS_OF_ROOM,
                    source,
                    room.value(),
                    last == null ? Long.MIN_VALUE : last.depth(),
                    last == null ? Long.MIN_VALUE : last.stream(),
                    (long) Pages.CONTENT_ROWS),
                EventRows::event));
  }

  @Override
  public Stream<Room> rooms(long source) {
    return byId(ROOMS, source, SourceRows::room, r -> r.id().value());
  }

  @Override
  public Stream<RoomCounts> roomCounts(long source) {
    return counts.rooms(source);
  }

  @Override
  public Stream<Event> currentState(long source, Set<String> types) {
    String[] wanted = types.toArray(String[]::new);
    return Pages.of(
        Pages.SMALL_ROWS,
        last ->
            EventRows.list(
                database.run(
                    STATE_OF_ALL,
                    source,
                    wanted,
                    last == null ? "" : last.room().value(),
                    last == null ? "" : last.type(),
                    last == null ? "" : last.stateKey(),
                    (long) Pages.SMALL_ROWS),
                EventRows::event));
  }

  @Override
  public List<Event> currentState(long source, RoomId room) {
    return EventRows.list(database.run(STATE_OF_ROOM, source, room.value()), EventRows::event);
  }

  @Override
  public List<Event> stateBefore(long source, RoomId room, Instant time) {
    return EventRows.list(
        database.run(STATE_BEFORE, source, room.value(), time.toEpochMilli()), EventRows::event);
  }

  @Override
  public Set<RoomId> roomsOf(long source, Set<UserId> people) {
    String[] ids = people.stream().map(UserId::value).toArray(String[]::new);
    return Set.copyOf(
        EventRows.list(database.run(ROOMS_OF, source, ids), row -> new RoomId(row.getString(0))));
  }

  @Override
  public Map<RoomId, RoomCounts> counts(long source, Selection selection) {
    return counts.picked(source, selection);
  }

  @Override
  public Optional<Event> event(long source, EventId id) {
    return PgCrossingLedger.one(database.run(ONE_EVENT, source, id.value()), EventRows::event);
  }

  @Override
  public Optional<Event> firstEvent(long source, RoomId room) {
    return PgCrossingLedger.one(database.run(FIRST_EVENT, source, room.value()), EventRows::event);
  }

  @Override
  public Stream<Alias> aliases(long source) {
    return byId(
        ALIASES,
        source,
        row -> new Alias(new RoomAlias(row.getString(0)), new RoomId(row.getString(1))),
        a -> a.alias().value());
  }

  @Override
  public Stream<MediaFile> media(long source) {
    return byId(ALL_MEDIA, source, SourceRows::media, m -> m.uri().toString());
  }

  @Override
  public Optional<MediaFile> media(long source, MxcUri uri) {
    return PgCrossingLedger.one(database.run(ONE_MEDIA, source, uri.toString()), SourceRows::media);
  }

  @Override
  public Stream<AccountDatum> accountData(long source, String type) {
    record Numbered(long pk, AccountDatum datum) {}
    return Pages.<Numbered>of(
            Pages.CONTENT_ROWS,
            last ->
                EventRows.list(
                    database.run(
                        ACCOUNT_DATA,
                        source,
                        type,
                        last == null ? Long.MIN_VALUE : last.pk(),
                        (long) Pages.CONTENT_ROWS),
                    row -> new Numbered(row.getLong(4), SourceRows.accountDatum(row))))
        .map(Numbered::datum);
  }

  @Override
  public List<AccountDatum> accountData(long source, UserId owner) {
    return EventRows.list(
        database.run(ALL_ACCOUNT_DATA, source, owner.value()), SourceRows::accountDatum);
  }

  @Override
  public List<Receipt> receipts(long source, UserId reader) {
    return EventRows.list(database.run(RECEIPTS, source, reader.value()), SourceRows::receipt);
  }

  @Override
  public Stream<WayIn> waysIn(long source) {
    return Pages.of(
        Pages.SMALL_ROWS,
        last ->
            EventRows.list(
                database.run(
                    WAYS_IN,
                    source,
                    last == null ? "" : last.user().value(),
                    last == null ? "" : last.kind(),
                    last == null ? "" : last.provider(),
                    last == null ? "" : last.value(),
                    (long) Pages.SMALL_ROWS),
                SourceRows::wayIn));
  }

  @Override
  public long forgotten(long source) {
    return PgCrossingLedger.one(
            database.run("select forgotten from ferry.source where id = $1", source),
            row -> row.getLong(0))
        .orElse(0L);
  }

  @Override
  public Stream<RoomTally> tallies(long source) {
    return counts.tallies(source);
  }

  @Override
  public Stream<RoomTally> recount(long source) {
    return counts.recount(source);
  }

  private <T> Stream<T> byId(
      String sql, long source, Function<Row, T> mapper, Function<T, String> id) {
    return Pages.byId(database, sql, source, mapper, id);
  }
}
