package org.ferry.live.sync;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Pauses between tries: doubled each time, with jitter, up to a minute. For one thread. */
final class Pauses {
  private static final long FIRST_MS = 500;
  private static final long LONGEST_MS = 60_000;

  private int failures;

  /** Things work again. */
  void reset() {
    failures = 0;
  }

  /** How many tries failed in a row. */
  int failures() {
    return failures;
  }

  /** Waits before the next try. */
  void pause() throws InterruptedException {
    long full = Math.min(LONGEST_MS, FIRST_MS << Math.min(failures++, 10));
    Thread.sleep(Duration.ofMillis(ThreadLocalRandom.current().nextLong(full / 2, full) + 1));
  }
}
