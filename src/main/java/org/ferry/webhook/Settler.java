package org.ferry.webhook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what came of deliveries, many in one transaction: what comes while one is written goes
 * with the next. Who delivers does not wait for it, but for room in the queue.
 */
final class Settler {
  private static final Logger LOG = LoggerFactory.getLogger(Settler.class);
  private static final int BATCH = 512;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Outbox outbox;
  private final Consumer<Outcome> written;
  private final BlockingQueue<Outcome> queue = new ArrayBlockingQueue<>(2 * BATCH);
  private volatile boolean closing;

  /**
   * A settler.
   *
   * @param outbox where to
   * @param written told of each outcome that was written
   */
  Settler(Outbox outbox, Consumer<Outcome> written) {
    this.outbox = outbox;
    this.written = written;
  }

  /** Queues an outcome; waits while there is no room. */
  void add(Outcome outcome) throws InterruptedException {
    queue.put(outcome);
  }

  /** Writes until it is told to end and nothing is left; for a thread of its own. */
  void run() {
    List<Outcome> batch = new ArrayList<>();
    while (true) {
      try {
        Outcome first = queue.poll(100, TimeUnit.MILLISECONDS);
        if (first == null) {
          if (closing) {
            return;
          }
          continue;
        }
        batch.add(first);
        int unused = queue.drainTo(batch, BATCH - 1);
        write(batch);
        batch.clear();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** A database that is away for long is no reason to forget what was delivered. */
  private void write(List<Outcome> batch) throws InterruptedException {
    while (true) {
      try {
        outbox.settle(batch).forEach(off -> LOG.error("event=webhook_off {}", off));
        batch.forEach(written);
        return;
      } catch (RuntimeException e) {
        if (closing || Thread.currentThread().isInterrupted()) {
          LOG.error("event=deliveries_unsettled {}; they are sent again", e.getMessage());
          throw new InterruptedException();
        }
        LOG.warn("event=deliveries_wait {}", e.getMessage());
        Thread.sleep(PAUSE);
      }
    }
  }

  /** Ends once everything that was queued is written. */
  void end() {
    closing = true;
  }
}
