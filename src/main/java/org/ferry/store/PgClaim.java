package org.ferry.store;

import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.ferry.migrate.AlreadyRunning;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.LedgerException;
import org.jspecify.annotations.Nullable;

/**
 * The sole right to write to a destination: an advisory lock that lives as long as one connection.
 * When its holder dies, PostgreSQL frees it at once. Where only the connection is lost, the holder
 * takes the lock again, unless somebody else was quicker: the epoch tells.
 */
final class PgClaim implements CrossingLedger.Claim {
  private static final String LOCK = "select pg_try_advisory_lock(1180062318, 3)";
  private static final String ALIVE =
      "select set_config('tcp_keepalives_idle', '20', false),"
          + " set_config('idle_session_timeout', '0', false)";
  private static final String ENTER =
      """
      update ferry.claim set epoch = epoch + 1, command = $1, host = $2, pid = $3, since = now()
      where id = 1 returning epoch
      """;
  private static final String HOLDER = "select command, host, pid, since, epoch from ferry.claim";
  private static final String AT_WORK =
      """
      select command, host, pid, since from ferry.claim
      where exists (
        select 1 from pg_locks
        where locktype = 'advisory' and granted and classid = 1180062318 and objid = 3
          and objsubid = 2
          and database = (select oid from pg_database where datname = current_database()))
      """;
  private static final String END =
      """
      select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and granted and classid = 1180062318 and objid = 3 and objsubid = 2
        and database = (select oid from pg_database where datname = current_database())
        and pid = $1
      """;
  private static final int TRIES = 10;
  private static final long TRY_MS = 100;

  private final Database database;
  private volatile long epoch;
  private volatile boolean closed;
  private volatile @Nullable PgConnection held;
  private volatile @Nullable LedgerException lost;

  private PgClaim(Database database) {
    this.database = database;
  }

  static PgClaim take(Database database, String command) {
    PgClaim claim = new PgClaim(database);
    PgConnection connection = claim.until(claim::lock);
    if (connection == null) {
      throw claim.until(claim::refusal);
    }
    try {
      claim.epoch = claim.until(() -> claim.enter(command));
    } catch (RuntimeException e) {
      var unused = connection.close();
      throw e;
    }
    claim.hold(connection);
    return claim;
  }

  /** Who holds the claim at the moment, on whatever machine. */
  static Optional<CrossingLedger.Worker> holder(Database database) {
    for (Row row : database.run(AT_WORK)) {
      return Optional.of(worker(row));
    }
    return Optional.empty();
  }

  private static CrossingLedger.Worker worker(Row row) {
    return new CrossingLedger.Worker(
        row.getString(0), row.getString(1), row.getLong(2), row.getOffsetDateTime(3).toInstant());
  }

  /** The number of this claim; a write that names an older one comes from somebody fenced out. */
  long epoch() {
    return epoch;
  }

  /** Throws where another process has taken over. */
  void check() {
    LedgerException failure = lost;
    if (failure != null) {
      throw failure;
    }
  }

  /** True where nobody has claimed since. */
  private boolean stands() {
    return database.run(HOLDER).iterator().next().getLong(4) == epoch;
  }

  /** Throws where somebody has claimed since, whether this process noticed or not. */
  void checkStanding() {
    if (!stands()) {
      throw overtaken();
    }
  }

  private LedgerException overtaken() {
    Row row = database.run(HOLDER).iterator().next();
    return new LedgerException(
        "the database connection was lost, and ferry %s (process %d on %s) took over; this process sends no more"
            .formatted(row.getString(0), row.getLong(2), row.getString(1)));
  }

  private <T extends @Nullable Object> T until(Callable<T> work) {
    return database.until(work);
  }

  /** A connection that holds the lock, or null where somebody else does. */
  private @Nullable PgConnection lock() throws Exception {
    PgConnection connection = database.connect();
    boolean ours = false;
    try {
      var unused = Database.await(connection.query(ALIVE).execute());
      // The server may need a moment to see that a killed holder's connection is gone.
      for (int i = 0; i < TRIES && !ours; i++) {
        if (i > 0) {
          Thread.sleep(TRY_MS);
        }
        RowSet<Row> row = Database.await(connection.query(LOCK).execute());
        ours = row.iterator().next().getBoolean(0);
      }
    } finally {
      if (!ours) {
        var unused = connection.close();
      }
    }
    return ours ? connection : null;
  }

  private AlreadyRunning refusal() throws Exception {
    return new AlreadyRunning(worker(database.once(HOLDER).iterator().next()));
  }

  private long enter(String command) throws Exception {
    return database
        .once(ENTER, command, host(), ProcessHandle.current().pid())
        .iterator()
        .next()
        .getLong(0);
  }

  private void hold(PgConnection connection) {
    held = connection;
    var unused =
        connection.closeHandler(gone -> {
          if (!closed) {
            var thread = Thread.ofVirtual().name("ledger-claim").start(this::holdAgain);
            assert thread.isVirtual();
          }
        });
  }

  private void holdAgain() {
    try {
      endFormer();
      PgConnection connection = until(this::lock);
      if (connection == null || !stands()) {
        if (connection != null) {
          var unused = connection.close();
        }
        lost = overtaken();
        return;
      }
      hold(connection);
      if (closed) {
        var unused = connection.close();
      }
    } catch (LedgerException e) {
      lost = e;
    }
  }

  /** The server may know for minutes of nothing: then its end still holds the lock. */
  private void endFormer() {
    PgConnection former = held;
    if (former != null) {
      var unused = database.run(END, former.processId());
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  @Override
  public void close() {
    closed = true;
    PgConnection connection = held;
    if (connection != null) {
      try {
        var unused = Database.await(connection.close());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        // A connection that is gone already has freed the lock.
        System.getLogger(PgClaim.class.getName())
            .log(System.Logger.Level.DEBUG, "closing the claim", e);
      }
    }
  }
}
