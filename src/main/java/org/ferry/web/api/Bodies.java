package org.ferry.web.api;

import java.util.HashMap;
import java.util.Map;

/**
 * The memory that bodies take while they come in and are worked on: so much in all, and half of it
 * for each caller. It is counted as it comes, so that one who announces much and sends little holds
 * nobody up. Safe for use by many threads.
 */
final class Bodies {
  private final long most;
  private final Map<String, Long> held = new HashMap<>();
  private long all;

  /** So many bytes at once. */
  Bodies(long most) {
    this.most = most;
  }

  /** What one request holds, until it is closed. */
  final class Share implements AutoCloseable {
    private final String caller;
    private long mine;
    private boolean closed;

    private Share(String caller) {
      this.caller = caller;
    }

    /** Takes more; false where there is no room. */
    boolean take(int bytes) {
      synchronized (Bodies.this) {
        long callers = held.getOrDefault(caller, 0L) + bytes;
        if (closed || all + bytes > most || callers > most / 2) {
          return false;
        }
        all += bytes;
        mine += bytes;
        Long unused = held.put(caller, callers);
        return true;
      }
    }

    @Override
    public void close() {
      synchronized (Bodies.this) {
        closed = true;
        all -= mine;
        long rest = held.getOrDefault(caller, 0L) - mine;
        Long unused = rest <= 0 ? held.remove(caller) : held.put(caller, rest);
        mine = 0;
      }
    }
  }

  /** A share of a caller's, with nothing in it. */
  Share share(String caller) {
    return new Share(caller);
  }
}
