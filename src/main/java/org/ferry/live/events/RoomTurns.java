package org.ferry.live.events;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;

/**
 * Has a room's completion, which first asks the homeserver and then arranges what it said, and what
 * comes in meanwhile take turns: an answer that is older than what is kept would put the newest
 * first. Safe for use by many threads.
 */
final class RoomTurns {
  /** A homeserver that is slow to say what is missing holds up nobody else's news for longer. */
  private static final Duration SOON = Duration.ofSeconds(5);

  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final Map<String, ReentrantLock> rooms = new ConcurrentHashMap<>();

  /** Rooms whose completion nobody waits for: it looks again for what came meanwhile. */
  private final Set<String> open = ConcurrentHashMap.newKeySet();

  private ReentrantLock of(String room) {
    return rooms.computeIfAbsent(room, r -> new ReentrantLock());
  }

  /** Nobody waits any more for the completion of a room, which may take long. */
  void open(String room) {
    boolean unused = open.add(room);
  }

  /**
   * What comes waits again for the completion of a room.
   *
   * @return whether something may have come without waiting
   */
  boolean close(String room) {
    return open.remove(room);
  }

  /** Does something with a room while nobody else does. */
  int alone(String room, IntSupplier work) {
    ReentrantLock lock = of(room);
    lock.lock();
    try {
      return work.getAsInt();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The same, unless somebody else takes long.
   *
   * @return empty where nothing was done
   */
  OptionalInt soon(String room, IntSupplier work) {
    ReentrantLock lock = of(room);
    try {
      if (!lock.tryLock(SOON.toNanos(), TimeUnit.NANOSECONDS)) {
        return OptionalInt.empty();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(work.getAsInt());
    } finally {
      lock.unlock();
    }
  }

  /** Does something with rooms when their completions are over, or take too long. */
  int after(SortedSet<String> which, IntSupplier work) {
    List<ReentrantLock> held = new ArrayList<>();
    long end = System.nanoTime() + LONGEST.toNanos();
    try {
      for (String room : which) {
        ReentrantLock lock = of(room);
        long most = open.contains(room) ? 0 : Math.max(0, end - System.nanoTime());
        if (lock.tryLock(most, TimeUnit.NANOSECONDS)) {
          boolean unused = held.add(lock);
        } else {
          open(room);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      return work.getAsInt();
    } finally {
      held.forEach(ReentrantLock::unlock);
    }
  }
}
