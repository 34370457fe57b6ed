package org.ferry.store.crypto;

import static org.ferry.store.Database.await;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.function.LongConsumer;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.Keyring;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;
import org.ferry.store.Database;

/**
 * Changes the pickle key while other processes work. First both keys open everything and a new data
 * key protects what is written; then the room keys are pickled anew, and what devices keep; last
 * the old pickle key opens nothing any more. After a kill at any moment both keys are valid, and
 * the same call goes on.
 */
public final class PgRotation {
  private static final int PAGE = 500;
  private static final String LOCK = "select pg_advisory_xact_lock(1180062318, 9)";
  private static final String NEWEST = "select max(generation) from ferry.data_key";
  private static final String BOTH =
      """
      select exists (select from ferry.wrapped_key a join ferry.wrapped_key b using (generation)
        where generation = (select max(generation) from ferry.data_key)
          and a.pickle_key = $1 and b.pickle_key = $2)
      """;

  /** Those that are known to be damaged are looked at once. */
  private static final String BUT =
      " and (room_id, session_id) not in (select * from unnest($2::text[], $3::text[]))";

  private static final String OLD =
      "select "
          + RoomKeyRow.COLUMNS
          + " from ferry.room_key where key_generation < $1"
          + BUT
          + " limit "
          + PAGE
          + " for update skip locked";
  private static final String ANEW =
      """
      update ferry.room_key k set pickle = v.pickle, key_generation = $4
      from unnest($1::text[], $2::text[], $3::text[]) as v (room_id, session_id, pickle)
      where k.room_id = v.room_id and k.session_id = v.session_id
      """;
  private static final String LEFT =
      "select count(*) from ferry.room_key where key_generation < $1" + BUT;
  private static final String PROTECTED =
      """
      select table_name from information_schema.columns
      where table_schema = 'ferry' and column_name = 'key_generation' order by 1
      """;
  private static final String TAKE_AWAY = "delete from ferry.wrapped_key where pickle_key <> $1";

  private final Database database;
  private final PickleKey from;
  private final PickleKey to;
  private final Set<SessionRef> damagedKeys = new LinkedHashSet<>();
  private final List<String> damaged = new ArrayList<>();

  /**
   * A change of the pickle key.
   *
   * @param database stays the caller's
   * @param from the key so far
   * @param to the key that is to be
   */
  public PgRotation(Database database, PickleKey from, PickleKey to) {
    this.database = database;
    this.from = from;
    this.to = to;
  }

  /**
   * Lets both keys open everything and pickles the room keys anew. Lasts at least as long as other
   * processes may take to notice. A row that is damaged stays as it is, see {@link #damaged}.
   *
   * @param done told how many sessions are pickled anew so far
   * @return how many
   * @throws KeyException where the key so far is not the one of the database
   * @throws InterruptedException where the thread is told to stop; both keys are valid then
   */
  public long rewrite(LongConsumer done) throws InterruptedException {
    Keyring.Numbered newest = database.transaction(this::begin);
    Thread.sleep(PgKeyring.BELIEVED.multipliedBy(3));
    long count = 0;
    do {
      int page = database.transaction(connection -> page(connection, newest));
      count += page;
      done.accept(count);
      if (page == 0) {
        // Rows that somebody holds are passed over, and come with the next turn.
        Thread.sleep(100);
      }
    } while (left(newest) > 0);
    damagedKeys.forEach(ref ->
        damaged.add("the key of session %s in room %s".formatted(ref.session(), ref.room())));
    new DeviceRotation(database, known(), damaged::add).rewrite();
    return count;
  }

  private long left(Keyring.Numbered newest) {
    return database.transaction(connection ->
        await(connection.preparedQuery(LEFT).execute(selection(newest)))
            .iterator()
            .next()
            .getLong(0));
  }

  private Tuple selection(Keyring.Numbered newest) {
    return Tuple.wrap(
        java.util.Arrays.<Object>asList(
            newest.generation(),
            damagedKeys.stream().map(ref -> ref.room().value()).toArray(String[]::new),
            damagedKeys.stream().map(SessionRef::session).toArray(String[]::new)));
  }

  /** What is protected as before, because its row does not open, in words. */
  public List<String> damaged() {
    return List.copyOf(damaged);
  }

  /** What the new pickle key opens: all there is. */
  private Keyring known() {
    NavigableMap<Integer, PickleKey> known =
        database.transaction(connection -> PgKeyring.read(connection, to));
    return new Keyring() {
      @Override
      public Numbered current() {
        return new Numbered(known.lastKey(), known.lastEntry().getValue());
      }

      @Override
      public PickleKey of(int generation) {
        PickleKey key = known.get(generation);
        if (key == null) {
          throw new KeyException("a row is protected by a key that is not there");
        }
        return key;
      }
    };
  }

  private Keyring.Numbered begin(SqlConnection connection) throws Exception {
    var unused = await(connection.query(LOCK).execute());
    NavigableMap<Integer, PickleKey> known = PgKeyring.read(connection, from);
    if (known.isEmpty()) {
      throw new KeyException(
          "the configured pickle key is not the one that protects the keys in the database %s. Nothing was changed."
              .formatted(database.label()));
    }
    Row begun =
        await(connection.preparedQuery(BOTH).execute(Tuple.of(from.id(), to.id())))
            .iterator()
            .next();
    for (var key : known.entrySet()) {
      PgKeyring.wrap(connection, key.getKey(), key.getValue(), to);
    }
    int newest = await(connection.query(NEWEST).execute()).iterator().next().getInteger(0);
    if (!begun.getBoolean(0)) {
      newest++;
      PickleKey fresh = PickleKey.random();
      PgKeyring.add(connection, newest, fresh, from);
      PgKeyring.wrap(connection, newest, fresh, to);
      // For who has run since before the last change, and knows neither pickle key of this one.
      PgKeyring.wrap(connection, newest, fresh, known.lastEntry().getValue());
    }
    PickleKey key = PgKeyring.read(connection, to).get(newest);
    if (key == null) {
      throw new KeyException("the newest key in the database does not open; nothing was changed");
    }
    return new Keyring.Numbered(newest, key);
  }

  private int page(SqlConnection connection, Keyring.Numbered newest) throws Exception {
    NavigableMap<Integer, PickleKey> known = PgKeyring.read(connection, to);
    List<RoomKeyRow> rows = new ArrayList<>();
    for (Row row : await(connection.preparedQuery(OLD).execute(selection(newest)))) {
      RoomKeyRow old = RoomKeyRow.of(row);
      PickleKey key = known.get(old.generation());
      if (key == null) {
        throw new KeyException("a room key is protected by a key that is not there");
      }
      try (MegolmInbound session = old.open(key)) {
        rows.add(RoomKeyRow.of(new RoomKey(new RoomId(old.room()), session, old.info()), newest));
      } catch (DamagedRowException e) {
        // reason: it opens under no key, and the others must not wait for it for ever.
        var unused = damagedKeys.add(new SessionRef(new RoomId(old.room()), old.sessionId()));
      }
    }
    if (!rows.isEmpty()) {
      Tuple values =
          Tuple.wrap(
              java.util.Arrays.<Object>asList(
                  rows.stream().map(RoomKeyRow::room).toArray(String[]::new),
                  rows.stream().map(RoomKeyRow::sessionId).toArray(String[]::new),
                  rows.stream().map(RoomKeyRow::pickle).toArray(String[]::new),
                  newest.generation()));
      var unused = await(connection.preparedQuery(ANEW).execute(values));
    }
    return rows.size();
  }

  /**
   * The last step: the old pickle key opens nothing any more, and data keys that protect nothing
   * are gone. To be called once the new key is where the configuration names it.
   */
  public void finish() {
    boolean unused =
        database.transaction(connection -> {
          var unusedLock = await(connection.query(LOCK).execute());
          var unusedWraps = await(connection.preparedQuery(TAKE_AWAY).execute(Tuple.of(to.id())));
          StringBuilder unneeded =
              new StringBuilder(
                  "delete from ferry.data_key d where d.generation < (select max(generation) from ferry.data_key)");
          for (Row row : await(connection.query(PROTECTED).execute())) {
            unneeded
                .append(" and not exists (select from ferry.")
                .append(row.getString(0))
                .append(" where key_generation = d.generation)");
          }
          var unusedKeys = await(connection.query(unneeded.toString()).execute());
          return true;
        });
  }
}
