package org.ferry.store.crypto;

import static org.ferry.store.Database.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.Keyring;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.store.Database;

/**
 * The keyring in PostgreSQL. While it is open it is read anew every two seconds, so that a process
 * that runs learns of a change of the pickle key by another: the change lasts longer than that.
 */
public final class PgKeyring implements Keyring, AutoCloseable {
  /** How long a process goes on writing under a key after a newer one was made. */
  static final Duration BELIEVED = Duration.ofSeconds(2);

  private static final System.Logger LOG = System.getLogger(PgKeyring.class.getName());
  private static final String LOCK = "select pg_advisory_xact_lock(1180062318, 9)";
  private static final String READ =
      "select generation, sealed from ferry.wrapped_key where pickle_key = $1";
  private static final String OTHERS = "select count(*) from ferry.data_key";
  private static final String MAKE = "insert into ferry.data_key (generation) values ($1)";
  private static final String WRAP =
      """
      insert into ferry.wrapped_key (generation, pickle_key, sealed) values ($1, $2, $3)
      on conflict (generation, pickle_key) do update set sealed = excluded.sealed
      """;

  private final Database database;
  private final PickleKey pickleKey;
  private final Lock refreshing = new ReentrantLock();
  private final Thread reader = Thread.ofVirtual().name("keyring").unstarted(this::readOn);
  private volatile NavigableMap<Integer, PickleKey> keys;

  private PgKeyring(Database database, PickleKey pickleKey, NavigableMap<Integer, PickleKey> keys) {
    this.database = database;
    this.pickleKey = pickleKey;
    this.keys = keys;
  }

  /**
   * Opens the keyring, and makes it where the database has none yet.
   *
   * @param database stays the caller's, and open until this is closed
   * @param pickleKey the one of the configuration
   * @return the keyring, which the caller closes
   * @throws KeyException where the database's keys are protected by another pickle key; nothing was
   *     changed
   */
  public static PgKeyring open(Database database, PickleKey pickleKey) {
    NavigableMap<Integer, PickleKey> keys =
        database.transaction(connection -> {
          var unused = await(connection.query(LOCK).execute());
          NavigableMap<Integer, PickleKey> found = read(connection, pickleKey);
          if (found.isEmpty()) {
            refuseAnother(connection, database.label());
            add(connection, 1, PickleKey.random(), pickleKey);
            return read(connection, pickleKey);
          }
          return found;
        });
    PgKeyring keyring = new PgKeyring(database, pickleKey, keys);
    keyring.reader.start();
    return keyring;
  }

  /**
   * Whether a pickle key opens the keys of a database; true where it has none yet. Changes nothing.
   *
   * @param database stays the caller's
   * @param pickleKey the one of the configuration
   */
  public static boolean fits(Database database, PickleKey pickleKey) {
    return isEmpty(database) || database.run(READ, pickleKey.id()).size() > 0;
  }

  /** True where a database holds nothing that is protected. */
  public static boolean isEmpty(Database database) {
    return database.run(OTHERS).iterator().next().getLong(0) == 0;
  }

  private static void refuseAnother(SqlConnection connection, String label) throws Exception {
    Row row = await(connection.query(OTHERS).execute()).iterator().next();
    if (row.getLong(0) > 0) {
      throw new KeyException(
          ("the keys in the database %s are protected by another pickle key than the configured"
                  + " one. Put the earlier one back (encryption.pickle_key_file, or FERRY_PICKLE_KEY);"
                  + " without it they cannot be read by anybody, and Ferry makes no new identity in"
                  + " their place. Nothing was changed.")
              .formatted(label));
    }
  }

  static NavigableMap<Integer, PickleKey> read(SqlConnection connection, PickleKey pickleKey)
      throws Exception {
    return opened(
        await(connection.preparedQuery(READ).execute(Tuple.of(pickleKey.id()))), pickleKey);
  }

  private static NavigableMap<Integer, PickleKey> opened(RowSet<Row> rows, PickleKey pickleKey) {
    NavigableMap<Integer, PickleKey> found = new TreeMap<>();
    for (Row row : rows) {
      int generation = row.getInteger(0);
      byte[] sealed = row.getBuffer(1).getBytes();
      found.put(generation, PickleKey.of(pickleKey.sealer().open(sealed, place(generation))));
    }
    return found;
  }

  /** Makes a generation. */
  static void add(SqlConnection connection, int generation, PickleKey key, PickleKey pickleKey)
      throws Exception {
    var unused = await(connection.preparedQuery(MAKE).execute(Tuple.of(generation)));
    wrap(connection, generation, key, pickleKey);
  }

  /** Lets a pickle key, or an earlier generation while both are valid, open a generation. */
  static void wrap(SqlConnection connection, int generation, PickleKey key, PickleKey pickleKey)
      throws Exception {
    Buffer sealed = Buffer.buffer(pickleKey.sealer().seal(key.wrapped(), place(generation)));
    var unused =
        await(connection.preparedQuery(WRAP).execute(Tuple.of(generation, pickleKey.id(), sealed)));
  }

  private static String place(int generation) {
    return "data key " + generation;
  }

  @Override
  public Numbered current() {
    var newest = keys.lastEntry();
    return new Numbered(newest.getKey(), newest.getValue());
  }

  @Override
  public PickleKey of(int generation) {
    if (!keys.containsKey(generation)) {
      refresh();
    }
    PickleKey key = keys.get(generation);
    if (key == null) {
      throw new KeyException(
          "a row in the database %s is protected by key %d, which this pickle key does not open. Either the pickle key was changed while this Ferry did not notice: start it again with the new one; or the database was restored in part: restore a backup of it whole."
              .formatted(database.label(), generation));
    }
    return key;
  }

  /** Reads the keys anew, at once. What was known stays known to a process that runs. */
  public void refresh() {
    refreshing.lock();
    try {
      NavigableMap<Integer, PickleKey> all = new TreeMap<>(keys);
      all.putAll(opened(database.run(READ, pickleKey.id()), pickleKey));
      // Where the pickle key was changed before, the one of this process opens nothing new.
      PickleKey newest = keys.lastEntry().getValue();
      all.putAll(opened(database.run(READ, newest.id()), newest));
      keys = all;
    } finally {
      refreshing.unlock();
    }
  }

  private void readOn() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Thread.sleep(BELIEVED);
        attempt();
      }
    } catch (InterruptedException e) {
      // reason: the keyring is closed.
    }
  }

  /** Whatever it fails with, it is read anew the next time: a rotation may come at any time. */
  private void attempt() {
    try {
      refresh();
    } catch (RuntimeException e) {
      // reason: a database that stays away is told of by those who work with it.
      LOG.log(System.Logger.Level.DEBUG, "reading the keyring", e);
    }
  }

  @Override
  public void close() {
    reader.interrupt();
  }
}
