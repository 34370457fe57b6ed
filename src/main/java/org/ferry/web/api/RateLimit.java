package org.ferry.web.api;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * So many requests a minute for each caller: a minute's worth at once where it was quiet before.
 * Safe for use by many threads.
 */
final class RateLimit {
  private static final int MOST_CALLERS = 50_000;

  private final int perMinute;
  private final InstantSource clock;
  private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

  /** How many requests are left, and whether the last one was let through. */
  private record Bucket(double left, long at, boolean passed) {}

  /** A limit; 0 is none. */
  RateLimit(int perMinute, InstantSource clock) {
    this.perMinute = perMinute;
    this.clock = clock;
  }

  /** Takes one request of a caller's, or throws the problem that says how long to wait. */
  void take(String caller) {
    if (perMinute == 0) {
      return;
    }
    makeRoom();
    long now = clock.millis();
    Bucket after =
        buckets.compute(
            caller,
            (k, before) -> {
              double left = before == null ? perMinute : refilled(before, now);
              return left >= 1 ? new Bucket(left - 1, now, true) : new Bucket(left, now, false);
            });
    if (!after.passed()) {
      long wait = seconds(after.left());
      throw new Problem(
              429,
              "too_many_requests",
              "more than " + perMinute + " requests in a minute; wait " + wait + " s")
          .with("Retry-After", String.valueOf(wait));
    }
  }

  /** How many seconds one has to wait before the next; 0 for none. Takes nothing. */
  long pause(String caller) {
    Bucket before = buckets.get(caller);
    double left = before == null ? perMinute : refilled(before, clock.millis());
    return left >= 1 ? 0 : seconds(left);
  }

  /** Takes one, whatever is left: those who ask at once are in debt then, for a minute at most. */
  void spend(String caller) {
    makeRoom();
    long now = clock.millis();
    Bucket unused =
        buckets.compute(
            caller,
            (k, before) -> {
              double left = before == null ? perMinute : refilled(before, now);
              return new Bucket(Math.max(-perMinute, left - 1), now, true);
            });
  }

  private void makeRoom() {
    if (buckets.size() > MOST_CALLERS) {
      buckets.clear();
    }
  }

  private long seconds(double left) {
    return Math.max(1, (long) Math.ceil((1 - left) * 60 / perMinute));
  }

  private double refilled(Bucket bucket, long now) {
    double more = Math.max(0, now - bucket.at()) * perMinute / 60_000.0;
    return Math.min(perMinute, bucket.left() + more);
  }
}
