package org.ferry.matrix.client;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Since when a homeserver has given nobody an answer of its own, so that many requests bear with it
 * for one patience and not each for one after the other. Safe for use by many threads.
 */
final class Absence {
  private record Away(Instant since, Instant last) {}

  private final AtomicReference<@Nullable Away> away = new AtomicReference<>();

  /**
   * A request got no answer.
   *
   * @param now the time
   * @param forgotten after so long without a request that failed, an absence is a new one
   * @return since when nobody got one
   */
  Instant noticed(Instant now, Duration forgotten) {
    while (true) {
      Away before = away.get();
      Instant since =
          before == null || now.isAfter(before.last().plus(forgotten)) ? now : before.since();
      if (away.compareAndSet(before, new Away(since, now))) {
        return since;
      }
    }
  }

  /** The homeserver itself answered somebody, whatever it said. */
  void over() {
    away.set(null);
  }
}
