package org.ferry.live.sync;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.live.Signal;

/**
 * Rooms in which an event waits for a key that nobody has here: it may lie on the homeserver for a
 * device that only comes by now and then. Any thread calls; one answers.
 */
public final class Keyless {
  private static final int MOST = 1_000;

  private final Signal called = new Signal();
  private final Set<RoomId> rooms = new LinkedHashSet<>();

  /** In a room a key is missing; several calls before they are answered are one. */
  public void call(RoomId room) {
    synchronized (rooms) {
      boolean unused = rooms.size() < MOST && rooms.add(room);
    }
    called.wake();
  }

  /**
   * The rooms that called since the last answer, those that called first before others.
   *
   * @param longest how long a call is waited for
   */
  public Set<RoomId> await(Duration longest) throws InterruptedException {
    Set<RoomId> now = taken();
    if (now.isEmpty()) {
      called.await(longest);
      now = taken();
    }
    return now;
  }

  private Set<RoomId> taken() {
    synchronized (rooms) {
      Set<RoomId> now = new LinkedHashSet<>(rooms);
      rooms.clear();
      return now;
    }
  }
}
