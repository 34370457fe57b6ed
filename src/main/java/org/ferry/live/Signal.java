package org.ferry.live;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one thread; several calls before it wakes are one. Safe for use by many threads. */
public final class Signal {
  private final Semaphore news = new Semaphore(0);

  /** Wakes who waits, or who waits next. */
  public void wake() {
    if (news.availablePermits() == 0) {
      news.release();
    }
  }

  /**
   * Waits for the next waking.
   *
   * @param longest after which it returns all the same
   */
  public void await(Duration longest) throws InterruptedException {
    boolean woken = news.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS);
    if (woken) {
      int unused = news.drainPermits();
    }
  }
}
