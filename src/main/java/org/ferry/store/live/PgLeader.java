package org.ferry.store.live;

import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ferry.live.Leader;
import org.ferry.migrate.AlreadyRunning;
import org.ferry.migrate.LedgerException;
import org.ferry.store.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads by an advisory lock that lives as long as one connection: PostgreSQL frees it at once when
 * its holder dies. A holder that is frozen, or whose machine is gone, keeps its connection and
 * shows itself no more: after eight seconds of the database's clock whoever wants to lead ends that
 * connection. Each term has a larger epoch, and what is settled names it, so that a process that
 * was overtaken without knowing it writes nothing.
 */
public final class PgLeader implements Leader {
  private static final Logger LOG = LoggerFactory.getLogger(PgLeader.class);
  private static final String LOCK = "select pg_try_advisory_lock(1180062318, 11)";
  private static final String ALIVE =
      "select set_config('tcp_keepalives_idle', '20', false),"
          + " set_config('idle_session_timeout', '0', false)";
  private static final String ENTER =
      """
      insert into ferry.live_leader as l (id, epoch, host, pid, since, until)
      values (1, 1, $1, $2, now(), clock_timestamp() + interval '8 seconds')
      on conflict (id) do update set epoch = l.epoch + 1, host = $1, pid = $2, since = now(),
        until = excluded.until
      returning epoch
      """;
  private static final String SHOW =
      """
      update ferry.live_leader set until = clock_timestamp() + interval '8 seconds'
      where id = 1 and epoch = $1
      """;

  // The connection that holds the lock, and those that a frozen process left amid a transaction
  // with a hold on the leader's row; none of a process that has only just begun to lead.
  private static final String DEPOSE =
      """
      select distinct 'process ' || t.pid || ' on ' || t.host, pg_terminate_backend(a.pid)
      from ferry.live_leader t, pg_locks l join pg_stat_activity a on a.pid = l.pid
      where t.id = 1 and t.until < clock_timestamp()
        and l.database = (select oid from pg_database where datname = current_database())
        and ((l.locktype = 'advisory' and l.granted and l.classid = 1180062318 and l.objid = 11
            and l.objsubid = 2 and a.backend_start < clock_timestamp() - interval '8 seconds')
          or (l.locktype = 'relation' and l.relation = 'ferry.live_leader'::regclass
            and a.state = 'idle in transaction'
            and a.state_change < clock_timestamp() - interval '8 seconds'))
      """;
  private static final Duration SHOWN_EVERY = Duration.ofSeconds(2);

  /** The driver lets such a connection keep nothing alive: a server that is gone shows by this. */
  private static final Duration UNANSWERED = Duration.ofSeconds(20);

  // Those who lead, and those who deliver or answer requests for a place in an order.
  private static final String AT_WORK =
      """
      select exists (select from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())
        and ((classid = 1180062318 and objid = 11 and objsubid = 2) or classid = 1180062319)),
        (select 'process ' || pid || ' on ' || host || ' led last' from ferry.live_leader)
      """;
  private static final String LED =
      """
      select exists (select from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())
        and classid = 1180062318 and objid = 11 and objsubid = 2)
      """;
  private static final int TRIES = 20;
  private static final long TRY_MS = 100;

  private final Database database;

  /**
   * A leader in a database.
   *
   * @param database stays the caller's
   */
  public PgLeader(Database database) {
    this.database = database;
  }

  /**
   * Leads while what the database holds is replaced or dropped, so that nobody follows meanwhile.
   *
   * @return the term, to be closed
   * @throws AlreadyRunning where somebody follows or delivers, on any machine
   */
  public Term alone() {
    // The server may need a moment to see that a killed process's connections are gone.
    for (int i = 1; ; i++) {
      Row row = database.run(AT_WORK).iterator().next();
      Optional<Term> term = row.getBoolean(0) ? Optional.empty() : take();
      if (term.isPresent()) {
        return term.get();
      }
      if (i == TRIES) {
        String last = row.getString(1);
        throw new AlreadyRunning(last == null ? "no process has led yet" : last);
      }
      pause();
    }
  }

  /** Whether somebody leads, on any machine; between two who do so nobody does for a moment. */
  public boolean isTaken() {
    return database.run(LED).iterator().next().getBoolean(0);
  }

  private static void pause() {
    try {
      Thread.sleep(TRY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LedgerException("interrupted while the database was claimed", e);
    }
  }

  @Override
  public Optional<Term> take() {
    Optional<Term> term = lock();
    return term.isEmpty() && depose() ? lock() : term;
  }

  /** Ends the term of a process that does not show itself; whether there was one. */
  private boolean depose() {
    RowSet<Row> ended = database.run(DEPOSE);
    for (Row row : ended) {
      LOG.warn(
          "event=leader_deposed {} has led and not shown itself for eight seconds: it is frozen, or its machine is gone; its connection was ended",
          row.getString(0));
    }
    return ended.size() > 0;
  }

  private Optional<Term> lock() {
    return database.until(() -> {
      PgConnection connection = database.connect();
      AtomicBoolean lost = watch(connection);
      Optional<Term> term = Optional.empty();
      try {
        var unused = Database.await(connection.query(ALIVE).execute());
        var locked = Database.await(connection.query(LOCK).execute());
        if (locked.iterator().next().getBoolean(0)) {
          term = Optional.of(new Held(connection, lost, enter()));
        }
      } finally {
        // A connection that stayed open would hold the lock, and nobody could lead.
        if (term.isEmpty()) {
          var unused = connection.close();
        }
      }
      return term;
    });
  }

  /**
   * Set once the connection is gone. Watched before the lock is asked for: a handler that is set on
   * a connection that is gone already is never called, while its next statement fails.
   */
  private static AtomicBoolean watch(PgConnection connection) {
    AtomicBoolean lost = new AtomicBoolean();
    // Whoever notices that the connection is gone tells it by the closing.
    var unused = connection.exceptionHandler(e -> {});
    var unusedToo = connection.closeHandler(gone -> lost.set(true));
    return lost;
  }

  private long enter() {
    return database.run(ENTER, host(), ProcessHandle.current().pid()).iterator().next().getLong(0);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** A lock that is held. */
  private static final class Held implements Term {
    private final PgConnection connection;
    private final AtomicBoolean lost;
    private final long epoch;
    private final Thread showing;
    private volatile boolean stands = true;

    Held(PgConnection connection, AtomicBoolean lost, long epoch) {
      this.connection = connection;
      this.lost = lost;
      this.epoch = epoch;
      this.showing = Thread.ofVirtual().name("leader").start(this::show);
    }

    @Override
    public long epoch() {
      return epoch;
    }

    @Override
    public boolean stands() {
      return stands && !lost.get();
    }

    /** A process that is overloaded shows itself late; only one that others wait for is deposed. */
    private void show() {
      while (stands()) {
        try {
          Thread.sleep(SHOWN_EVERY);
          if (stands() && !isShown()) {
            end();
          }
        } catch (InterruptedException e) {
          return;
        } catch (PgException e) {
          // The server answers, so that the connection and its lock are still there.
          LOG.debug("the leader could not show itself", e);
        } catch (Exception e) {
          LOG.debug("the connection that the leader leads by is gone", e);
          end();
        }
      }
    }

    /**
     * On the connection that holds the lock: the pool's may lead to another server by now, such as
     * a standby that took the address over and has a copy of the row.
     */
    private boolean isShown() throws Exception {
      try {
        return Database.await(
                    connection
                        .preparedQuery(SHOW)
                        .execute(Tuple.of(epoch))
                        .timeout(UNANSWERED.toSeconds(), TimeUnit.SECONDS))
                .rowCount()
            > 0;
      } catch (TimeoutException e) {
        LOG.warn(
            "event=leader_unanswered the database has not answered on the connection that this process leads by for {} seconds; another one leads, or this one anew",
            UNANSWERED.toSeconds());
        return false;
      }
    }

    private void end() {
      stands = false;
      var unused = connection.close();
    }

    @Override
    public void close() {
      showing.interrupt();
      end();
    }
  }
}
