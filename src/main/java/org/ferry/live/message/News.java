package org.ferry.live.message;

import org.ferry.live.Signal;

/**
 * Tells that something was told, by whatever process. A hint only: who waits looks again after a
 * second all the same. Safe for use by many threads.
 */
public interface News {
  /** A signal that is woken whenever something is told. */
  Signal subscribe();

  /** Wakes it no more. */
  void unsubscribe(Signal signal);
}
