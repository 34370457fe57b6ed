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
import org.ferry.migrate.LedgerException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of messages for many readers: the newest are held in memory once for all of them, what is
 * older is read from the log by whoever needs it. Safe for use by many threads.
 */
public final class Feed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
  private static final int HELD = 1024;
  private static final int BATCH = 200;
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Messages messages;
  private final News news;
  private final Signal signal;
  private final @Nullable LiveMessage[] ring = new LiveMessage[HELD];
  private final Lock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();
  private final Thread thread;
  private long first;
  private long last;

  /**
   * Begins to read behind what is there.
   *
   * @param messages stays the caller's
   * @param news stays the caller's
   */
  public Feed(Messages messages, News news) {
    this.messages = messages;
    this.news = news;
    this.signal = news.subscribe();
    this.last = messages.last();
    this.first = last + 1;
    this.thread = Thread.ofVirtual().name("feed").start(this::run);
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        List<LiveMessage> batch = messages.after(last, BATCH);
        hold(batch);
        if (batch.size() < BATCH) {
          signal.await(LOOK);
        }
      } catch (InterruptedException e) {
        return;
      } catch (LedgerException e) {
        LOG.warn("event=feed_waits {}", e.getMessage());
      }
    }
  }

  private void hold(List<LiveMessage> batch) {
    if (batch.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      for (LiveMessage message : batch) {
        ring[(int) (message.pos() % HELD)] = message;
        last = message.pos();
      }
      first = Math.max(first, last - HELD + 1);
      more.signalAll();
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
      while (pos >= last && left > 0) {
        left = more.awaitNanos(left);
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
      LiveMessage message = ring[(int) (p % HELD)];
      if (message != null) {
        boolean unused = all.add(message);
      }
    }
    return all;
  }

  @Override
  public void close() {
    news.unsubscribe(signal);
    thread.interrupt();
    try {
      boolean unused = thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
