package org.ferry.app;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How fast work goes at present: what was done in the last minute of work, not since it began, so
 * that a slow beginning does not spoil what is said an hour later. Time in which nothing came, for
 * much longer than it should have by the rate before, is a stall and not work: it counts for
 * nothing, neither while it lasts nor afterwards. For use under its owner's lock.
 */
public final class Speed {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final Duration STEP = Duration.ofSeconds(1);

  /** What is quicker than that is no stall. */
  private static final double SHORT = 10;

  /** How much longer than expected a stall is. */
  private static final double MUCH = 10;

  private record Sample(double worked, long done) {}

  private final Deque<Sample> samples = new ArrayDeque<>();
  private Instant last = Instant.EPOCH;
  private double worked;
  private double beforeFirst;
  private long done;
  private boolean begun;
  private boolean stalled;

  /** Nothing was begun yet. */
  public Speed() {
    start(Instant.EPOCH);
  }

  /** Begins anew. */
  public void start(Instant now) {
    samples.clear();
    samples.add(new Sample(0, 0));
    last = now;
    worked = 0;
    beforeFirst = 0;
    done = 0;
    begun = false;
    stalled = false;
  }

  /**
   * Takes note of how much is done by now.
   *
   * @param now the time
   * @param all how much of the whole
   */
  public void at(Instant now, long all) {
    if (all <= done) {
      return;
    }
    double counted = counted(now, all - done);
    // One long gap is a stall; a second one behind it is how fast it goes now.
    stalled = counted < seconds(now);
    worked += counted;
    if (!begun) {
      begun = true;
      beforeFirst = worked;
    }
    last = now;
    done = all;
    if (worked - samples.getLast().worked() >= STEP.toSeconds()) {
      samples.add(new Sample(worked, done));
      while (samples.size() > 2 && isOld(samples.getFirst())) {
        Sample unused = samples.removeFirst();
      }
    }
  }

  /** The minute before counts; and what there was to prepare only until enough came after it. */
  private boolean isOld(Sample sample) {
    boolean prepared = sample.done() == 0 && beforeFirst > SHORT && worked - beforeFirst >= SHORT;
    return prepared || worked - sample.worked() > WINDOW.toSeconds();
  }

  /** How much of the time since the last step was work, where so many things come at its end. */
  private double counted(Instant now, long steps) {
    double passed = seconds(now);
    if (stalled) {
      return passed;
    }
    double rate = rate();
    double expected = rate <= 0 ? Double.MAX_VALUE : steps / rate;
    return passed > SHORT && passed / MUCH > expected ? Math.min(passed, expected) : passed;
  }

  /** Since the last step; never negative. */
  private double seconds(Instant now) {
    return Math.max(0, Duration.between(last, now).toMillis() / 1000.0);
  }

  private double rate() {
    Sample first = samples.getFirst();
    double seconds = worked - first.worked();
    return seconds <= 0 ? 0 : Math.max(0, done - first.done()) / seconds;
  }

  /** True where nothing came for much longer than it should have. */
  public boolean isStalled(Instant now) {
    return begun && counted(now, 1) < seconds(now);
  }

  /** Things a second of late, as far as it worked; 0 where nothing moved. */
  public double perSecond(Instant now) {
    Sample first = samples.getFirst();
    double seconds = worked + (isStalled(now) ? 0 : counted(now, 1)) - first.worked();
    return seconds <= 0 ? 0 : Math.max(0, done - first.done()) / seconds;
  }

  /** Things a second since the beginning, stalls left out; 0 where nothing moved. */
  public double average() {
    return worked <= 0 ? 0 : done / worked;
  }
}
