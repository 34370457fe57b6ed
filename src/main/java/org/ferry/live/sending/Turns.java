package org.ferry.live.sending;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Work that is done for each key by one thread at a time; it may ask a server, and those of other
 * keys do not wait for it. Safe for use by many threads.
 *
 * @param <K> of the keys
 */
final class Turns<K> {
  private final ConcurrentMap<K, ReentrantLock> locks = new ConcurrentHashMap<>();

  /** Does work when it is its turn. */
  <T> T in(K key, Supplier<T> work) {
    ReentrantLock lock = locks.computeIfAbsent(key, k -> new ReentrantLock());
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }
}
