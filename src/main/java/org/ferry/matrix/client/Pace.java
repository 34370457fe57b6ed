package org.ferry.matrix.client;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many pieces of work go on at once against one homeserver.
 *
 * <p>Whoever works takes a {@link Permit} for each event (or other piece of work) and closes it
 * afterwards; the client itself reports how long the server took to write events, and its rate
 * limits and failures. Safe for use by many threads.
 */
public final class Pace {
  /** The most permits that are ever out. */
  public static final int MOST = 64;

  private static final int BEGINNING = 4;
  private static final Duration WINDOW = Duration.ofSeconds(1);
  private static final Duration LONGEST_WINDOW = Duration.ofSeconds(10);
  private static final Duration CALM = Duration.ofMillis(500);
  private static final int GOOD_ANSWERS = 8;
  private static final Duration RECENTLY = Duration.ofSeconds(30);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final InstantSource clock;
  private final Climb climb;
  private final Latencies latencies = new Latencies(256);
  private final boolean adaptive;

  private int inFlight;
  private Instant windowBegan;
  private int written;
  private int good;
  private Instant lastChange;
  private boolean somebodyWaited;
  private boolean limitCounts;
  private long throttled;
  private Instant lastThrottled = Instant.MIN;
  private Instant lastFailed = Instant.MIN;

  private Pace(InstantSource clock, int limit, boolean adaptive) {
    if (limit < 1 || limit > 1000) {
      throw new IllegalArgumentException("concurrency must be between 1 and 1000, not " + limit);
    }
    this.clock = clock;
    this.climb = new Climb(limit, Math.max(MOST, limit));
    this.adaptive = adaptive;
    this.windowBegan = clock.instant();
    this.lastChange = windowBegan;
  }

  /** Finds the number by itself, between 1 and {@link #MOST}, beginning with 4. */
  public static Pace adaptive(InstantSource clock) {
    return new Pace(clock, BEGINNING, true);
  }

  /** Always the same number, 1 to 1000. */
  public static Pace fixed(int limit, InstantSource clock) {
    return new Pace(clock, limit, false);
  }

  /** How many permits may be out at present. */
  public int limit() {
    lock.lock();
    try {
      return climb.limit();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for its turn.
   *
   * @return the permit, to be closed when the work is done
   * @throws InterruptedException where the thread was interrupted while it waited
   */
  public Permit acquire() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (inFlight >= climb.limit()) {
        somebodyWaited = true;
        room.await();
      }
      return taken();
    } finally {
      lock.unlock();
    }
  }

  /** A permit if one is free; else the wish counts as waiting. */
  boolean tryAcquire() {
    lock.lock();
    try {
      if (inFlight >= climb.limit()) {
        somebodyWaited = true;
        return false;
      }
      Permit unused = taken();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private Permit taken() {
    inFlight++;
    return new Permit(this, clock.instant());
  }

  void release() {
    lock.lock();
    try {
      inFlight--;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The server wrote an event. */
  void wrote(Duration latency) {
    lock.lock();
    try {
      latencies.add(latency);
      written++;
      Instant now = clock.instant();
      if (windowIsOver(now)) {
        closeWindow(now);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The server answered well, whatever it was asked. After trouble each so many good answers, and
   * at least half a second, lead one step back: also while no events are written.
   */
  void answered() {
    lock.lock();
    try {
      Instant now = clock.instant();
      boolean calm = Duration.between(lastChange, now).compareTo(CALM) >= 0;
      if (adaptive
          && climb.recovering()
          && ++good >= Math.max(GOOD_ANSWERS, climb.limit())
          && calm) {
        climb.recover();
        changed(now);
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void changed(Instant now) {
    good = 0;
    lastChange = now;
    openWindow(now);
  }

  private boolean windowIsOver(Instant now) {
    Duration passed = Duration.between(windowBegan, now);
    boolean enough = written >= Math.max(20, 3 * climb.limit());
    return passed.compareTo(enough ? WINDOW : LONGEST_WINDOW) >= 0 || passed.isNegative();
  }

  private void closeWindow(Instant now) {
    double seconds = Duration.between(windowBegan, now).toNanos() / 1e9;
    limitCounts = somebodyWaited;
    if (adaptive && seconds > 0 && somebodyWaited) {
      climb.measured(written / seconds, latencies.at(0.5));
      room.signalAll();
    }
    openWindow(now);
  }

  private void openWindow(Instant now) {
    windowBegan = now;
    written = 0;
    somebodyWaited = false;
  }

  /** The server answered 429. */
  void limited() {
    lock.lock();
    try {
      throttled++;
      lastThrottled = trouble(lastThrottled, 0.7);
    } finally {
      lock.unlock();
    }
  }

  /** The server answered 5xx or not in time. */
  void failed() {
    lock.lock();
    try {
      lastFailed = trouble(lastFailed, 0.5);
    } finally {
      lock.unlock();
    }
  }

  /** Requests sent at the same time fail together: one step back for all of them. */
  private Instant trouble(Instant last, double factor) {
    Instant now = clock.instant();
    if (adaptive && now.minus(WINDOW).isAfter(last)) {
      climb.stepBack(factor);
      changed(now);
    }
    return now;
  }

  /** What is going on, for displays. */
  public Snapshot snapshot() {
    lock.lock();
    try {
      return new Snapshot(
          climb.limit(), inFlight, latencies.at(0.5), latencies.at(0.95), throttled, holdsBack());
    } finally {
      lock.unlock();
    }
  }

  private String holdsBack() {
    Instant before = clock.instant().minus(RECENTLY);
    if (lastThrottled.isAfter(before)) {
      return "rate limit (429)";
    }
    if (lastFailed.isAfter(before)) {
      return "failing homeserver";
    }
    if (!limitCounts && !somebodyWaited) {
      return "the number of rooms";
    }
    return adaptive && climb.limit() < MOST ? "homeserver latency" : "concurrency limit";
  }

  /**
   * The state of a pace.
   *
   * @param limit permits that may be out
   * @param inFlight permits that are out
   * @param p50 median time the server took for recent events; zero before the first
   * @param p95 95th percentile of the same
   * @param throttled how often the server answered 429 so far
   * @param holdsBack what keeps the work from going faster, in two or three words
   */
  public record Snapshot(
      int limit, int inFlight, Duration p50, Duration p95, long throttled, String holdsBack) {}

  /** The right to do one piece of work. */
  public static final class Permit implements AutoCloseable {
    private final Pace pace;
    private final Instant since;
    private boolean closed;

    Permit(Pace pace, Instant since) {
      this.pace = pace;
      this.since = since;
    }

    /** When it was given. */
    public Instant since() {
      return since;
    }

    /** Gives it back; once, however often it is called. */
    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        pace.release();
      }
    }
  }
}
