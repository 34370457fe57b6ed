package org.ferry.store.live;

import io.vertx.pgclient.PgConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.ferry.migrate.LedgerException;
import org.ferry.store.Database;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears on one connection what is notified on a channel; one that is lost is opened again. */
final class Listening implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listening.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final String LISTEN =
      "select set_config('tcp_keepalives_idle', '20', false),"
          + " set_config('idle_session_timeout', '0', false)";

  private final Database database;
  private final String channel;
  private final Consumer<String> heard;
  private final Runnable begun;
  private final Thread thread;
  private volatile @Nullable PgConnection connection;

  /**
   * Begins to listen.
   *
   * @param database stays the caller's
   * @param channel which
   * @param heard told what was notified, on an event loop; must be quick
   * @param begun told when it listens, also again: what was notified before is lost
   */
  Listening(Database database, String channel, Consumer<String> heard, Runnable begun) {
    this.database = database;
    this.channel = channel;
    this.heard = heard;
    this.begun = begun;
    this.thread = Thread.ofVirtual().name("listening to " + channel).start(this::run);
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        listenOnce();
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void listenOnce() throws InterruptedException {
    try {
      listen();
    } catch (LedgerException e) {
      // Who waits looks every second all the same.
      LOG.debug("listening", e);
    }
  }

  private void listen() throws InterruptedException {
    PgConnection opened = database.until(database::connect);
    try {
      CountDownLatch gone = new CountDownLatch(1);
      var unused = opened.closeHandler(v -> gone.countDown());
      var unusedToo = opened.exceptionHandler(e -> {});
      var unusedThree = opened.notificationHandler(n -> heard.accept(n.getPayload()));
      for (String sql : List.of(LISTEN, "listen " + channel)) {
        var unusedRows = database.until(() -> Database.await(opened.query(sql).execute()));
      }
      connection = opened;
      begun.run();
      gone.await();
    } finally {
      connection = null;
      var unused = opened.close();
    }
  }

  /** The connection that it listens on, for short statements; null where it does not just now. */
  @Nullable PgConnection connection() {
    return connection;
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
