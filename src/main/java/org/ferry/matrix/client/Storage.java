package org.ferry.matrix.client;

import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether a homeserver stores what it is sent, as all requests have found: said once when it does
 * not, and once when it does again. A small row may find room on a full disk, so that only the
 * probe that failed can tell that it is over. Safe for use by many threads.
 */
final class Storage {
  private final Outages full = new Outages("stores again what it is sent");
  private final AtomicReference<Repeater.@Nullable Attempt> failing = new AtomicReference<>();

  void onChange(Consumer<String> notice) {
    full.onChange(notice);
  }

  /** True while nothing is stored. */
  boolean isFull() {
    return full.since().isPresent();
  }

  /**
   * A probe was not stored.
   *
   * @param sentence what to say of it
   * @param probe tells when it is over
   * @param now the time
   * @return since when nothing is stored
   */
  Instant failed(String sentence, Repeater.Attempt probe, Instant now) {
    failing.set(probe);
    full.noticed(sentence, now);
    return full.since().orElse(now);
  }

  /** A probe was stored. */
  void proven(Instant now) {
    failing.set(null);
    full.over(now);
  }

  /** Something was stored: time to look whether that holds for more, by one thread at a time. */
  void stored(Instant now) {
    Repeater.Attempt probe = failing.getAndSet(null);
    if (probe == null) {
      return;
    }
    if (succeeds(probe)) {
      full.over(now);
    } else {
      boolean unused = failing.compareAndSet(null, probe);
    }
  }

  private static boolean succeeds(Repeater.Attempt probe) {
    try {
      return probe.once().isSuccess();
    } catch (Lost | IOException e) {
      return false;
    }
  }
}
