package org.ferry.store.live;

import io.vertx.pgclient.PgConnection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.ferry.live.Signal;
import org.ferry.live.message.News;
import org.ferry.migrate.LedgerException;
import org.ferry.store.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears on one connection what any process tells; one that is lost is opened again. */
public final class PgNews implements News {
  private static final Logger LOG = LoggerFactory.getLogger(PgNews.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final String LISTEN =
      "select set_config('tcp_keepalives_idle', '20', false),"
          + " set_config('idle_session_timeout', '0', false)";

  private final Database database;
  private final Set<Signal> signals = ConcurrentHashMap.newKeySet();
  private final Thread thread;

  /**
   * Begins to listen.
   *
   * @param database stays the caller's
   */
  public PgNews(Database database) {
    this.database = database;
    this.thread = Thread.ofVirtual().name("news of messages").start(this::run);
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
    PgConnection connection = database.until(database::connect);
    try {
      CountDownLatch gone = new CountDownLatch(1);
      var unused = connection.closeHandler(v -> gone.countDown());
      var unusedToo = connection.exceptionHandler(e -> {});
      var unusedThree = connection.notificationHandler(n -> signals.forEach(Signal::wake));
      for (String sql : List.of(LISTEN, "listen " + PgMessages.CHANNEL)) {
        var unusedRows = database.until(() -> Database.await(connection.query(sql).execute()));
      }
      // What was told before this listened.
      signals.forEach(Signal::wake);
      gone.await();
    } finally {
      var unused = connection.close();
    }
  }

  @Override
  public Signal subscribe() {
    Signal signal = new Signal();
    boolean unused = signals.add(signal);
    return signal;
  }

  @Override
  public void unsubscribe(Signal signal) {
    boolean unused = signals.remove(signal);
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
