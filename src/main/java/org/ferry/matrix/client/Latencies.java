package org.ferry.matrix.client;

import java.time.Duration;
import java.util.Arrays;

/** The last so many latencies. Not safe for many threads. */
final class Latencies {
  private final long[] nanos;
  private int count;

  Latencies(int most) {
    nanos = new long[most];
  }

  void add(Duration latency) {
    nanos[count++ % nanos.length] = Math.max(0, latency.toNanos());
    if (count == 2 * nanos.length) {
      count = nanos.length;
    }
  }

  /** The latency that this part of them does not exceed; zero where there are none. */
  Duration at(double part) {
    int n = Math.min(count, nanos.length);
    if (n == 0) {
      return Duration.ZERO;
    }
    long[] sorted = Arrays.copyOf(nanos, n);
    Arrays.sort(sorted);
    return Duration.ofNanos(sorted[Math.min(n - 1, (int) (part * n))]);
  }
}
