package org.ferry.migrate.replay;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How work on many threads comes to rest when a person asks to stop. */
final class Rest {
  private static final long GRACE_SECONDS = 5;
  private static final Duration AMENDS = Duration.ofSeconds(20);

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

  /**
   * Does what others would miss, to its end, though a person asked to stop and this thread is
   * interrupted for that; but then for some seconds at most.
   *
   * @param work what is done; interrupted where it takes longer than that
   * @param stopping whether a person asked to stop already
   * @throws RuntimeException what the work failed with
   */
  static void after(Runnable work, boolean stopping) {
    FutureTask<Void> task = new FutureTask<>(work, null);
    Thread worker = Thread.ofVirtual().start(task);
    boolean interrupted = false;
    boolean hurried = stopping;
    long begun = System.nanoTime();
    try {
      while (true) {
        try {
          long left = AMENDS.toNanos() - (System.nanoTime() - begun);
          Void unused = task.get(hurried ? left : Long.MAX_VALUE, TimeUnit.NANOSECONDS);
          return;
        } catch (InterruptedException e) {
          interrupted = true;
          if (!hurried) {
            hurried = true;
            begun = System.nanoTime();
          }
        } catch (TimeoutException e) {
          worker.interrupt();
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
