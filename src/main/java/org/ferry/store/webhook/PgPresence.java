package org.ferry.store.webhook;

import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.ferry.live.Threads;
import org.ferry.migrate.LedgerException;
import org.ferry.store.Database;
import org.ferry.webhook.Outbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An advisory lock on a connection of its own, named after the process: PostgreSQL frees it at once
 * when the process dies. A connection that is lost otherwise is opened again; until then others may
 * take what this process holds, which its epochs fence.
 */
final class PgPresence implements Outbox.Presence {
  /** The first of the two numbers of such a lock; the second is the hash of the owner. */
  static final int LOCKS = 1180062319;

  private static final Logger LOG = LoggerFactory.getLogger(PgPresence.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final String ALIVE =
      "select set_config('tcp_keepalives_idle', '20', false),"
          + " set_config('idle_session_timeout', '0', false)";
  private static final String ENTER = "select pg_advisory_lock_shared(" + LOCKS + ", hashtext($1))";

  private final Database database;
  private final String owner;
  private final Thread thread;

  /** Enters; returns once others see it. */
  PgPresence(Database database, String owner) {
    this.database = database;
    this.owner = owner;
    Held first = held();
    this.thread = Thread.ofVirtual().name("presence").start(() -> stay(first));
  }

  /** A connection with the lock, and what tells that it is gone. */
  private record Held(PgConnection connection, CountDownLatch gone) {}

  private Held held() {
    return database.until(() -> {
      PgConnection connection = database.connect();
      CountDownLatch gone = new CountDownLatch(1);
      var unused = connection.exceptionHandler(e -> {});
      var unusedToo = connection.closeHandler(v -> gone.countDown());
      boolean entered = false;
      try {
        var unusedRows = Database.await(connection.query(ALIVE).execute());
        unusedRows = Database.await(connection.preparedQuery(ENTER).execute(Tuple.of(owner)));
        entered = true;
      } finally {
        if (!entered) {
          var unusedThree = connection.close();
        }
      }
      return new Held(connection, gone);
    });
  }

  private void stay(Held first) {
    Held held = first;
    try {
      while (true) {
        held.gone().await();
        held = again();
      }
    } catch (InterruptedException e) {
      var unused = held.connection().close();
    }
  }

  private Held again() throws InterruptedException {
    while (true) {
      try {
        return held();
      } catch (LedgerException e) {
        LOG.debug("entering again", e);
        Thread.sleep(PAUSE);
      }
    }
  }

  @Override
  public void close() {
    Threads.end(thread);
  }
}
