package org.ferry.live.sync;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.ferry.matrix.client.HomeserverFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A homeserver that is away, or does not know us yet, is asked again, after longer and longer
 * pauses. For one thread.
 */
final class Persevering {
  private static final Logger LOG = LoggerFactory.getLogger(Persevering.class);

  /** Who worked for so long has not failed again and again. */
  private static final Duration WELL = Duration.ofMinutes(1);

  private final InstantSource clock;
  private final Pauses pauses;
  private String told = "";

  Persevering(InstantSource clock, Pauses pauses) {
    this.clock = clock;
    this.pauses = pauses;
  }

  /** Does work that goes on, until the thread is interrupted. */
  void run(Together.Task task) throws InterruptedException {
    while (true) {
      Instant begun = clock.instant();
      boolean unused = attempt(task);
      if (clock.instant().isAfter(begun.plus(WELL))) {
        well();
      }
      pauses.pause();
    }
  }

  /**
   * Does rounds of work until the thread is interrupted; only one that succeeds ends the pauses.
   */
  void rounds(Together.Task round) throws InterruptedException {
    while (true) {
      if (attempt(round)) {
        well();
      }
      pauses.pause();
    }
  }

  private boolean attempt(Together.Task task) throws InterruptedException {
    try {
      task.run();
      pauses.reset();
      return true;
    } catch (HomeserverFailure e) {
      String said = String.valueOf(e.getMessage());
      if (!said.equals(told) && !Thread.currentThread().isInterrupted()) {
        LOG.warn("event=following_waits {}", said);
        told = said;
      }
      return false;
    }
  }

  private void well() {
    pauses.reset();
    told = "";
  }
}
