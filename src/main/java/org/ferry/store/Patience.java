package org.ferry.store;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.ferry.crypto.keys.KeyException;
import org.ferry.migrate.LedgerException;

/**
 * Repeats work that failed for a reason that may pass: a lost connection, a restart of the server,
 * a full disk. Only work that may be done twice is given to it. Tells once when waiting begins and
 * once when it is over, however many threads wait.
 */
final class Patience {
  private static final long FIRST_PAUSE_MS = 20;
  private static final long LONGEST_PAUSE_MS = 2_000;

  private final DatabaseUrl url;
  private final Duration limit;
  private final Consumer<String> notice;
  private final Rescue rescue;
  private final ReentrantLock rescuing = new ReentrantLock();
  private final AtomicBoolean waiting = new AtomicBoolean();

  Patience(DatabaseUrl url, Duration limit, Consumer<String> notice, Rescue rescue) {
    this.url = url;
    this.limit = limit;
    this.notice = notice;
    this.rescue = rescue;
  }

  /**
   * Does the work, again and again until it is done, it fails for good, or patience ends.
   *
   * @throws LedgerException where it could not be done
   */
  <T> T until(Callable<T> work) {
    long end = System.nanoTime() + limit.toNanos();
    long pause = FIRST_PAUSE_MS;
    boolean rescued = false;
    while (true) {
      Exception failure;
      try {
        T result = work.call();
        over();
        return result;
      } catch (LedgerException | KeyException e) {
        throw e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LedgerException("stopped while waiting for the database", e);
      } catch (Exception e) {
        failure = e;
      }
      Trouble trouble = Trouble.of(failure);
      if (!trouble.passes() || System.nanoTime() - end >= 0) {
        throw Trouble.explain(failure, url);
      }
      boolean before = rescued;
      rescued = trouble == Trouble.LOST && bringBack();
      // One lost connection to a server that runs is no outage; a second one is told.
      if (trouble != Trouble.CONFLICT && (before || !rescued)) {
        tell(trouble, failure);
      }
      rest(pause);
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    }
  }

  private boolean bringBack() {
    rescuing.lock();
    try {
      return rescue.bringBack();
    } catch (RuntimeException e) {
      throw new LedgerException(String.valueOf(e.getMessage()), e);
    } finally {
      rescuing.unlock();
    }
  }

  private void tell(Trouble trouble, Exception failure) {
    if (waiting.compareAndSet(false, true)) {
      String what =
          switch (trouble) {
            case FULL -> "the database's server has no room left";
            case READ_ONLY -> "the database takes no writes";
            default -> "database connection lost";
          };
      notice.accept(
          "%s (%s), waiting up to %s for it".formatted(what, Trouble.said(failure), words(limit)));
    }
  }

  private void over() {
    if (waiting.get() && waiting.compareAndSet(true, false)) {
      notice.accept("the database is back, going on");
    }
  }

  private static String words(Duration time) {
    if (time.toMinutes() > 1) {
      return time.toMinutes() + " minutes";
    }
    return time.toSeconds() == 1 ? "1 second" : time.toSeconds() + " seconds";
  }

  private static void rest(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LedgerException("stopped while waiting for the database", e);
    }
  }
}
