package org.ferry.store.live;

import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgNotification;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.ferry.live.Threads;
import org.ferry.store.Database;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the processes on a database tell each other by notifications of PostgreSQL, heard on one
 * connection; one that is lost is opened again. A hint only: who waits for something looks from
 * time to time all the same. Safe for use by many threads.
 */
public final class PgChannels implements AutoCloseable {
  /** Something was told: {@code ferry.live_message}. */
  static final String MESSAGES = "ferry_live_message";

  /** Who types. */
  static final String TYPING = "ferry_typing";

  /** A transaction of a homeserver was stored; the payload names the process. */
  public static final String TRANSACTIONS = "ferry_transaction";

  /** A message is to be sent; the payload names the process that took it. */
  public static final String LETTERS = "ferry_letter";

  private static final Logger LOG = LoggerFactory.getLogger(PgChannels.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  /** A server that is gone without a word shows by not answering, and by nothing else. */
  private static final Duration ASKED_EVERY = Duration.ofSeconds(20);

  private static final List<String> LISTEN =
      List.of(
          "select set_config('tcp_keepalives_idle', '20', false),"
              + " set_config('idle_session_timeout', '0', false)",
          "listen " + MESSAGES,
          "listen " + TYPING,
          "listen " + TRANSACTIONS,
          "listen " + LETTERS);

  private final Database database;
  private final Duration askedEvery;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile @Nullable PgConnection connection;

  private record Listener(String channel, Consumer<String> heard, Runnable begun) {}

  /**
   * Begins to listen.
   *
   * @param database stays the caller's
   */
  public PgChannels(Database database) {
    this(database, ASKED_EVERY);
  }

  /**
   * As above.
   *
   * @param database stays the caller's
   * @param askedEvery how often the server is asked whether it is there, and how long for an answer
   */
  public PgChannels(Database database, Duration askedEvery) {
    this.database = database;
    this.askedEvery = askedEvery;
    this.thread = Thread.ofVirtual().name("listening to other processes").start(this::run);
  }

  /**
   * Has somebody told what is notified from now on.
   *
   * @param channel one of those above
   * @param heard told the payload, on an event loop; must be quick
   * @param begun told when listening begins, also again: what was notified before is lost
   */
  public void on(String channel, Consumer<String> heard, Runnable begun) {
    boolean unused = listeners.add(new Listener(channel, heard, begun));
    if (connection != null) {
      begun.run();
    }
  }

  /**
   * As above, of what other processes notify with their name.
   *
   * @param channel one of those whose payload names the process
   * @param heard told on an event loop, also when listening begins; must be quick
   */
  public void onOthers(String channel, Runnable heard) {
    on(
        channel,
        process -> {
          if (!process.equals(database.process())) {
            heard.run();
          }
        },
        heard);
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
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      // Whatever it was, the next connection may do.
      LOG.debug("listening", e);
    }
  }

  private void listen() throws Exception {
    PgConnection opened = database.until(database::connect);
    try {
      CountDownLatch gone = new CountDownLatch(1);
      var unused = opened.closeHandler(v -> gone.countDown());
      var unusedToo = opened.exceptionHandler(e -> {});
      var unusedThree = opened.notificationHandler(this::heard);
      for (String sql : LISTEN) {
        ask(opened, sql);
      }
      connection = opened;
      listeners.forEach(listener -> listener.begun().run());
      while (!gone.await(askedEvery.toMillis(), TimeUnit.MILLISECONDS)) {
        ask(opened, "select 1");
      }
    } finally {
      connection = null;
      var unused = opened.close();
    }
  }

  private void ask(PgConnection opened, String sql) throws Exception {
    var unused =
        Database.await(
            opened.query(sql).execute().timeout(askedEvery.toMillis(), TimeUnit.MILLISECONDS));
  }

  private void heard(PgNotification notification) {
    for (Listener listener : listeners) {
      if (listener.channel().equals(notification.getChannel())) {
        listener.heard().accept(notification.getPayload());
      }
    }
  }

  /** The connection that it listens on, for short statements; null where it does not just now. */
  @Nullable PgConnection connection() {
    return connection;
  }

  @Override
  public void close() {
    Threads.end(thread);
  }
}
