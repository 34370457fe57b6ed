package org.ferry.store.crypto;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.ferry.crypto.InboundSession;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.RoomKeys;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.crypto.keys.Keyring;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;
import org.ferry.store.Database;

/**
 * Room keys in PostgreSQL. The sessions that were used last stay open in memory, as many as the
 * cache holds; closing this closes them.
 */
public final class PgRoomKeys implements RoomKeys, AutoCloseable {
  /** How many sessions stay open in memory where nobody says otherwise. */
  public static final int CACHED = 4_096;

  private static final int PAGE = 500;
  private static final String FIND =
      "select "
          + RoomKeyRow.COLUMNS
          + " from ferry.room_key where room_id = $1 and session_id = $2";
  private static final String AFTER =
      "select "
          + RoomKeyRow.COLUMNS
          + " from ferry.room_key where (room_id, session_id) > ($1, $2)"
          + " order by room_id, session_id limit "
          + PAGE;

  private final Database database;
  private final Keyring keyring;
  private final SessionCache cache;

  /**
   * Room keys in a database.
   *
   * @param database stays the caller's
   * @param keyring what they are protected with; stays the caller's
   * @param cached how many sessions stay open in memory
   */
  public PgRoomKeys(Database database, Keyring keyring, int cached) {
    this.database = database;
    this.keyring = keyring;
    this.cache = new SessionCache(cached);
  }

  @Override
  public Optional<InboundSession> find(RoomId room, String sessionId) {
    Optional<InboundSession> there = cache.borrow(room, sessionId);
    return there.isPresent() ? there : load(room, sessionId);
  }

  @Override
  public Optional<InboundSession> findAnew(RoomId room, String sessionId) {
    cache.drop(room, sessionId);
    return load(room, sessionId);
  }

  private Optional<InboundSession> load(RoomId room, String sessionId) {
    // PostgreSQL's text holds no NUL, and what holds one is nobody's room or session.
    if (sessionId.indexOf(0) >= 0 || room.value().indexOf(0) >= 0) {
      return Optional.empty();
    }
    RowSet<Row> rows = database.run(FIND, room.value(), sessionId);
    if (rows.size() == 0) {
      return Optional.empty();
    }
    RoomKeyRow row = RoomKeyRow.of(rows.iterator().next());
    return Optional.of(cache.keep(room, sessionId, row.open(keyring), row.info()));
  }

  @Override
  public List<Added> addAll(List<RoomKey> keys) {
    if (keys.isEmpty()) {
      return List.of();
    }
    List<Added> outcome = database.transaction(connection -> add(connection, keys));
    added(keys);
    return outcome;
  }

  @Override
  public List<Added> replaceAll(List<RoomKey> keys) {
    if (keys.isEmpty()) {
      return List.of();
    }
    List<Added> outcome =
        database.transaction(
            connection -> RoomKeyRows.add(connection, keyring, keys, RoomKeyRows.Claim.RIGHT));
    added(keys);
    return outcome;
  }

  /**
   * Adds keys within somebody's transaction, who calls {@link #added} once it was committed.
   *
   * @param connection in a transaction
   * @param keys as {@link #addAll}
   * @return what became of each, in the same order
   * @throws Exception where the database fails
   */
  public List<Added> add(SqlConnection connection, List<RoomKey> keys) throws Exception {
    return RoomKeyRows.add(connection, keyring, keys, RoomKeyRows.Claim.NONE);
  }

  /** Forgets what is in memory of these sessions, whose rows may have changed. */
  public void added(List<RoomKey> keys) {
    keys.forEach(k -> cache.drop(k.room(), k.session().sessionId()));
  }

  @Override
  public long forEach(Consumer<InboundSession> each, Consumer<SessionRef> damaged) {
    long count = 0;
    List<RoomKeyRow> page = page("", "");
    while (!page.isEmpty()) {
      for (RoomKeyRow row : page) {
        try (MegolmInbound megolm = row.open(keyring)) {
          lend(row, megolm, each);
          count++;
        } catch (DamagedRowException e) {
          damaged.accept(new SessionRef(new RoomId(row.room()), row.sessionId()));
        }
      }
      page = page(page.getLast().room(), page.getLast().sessionId());
    }
    return count;
  }

  private static void lend(RoomKeyRow row, MegolmInbound megolm, Consumer<InboundSession> each) {
    try (InboundSession session =
        new InboundSession(new RoomId(row.room()), row.sessionId(), megolm, row.info(), () -> {})) {
      each.accept(session);
    }
  }

  private List<RoomKeyRow> page(String room, String sessionId) {
    List<RoomKeyRow> page = new ArrayList<>();
    database.run(AFTER, room, sessionId).forEach(row -> page.add(RoomKeyRow.of(row)));
    return page;
  }

  @Override
  public void close() {
    cache.close();
  }
}
