package org.ferry.live.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.ferry.live.Signal;
import org.ferry.matrix.client.Intent;

/**
 * A device that is not followed all the time: it comes by, takes what lies there for it, and does
 * its chores. Safe for use by many threads, one of which visits at a time.
 */
public final class Visits {
  /** A homeserver hands out this many messages to a device at once. */
  private static final int FULL = 100;

  private static final int MOST_ROUNDS = 8;

  private final Intent intent;
  private final Machine machine;
  private final Signal nobody = new Signal();
  // No monitor: whoever waits for a homeserver in one holds a carrier of virtual threads.
  private final Lock visiting = new ReentrantLock();
  private int full;

  /**
   * Visits of a device.
   *
   * @param intent the user as the device
   * @param machine the device's
   */
  public Visits(Intent intent, Machine machine) {
    this.intent = intent;
    this.machine = machine;
  }

  /**
   * Takes what came since the last visit, and sends what the machine wants sent.
   *
   * @throws org.ferry.matrix.client.HomeserverFailure where the homeserver does not answer, or
   *     refuses the device
   */
  public void refresh() {
    visiting.lock();
    try {
      do {
        SyncLoop loop = new SyncLoop(intent, machine, this::count, nobody, nobody);
        loop.once(Filters.visit(), Duration.ZERO);
      } while (full >= FULL);
      Requests requests = new Requests(machine, intent);
      for (int round = 0; round < MOST_ROUNDS && requests.sendAll(); round++) {
        // Each answer may ask for more: keys, then an identity, then signatures.
      }
    } finally {
      visiting.unlock();
    }
  }

  private void count(ObjectNode answer) {
    full = answer.path("to_device").path("events").size();
  }
}
