package org.ferry.web.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.ferry.live.Signal;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.Messages;
import org.ferry.live.message.News;
import org.ferry.live.message.Stored;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of messages for many readers: the newest, those of the last minute as far as they are
 * small together, are held in memory once for all of them, what is older is read from the log by
 * whoever needs it. Safe for use by many threads.
 */
public final class Feed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
  private static final int HELD = 1024;
  private static final int BATCH = 200;

  /** How much is held, about, in bytes of memory. */
  private static final long HELD_BYTES = 16 << 20;

  private static final Duration LOOK = Duration.ofSeconds(1);

  /** How long a text is held here: what is forgotten in the database is forgotten here as well. */
  private static final Duration KEPT = Duration.ofMinutes(1);

  private final Messages messages;
  private final News news;
  private final Signal signal;
  private final long keptNanos;
  private final @Nullable Held[] ring = new Held[HELD];
  private final Lock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();
  private final Thread thread;
  private boolean closed;
  private long first;
  private long last;
  private long bytes;

  /**
   * Begins to read behind what is there.
   *
   * @param messages stays the caller's
   * @param news stays the caller's
   */
  public Feed(Messages messages, News news) {
    this(messages, news, KEPT);
  }

  Feed(Messages messages, News news, Duration kept) {
    this.keptNanos = kept.toNanos();
    this.messages = messages;
    this.news = news;
    this.signal = news.subscribe();
    this.last = messages.last();
    this.first = last + 1;
    this.thread = Thread.ofVirtual().name("feed").start(this::run);
  }

  private record Held(LiveMessage message, long since, long bytes) {}

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        if (!readOn()) {
          signal.await(LOOK);
        }
      }
    } catch (InterruptedException e) {
      // reason: the feed is closed.
    }
  }

  /** True where there may be more at once. */
  private boolean readOn() {
    try {
      List<LiveMessage> batch = messages.after(last, BATCH);
      hold(batch);
      return !batch.isEmpty();
    } catch (RuntimeException e) {
      // reason: whatever one reading fails of, those who listen must hear what comes after it.
      LOG.warn("event=feed_waits {}", e.getMessage());
      return false;
    }
  }

  private void hold(List<LiveMessage> batch) {
    lock.lock();
    try {
      long now = System.nanoTime();
      for (LiveMessage message : batch) {
        keep(new Held(message, now, Stored.weight(message.data())));
        last = message.pos();
      }
      first = Math.max(first, last - HELD + 1);
      letGo(now);
      if (!batch.isEmpty()) {
        more.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void keep(Held held) {
    drop(place(held.message().pos()));
    ring[place(held.message().pos())] = held;
    bytes += held.bytes();
  }

  private void drop(int place) {
    Held gone = ring[place];
    if (gone != null) {
      bytes -= gone.bytes();
      ring[place] = null;
    }
  }

  private void letGo(long now) {
    while (first <= last) {
      Held oldest = ring[place(first)];
      if (oldest != null && now - oldest.since() < keptNanos && bytes <= HELD_BYTES) {
        return;
      }
      drop(place(first));
      first++;
    }
  }

  private static int place(long pos) {
    return (int) (pos % HELD);
  }

  /**
   * A position that a reader brought.
   *
   * @param name what it is called, for the problem
   * @throws Problem 400 where nothing was told there yet
   */
  long known(long pos, String name) {
    if (pos > last()) {
      long end = messages.last();
      if (pos > end) {
        throw ReadEndpoints.beyondInStream(name, end);
      }
    }
    return pos;
  }

  /** How many are held in memory. */
  int held() {
    lock.lock();
    try {
      return (int) (last - first + 1);
    } finally {
      lock.unlock();
    }
  }

  /** The newest position. */
  long last() {
    lock.lock();
    try {
      return last;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What was told after a position, the oldest first.
   *
   * @param longest how long is waited for something; then the list is empty
   */
  List<LiveMessage> after(long pos, int limit, Duration longest) throws InterruptedException {
    lock.lock();
    try {
      long left = longest.toNanos();
      while (pos >= last && left > 0 && !closed) {
        left = more.awaitNanos(left);
      }
      if (closed) {
        throw new InterruptedException("Ferry is ending");
      }
      if (pos >= last) {
        return List.of();
      }
      if (pos + 1 >= first) {
        return held(pos, limit);
      }
    } finally {
      lock.unlock();
    }
    return messages.after(pos, limit);
  }

  private List<LiveMessage> held(long pos, int limit) {
    List<LiveMessage> all = new ArrayList<>();
    for (long p = pos + 1; p <= last && all.size() < limit; p++) {
      Held held = ring[place(p)];
      if (held != null) {
        boolean unused = all.add(held.message());
      }
    }
    return all;
  }

  @Override
  public void close() {
    news.unsubscribe(signal);
    thread.interrupt();
    lock.lock();
    try {
      closed = true;
      more.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      boolean unused = thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
