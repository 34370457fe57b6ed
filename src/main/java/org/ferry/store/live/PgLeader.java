package org.ferry.store.live;

import io.vertx.pgclient.PgConnection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.ferry.live.Leader;
import org.ferry.store.Database;

/**
 * Leads by an advisory lock that lives as long as one connection: PostgreSQL frees it at once when
 * its holder dies. Each term has a larger epoch, and what is settled names it, so that a process
 * that was overtaken without knowing it writes nothing.
 */
public final class PgLeader implements Leader {
  private static final String LOCK = "select pg_try_advisory_lock(1180062318, 11)";
  private static final String ALIVE =
      "select set_config('tcp_keepalives_idle', '20', false),"
          + " set_config('idle_session_timeout', '0', false)";
  private static final String ENTER =
      """
      insert into ferry.live_leader as l (id, epoch, host, pid, since) values (1, 1, $1, $2, now())
      on conflict (id) do update set epoch = l.epoch + 1, host = $1, pid = $2, since = now()
      returning epoch
      """;

  private final Database database;

  /**
   * A leader in a database.
   *
   * @param database stays the caller's
   */
  public PgLeader(Database database) {
    this.database = database;
  }

  @Override
  public Optional<Term> take() {
    return database.until(() -> {
      PgConnection connection = database.connect();
      boolean leads = false;
      try {
        var unused = Database.await(connection.query(ALIVE).execute());
        leads = Database.await(connection.query(LOCK).execute()).iterator().next().getBoolean(0);
      } finally {
        if (!leads) {
          var unused = connection.close();
        }
      }
      return leads ? Optional.<Term>of(new Held(connection, enter())) : Optional.<Term>empty();
    });
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
    private final long epoch;
    private volatile boolean stands = true;

    Held(PgConnection connection, long epoch) {
      this.connection = connection;
      this.epoch = epoch;
      // Whoever notices that the connection is gone tells it by the closing.
      var unused = connection.exceptionHandler(e -> {});
      var unusedToo = connection.closeHandler(gone -> stands = false);
    }

    @Override
    public long epoch() {
      return epoch;
    }

    @Override
    public boolean stands() {
      return stands;
    }

    @Override
    public void close() {
      stands = false;
      var unused = connection.close();
    }
  }
}
