package org.ferry.migrate.replay;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** How work on many threads comes to rest when a person asks to stop. */
final class Rest {
  private static final long GRACE_SECONDS = 5;

  private Rest() {}

  /** Waits for everything that was begun; interrupted, it ends what is under way. */
  static void whenDone(ExecutorService threads) throws InterruptedException {
    threads.shutdown();
    try {
      boolean unusedDone = threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      var unused = threads.shutdownNow();
      throw e;
    }
  }

  /**
   * Gives what is under way a few seconds to end. What waits longer, such as for a homeserver that
   * is away, is interrupted: its event stays in doubt, and the next run looks for it.
   */
  static void come(ExecutorService threads) throws InterruptedException {
    threads.shutdown();
    if (!threads.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
      var unused = threads.shutdownNow();
    }
  }
}
