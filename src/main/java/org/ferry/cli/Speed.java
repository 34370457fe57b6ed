package org.ferry.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How fast work goes at present: what was done in the last minute, not since it began, so that a
 * slow beginning or a pause does not spoil what is said an hour later. For use under its owner's
 * lock.
 */
final class Speed {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final Duration STEP = Duration.ofSeconds(1);

  private record Sample(Instant at, long done) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  /** Begins anew. */
  void start(Instant now) {
    samples.clear();
    samples.add(new Sample(now, 0));
  }

  /** Takes note of how much is done by now. */
  void at(Instant now, long done) {
    if (Duration.between(samples.getLast().at(), now).compareTo(STEP) >= 0) {
      samples.add(new Sample(now, done));
      while (samples.size() > 2 && isOld(samples.getFirst(), now)) {
        samples.removeFirst();
      }
    }
  }

  private static boolean isOld(Sample sample, Instant now) {
    return Duration.between(sample.at(), now).compareTo(WINDOW) > 0;
  }

  /** Things a second of late; 0 where nothing moved. */
  double perSecond(Instant now, long done) {
    Sample first = samples.getFirst();
    double seconds = Duration.between(first.at(), now).toMillis() / 1000.0;
    return seconds <= 0 ? 0 : Math.max(0, done - first.done()) / seconds;
  }
}
