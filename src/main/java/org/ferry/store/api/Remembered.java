package org.ferry.store.api;

import java.time.Duration;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that is found out anew when it is older than so long, by one of those who ask; the others
 * wait for it. A failure is remembered by nobody.
 */
final class Remembered<T> {
  private final long nanos;
  private final Supplier<T> source;
  private final Lock lock = new ReentrantLock();
  private @Nullable T value;
  private long at;

  Remembered(Duration age, Supplier<T> source) {
    this.nanos = age.toNanos();
    this.source = source;
  }

  T get() {
    lock.lock();
    try {
      T known = value;
      if (known == null || System.nanoTime() - at >= nanos) {
        known = source.get();
        value = known;
        at = System.nanoTime();
      }
      return known;
    } finally {
      lock.unlock();
    }
  }
}
