package org.ferry.webhook;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one thread; several calls before it wakes are one. Safe for use by many threads. */
public final class Bell {
  private final Semaphore rung = new Semaphore(0);

  /** Wakes who waits, or who waits next. */
  public void ring() {
    if (rung.availablePermits() == 0) {
      rung.release();
    }
  }

  /** Waits for the next ringing, or as long as is said. */
  void await(Duration longest) throws InterruptedException {
    boolean woken = rung.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS);
    if (woken) {
      int unused = rung.drainPermits();
    }
  }
}
