package org.ferry.live;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes on who types, on a thread of its own that ends when nothing waits, so that nobody who
 * tells it waits. Of each room only the newest counts, and what could not be passed on within some
 * seconds is dropped: what is slow here never grows, and says nothing that was true a while ago.
 * Safe for use by many threads.
 */
public final class TypingRelay implements AutoCloseable {
  /** After this somebody who typed may well have stopped. */
  static final Duration STANDS = Duration.ofSeconds(5);

  static final int MOST_ROOMS = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(TypingRelay.class);

  private final InstantSource clock;
  private final int most;
  private final Consumer<List<Heard>> to;
  private final Lock lock = new ReentrantLock();
  private final Map<RoomId, Heard> waiting = new LinkedHashMap<>();
  private @Nullable Thread thread;
  private boolean closed;

  /**
   * Who types in a room, as long as it is worth telling.
   *
   * @param typed who, and where
   * @param until when it is too old
   */
  public record Heard(Typing.Typed typed, Instant until) {
    /** Whether it is still worth telling; that nobody types any more always is. */
    public boolean stands(Instant now) {
      return typed.users().isEmpty() || now.isBefore(until);
    }
  }

  /**
   * A relay.
   *
   * @param clock now
   * @param most how many rooms are passed on at once
   * @param to takes them, on one thread at a time; may block
   */
  public TypingRelay(InstantSource clock, int most, Consumer<List<Heard>> to) {
    this.clock = clock;
    this.most = most;
    this.to = to;
  }

  /** Passes on soon, unless something newer of the room comes first; returns at once. */
  public void put(Typing.Typed typed) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      Heard unused = waiting.put(typed.room(), new Heard(typed, clock.instant().plus(STANDS)));
      if (waiting.size() > MOST_ROOMS) {
        waiting.remove(waiting.keySet().iterator().next());
      }
      if (thread == null || !thread.isAlive()) {
        thread = Thread.ofVirtual().name("typing").start(this::run);
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    for (List<Heard> some = next(); !some.isEmpty(); some = next()) {
      try {
        to.accept(some);
      } catch (RuntimeException e) {
        // reason: typing that comes late helps nobody.
        LOG.debug("event=typing_lost {}", e.toString());
      }
    }
  }

  /** Those whose turn it is; empty where the thread is to end. */
  private List<Heard> next() {
    lock.lock();
    try {
      List<Heard> some = new ArrayList<>();
      Instant now = clock.instant();
      Iterator<Heard> all = waiting.values().iterator();
      while (some.size() < most && all.hasNext()) {
        Heard heard = all.next();
        all.remove();
        if (heard.stands(now)) {
          some.add(heard);
        }
      }
      if (some.isEmpty()) {
        thread = null;
      }
      return some;
    } finally {
      lock.unlock();
    }
  }

  /** Passes nothing on any more: what waits is dropped, and what is under way is interrupted. */
  @Override
  public void close() {
    Thread last = end();
    if (last != null) {
      Threads.end(last);
    }
  }

  private @Nullable Thread end() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      return thread;
    } finally {
      lock.unlock();
    }
  }
}
