package org.ferry.store;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.LedgerEvent;
import org.ferry.migrate.Place;
import org.ferry.migrate.Selection;
import org.ferry.migrate.SettingLedger;
import org.ferry.migrate.Settled;
import org.ferry.migrate.SourceLedger.RoomCounts;
import org.ferry.migrate.Standing;
import org.ferry.migrate.UndoLedger;
import org.jspecify.annotations.Nullable;

/**
 * What became of things on their way, in PostgreSQL. Outcomes are committed by one thread of its
 * own, which also completes the futures of {@link #settle}: nothing that hangs on them may block.
 */
public final class PgCrossingLedger implements CrossingLedger, AutoCloseable {
  private final Database database;
  private final CrossingRows rows;
  private final LedgerWriter writer;
  private volatile @Nullable PgClaim claim;

  /**
   * A ledger in a database.
   *
   * @param database stays the caller's; is closed after this
   */
  public PgCrossingLedger(Database database) {
    this.database = database;
    this.rows = new CrossingRows(database);
    this.writer = new LedgerWriter(database, () -> claim);
  }

  @Override
  public Crossing open(long source, String domain, RoomId space) {
    return rows.open(source, domain, space);
  }

  @Override
  public List<Crossing> all() {
    return rows.all();
  }

  @Override
  public Stream<CarriedPerson> people(long crossing) {
    return rows.people(crossing);
  }

  @Override
  public boolean made(UserId target) {
    return rows.made(target);
  }

  @Override
  public boolean made(RoomAlias target) {
    return rows.made(target);
  }

  @Override
  public void person(long crossing, CarriedPerson person) {
    mayWrite();
    rows.person(crossing, person);
  }

  /** Throws where another process has taken over: what it writes counts. */
  private void mayWrite() {
    PgClaim held = claim;
    if (held != null) {
      held.check();
    }
  }

  /** The claim that a write is made under; null where nothing was claimed. */
  private @Nullable Long epoch() {
    PgClaim held = claim;
    return held == null ? null : held.epoch();
  }

  /** A statement under an old claim changes no row: throws where that is why. */
  private void checkStanding(int changed) {
    PgClaim held = claim;
    if (changed == 0 && held != null) {
      held.checkStanding();
    }
  }

  @Override
  public SettingLedger settings() {
    return new SettingRows(database, this::mayWrite);
  }

  @Override
  public boolean isEncrypted(RoomId target) {
    return new EncryptedRooms(database).has(target);
  }

  @Override
  public void encrypted(RoomId target) {
    new EncryptedRooms(database).add(target);
  }

  @Override
  public Stream<CarriedRoom> rooms(long crossing) {
    return rows.rooms(crossing);
  }

  @Override
  public Optional<CarriedRoom> room(long crossing, RoomId old) {
    return rows.room(crossing, old);
  }

  @Override
  public void room(long crossing, CarriedRoom room) {
    PgClaim held = claim;
    // A room is made once: whoever was overtaken unawares must not make another.
    if (held != null) {
      held.checkStanding();
    }
    rows.room(crossing, room);
  }

  @Override
  public Optional<CarriedMedia> media(long crossing, MxcUri old) {
    return rows.media(crossing, old);
  }

  @Override
  public Stream<CarriedMedia> media(long crossing) {
    return rows.media(crossing);
  }

  @Override
  public void media(long crossing, CarriedMedia media) {
    mayWrite();
    rows.media(crossing, media);
  }

  @Override
  public Stream<CarriedAlias> aliases(long crossing) {
    return rows.aliases(crossing);
  }

  @Override
  public void alias(long crossing, CarriedAlias alias) {
    mayWrite();
    rows.alias(crossing, alias);
  }

  @Override
  public Stream<Invitation> invitations(long crossing) {
    return rows.invitations(crossing);
  }

  @Override
  public void invitation(long crossing, Invitation invitation) {
    mayWrite();
    rows.invitation(crossing, invitation);
  }

  @Override
  public List<LedgerEvent> take(
      long crossing, RoomId room, @Nullable Place after, int limit, Selection which) {
    mayWrite();
    PgClaim held = claim;
    long mark = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    boolean[] repeated = {false};
    List<LedgerEvent> taken =
        database.until(() -> {
          List<LedgerEvent> before = repeated[0] ? taken(crossing, room, mark) : List.of();
          repeated[0] = true;
          return before.isEmpty() ? takeOnce(crossing, room, after, limit, which, mark) : before;
        });
    if (taken.isEmpty() && held != null) {
      held.checkStanding();
    }
    return taken;
  }

  private List<LedgerEvent> takeOnce(
      long crossing, RoomId room, @Nullable Place after, int limit, Selection which, long mark)
      throws Exception {
    return EventRows.list(
        database.once(
            EventSql.TAKE,
            crossing,
            room.value(),
            after == null ? Long.MIN_VALUE : after.depth(),
            after == null ? Long.MIN_VALUE : after.stream(),
            (long) limit,
            mark,
            epoch(),
            which.sinceMillis(),
            which.peopleIds()),
        EventRows::ledgerEvent);
  }

  /** What an earlier try of the same take has marked, whose answer was lost. */
  private List<LedgerEvent> taken(long crossing, RoomId room, long mark) throws Exception {
    return EventRows.list(
        database.once(EventSql.TAKEN, crossing, room.value(), mark), EventRows::ledgerEvent);
  }

  @Override
  public List<LedgerEvent> doubtful(long crossing, RoomId room) {
    return EventRows.list(
        database.run(EventSql.DOUBTFUL, crossing, room.value()), EventRows::ledgerEvent);
  }

  @Override
  public void release(long crossing, Collection<Long> events) {
    int released =
        database.run(EventSql.RELEASE, crossing, events.toArray(Long[]::new), epoch()).rowCount();
    checkStanding(released);
  }

  @Override
  public CompletableFuture<Void> settle(long crossing, List<Settled> settled) {
    return writer.add(crossing, settled);
  }

  @Override
  public Optional<EventFate> fate(long crossing, EventId old) {
    return one(database.run(EventSql.FATE, crossing, old.value()), EventRows::fate);
  }

  @Override
  public Optional<Instant> notedAt(long crossing, long event) {
    return one(
            database.run(EventSql.NOTED, crossing, event),
            row -> Optional.ofNullable(row.getOffsetDateTime(0)).map(OffsetDateTime::toInstant))
        .flatMap(at -> at);
  }

  @Override
  public Optional<EventId> origin(long crossing, EventId target) {
    return one(
        database.run(EventSql.ORIGIN, crossing, target.value()),
        row -> new EventId(row.getString(0)));
  }

  @Override
  public Optional<Place> furthest(long crossing, RoomId room) {
    return one(
        database.run(EventSql.FURTHEST, crossing, room.value()),
        row -> new Place(row.getLong(0), row.getLong(1)));
  }

  @Override
  public List<EventFate> lastCarried(long crossing, RoomId room, int limit) {
    return EventRows.list(
        database.run(EventSql.LAST_CARRIED, crossing, room.value(), (long) limit), EventRows::fate);
  }

  @Override
  public List<EventFate> lastCarried(long crossing, RoomId room, Place before, int limit) {
    return EventRows.list(
        database.run(
            EventSql.CARRIED_BEFORE,
            crossing,
            room.value(),
            before.depth(),
            before.stream(),
            (long) limit),
        EventRows::fate);
  }

  @Override
  public Optional<Place> failedBefore(long crossing, RoomId room) {
    return one(
        database.run(EventSql.FAILED_BEFORE, crossing, room.value()),
        row -> new Place(row.getLong(0), row.getLong(1)));
  }

  @Override
  public List<EventFate> placeholders(long crossing, RoomId room) {
    return EventRows.list(
        database.run(EventSql.PLACEHOLDERS, crossing, room.value()), EventRows::fate);
  }

  @Override
  public void reopen(long crossing, EventFate placeholder) {
    EventId target = placeholder.target();
    if (target != null) {
      int reopened =
          database
              .run(EventSql.REOPEN, crossing, placeholder.key(), target.value(), epoch())
              .rowCount();
      checkStanding(reopened);
    }
  }

  @Override
  public Optional<EventId> formerPlaceholder(long crossing, EventId old) {
    return one(
        database.run(EventSql.FORMER_PLACEHOLDER, crossing, old.value()),
        row -> new EventId(row.getString(0)));
  }

  @Override
  public Opened opened(long crossing, RoomId room) {
    return one(
            database.run(EventSql.OPENED, crossing, room.value()),
            row -> new Opened(row.getLong(0), row.getLong(1)))
        .orElse(new Opened(0, 0));
  }

  @Override
  public long retryFailed(long crossing, @Nullable Collection<RoomId> rooms, Selection selection) {
    String[] ids = rooms == null ? null : rooms.stream().map(RoomId::value).toArray(String[]::new);
    long retried = 0;
    for (String each : List.of(EventSql.LOOK, EventSql.RETRY)) {
      retried +=
          database
              .run(each, crossing, ids, selection.sinceMillis(), selection.peopleIds())
              .rowCount();
    }
    return retried;
  }

  @Override
  public long retrySkipped(long crossing, Collection<RoomId> rooms, String reason) {
    String[] ids = rooms.stream().map(RoomId::value).toArray(String[]::new);
    return database.run(EventSql.RETRY_SKIPPED, crossing, ids, reason).rowCount();
  }

  @Override
  public long reconsider(long crossing, Collection<String> reasons) {
    return database.run(EventSql.RECONSIDER, crossing, reasons.toArray(String[]::new)).rowCount();
  }

  @Override
  public Stream<RoomProgress> progress(long crossing) {
    return EventRows.list(database.run(EventSql.PROGRESS, crossing), PgCrossingLedger::progressOf)
        .stream();
  }

  @Override
  public Map<RoomId, Long> messages(long crossing) {
    Map<RoomId, Long> counts = new HashMap<>();
    database
        .run(EventSql.MESSAGES, crossing)
        .forEach(row -> counts.put(new RoomId(row.getString(0)), row.getLong(1)));
    return counts;
  }

  @Override
  public Map<RoomId, Picked> picked(long crossing, Selection selection) {
    Map<RoomId, Picked> rooms = new HashMap<>();
    database
        .run(EventSql.PICKED, crossing, selection.sinceMillis(), selection.peopleIds())
        .forEach(row ->
            rooms.put(new RoomId(row.getString(0)), new Picked(row.getLong(1), row.getLong(2))));
    return rooms;
  }

  @Override
  public Map<RoomId, RoomCounts> remaining(
      long crossing, Collection<RoomId> rooms, Selection selection) {
    String[] ids = rooms.stream().map(RoomId::value).toArray(String[]::new);
    return EventRows.list(
            database.run(
                EventSql.REMAINING, crossing, ids, selection.sinceMillis(), selection.peopleIds()),
            SourceCounts::counts)
        .stream()
        .collect(Collectors.toMap(RoomCounts::room, Function.identity()));
  }

  private static RoomProgress progressOf(Row row) {
    return new RoomProgress(
        new RoomId(row.getString(0)),
        row.getLong(1),
        row.getLong(2),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8));
  }

  @Override
  public Stream<EventFate> fates(long crossing, RoomId room) {
    return Pages.of(
        Pages.CONTENT_ROWS,
        last ->
            EventRows.list(
                database.run(
                    EventSql.FATES,
                    crossing,
                    room.value(),
                    last == null ? Long.MIN_VALUE : last.event().depth(),
                    last == null ? Long.MIN_VALUE : last.event().stream(),
                    (long) Pages.CONTENT_ROWS),
                EventRows::fate));
  }

  @Override
  public Stream<EventFate> inState(long crossing, EventState state, int limit) {
    RowSet<Row> found =
        state == EventState.WAITING
            ? database.run(EventSql.WAITING, crossing, (long) limit)
            : database.run(EventSql.IN_STATE, crossing, EventRows.code(state), (long) limit);
    return EventRows.list(found, EventRows::fate).stream();
  }

  @Override
  public Stream<Standing.Failure> failedEvents(long crossing, Collection<String> rooms, int limit) {
    RowSet<Row> found =
        database.run(
            EventSql.FAILED,
            crossing,
            EventRows.code(EventState.FAILED),
            rooms.toArray(String[]::new),
            (long) limit);
    return EventRows.list(found, PgCrossingLedger::failure).stream();
  }

  private static Standing.Failure failure(Row row) {
    String reason = row.getString(2);
    return new Standing.Failure(
        "event", row.getString(1), row.getString(0), reason == null ? "unknown" : reason);
  }

  @Override
  public Map<String, Long> reasons(long crossing, EventState state) {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (Row row : database.run(EventSql.REASONS, crossing, EventRows.code(state))) {
      counts.put(row.getString(0), row.getLong(1));
    }
    return counts;
  }

  @Override
  public Optional<Worker> atWork() {
    return PgClaim.holder(database);
  }

  @Override
  public Claim claim(String command) {
    PgClaim taken = PgClaim.take(database, command);
    claim = taken;
    return taken;
  }

  @Override
  public void note(long crossing, String name, String json) {
    mayWrite();
    rows.note(crossing, name, json);
  }

  @Override
  public Optional<String> note(long crossing, String name) {
    return rows.note(crossing, name);
  }

  @Override
  public UndoLedger undo() {
    return new PgUndoLedger(database, this::mayWrite);
  }

  /** Commits what was settled and ends; the database stays open. */
  @Override
  public void close() {
    writer.close();
  }

  static <T> Optional<T> one(RowSet<Row> rows, Function<Row, T> mapper) {
    Iterator<Row> row = rows.iterator();
    return row.hasNext() ? Optional.of(mapper.apply(row.next())) : Optional.empty();
  }
}
