package org.ferry.matrix.client;

import java.time.Duration;

/**
 * Searches the number of requests in flight that gets most done. Not safe for many threads.
 *
 * <p>It is led by throughput and not by latency: one homeserver process answers each of 16 requests
 * at once eight times later than a lone one and still gets twice as much done. As long as more in
 * flight gets clearly more done it takes more: twice as many in the first climb, half as many again
 * in later ones. When it does not, it goes back, stays for a while, and then tries again, because a
 * server's load changes. Trouble (429, 5xx, silence) steps back at once, and good answers lead back
 * one by one to a little below where the trouble began.
 */
final class Climb {
  private static final double CLEARLY_MORE = 1.04;
  private static final int SHORTEST_STAY = 8;
  private static final int LONGEST_STAY = 64;
  private static final double BELOW_TROUBLE = 0.9;
  private static final double AFTER_MORE_TROUBLE = 0.8;
  private static final int LEAST_AIM = 2;
  private static final Duration SLOW = Duration.ofSeconds(3);

  private final int most;
  private int limit;
  private int base;
  private double baseRate;
  private boolean trying;
  private boolean firstClimb = true;
  private int aim;
  private int stay;
  private int nextStay = SHORTEST_STAY;

  Climb(int limit, int most) {
    this.limit = limit;
    this.base = limit;
    this.most = most;
  }

  int limit() {
    return limit;
  }

  /**
   * Takes up what a window of work, in which the limit was what held back, has shown.
   *
   * @param rate events a second
   * @param median the latency
   */
  void measured(double rate, Duration median) {
    if (recovering() && median.compareTo(SLOW) <= 0) {
      return;
    }
    aim = 0;
    if (trying) {
      judge(rate);
    } else {
      baseRate = baseRate == 0 ? rate : 0.7 * baseRate + 0.3 * rate;
    }
    boolean slow = median.compareTo(SLOW) > 0;
    if (slow && !trying && limit > 1) {
      limit = Math.max(1, limit * 3 / 4);
      restAt(limit, 0);
    } else if (!trying && stay-- <= 0 && limit < most) {
      tryMore();
    }
  }

  private void judge(double rate) {
    if (rate >= baseRate * CLEARLY_MORE) {
      restAt(limit, rate);
      stay = 0;
      nextStay = SHORTEST_STAY;
    } else {
      limit = base;
      trying = false;
      firstClimb = false;
      stay = nextStay;
      nextStay = Math.min(LONGEST_STAY, nextStay * 2);
    }
  }

  private void tryMore() {
    base = limit;
    limit = Math.min(most, firstClimb ? limit * 2 : Math.max(limit + 1, limit * 3 / 2));
    trying = true;
  }

  private void restAt(int there, double rate) {
    base = there;
    baseRate = rate;
    trying = false;
    stay = SHORTEST_STAY;
  }

  /** True while it is on its way back to where it was before the trouble. */
  boolean recovering() {
    return limit < aim;
  }

  /** Takes one more, on the way back. */
  void recover() {
    limit++;
    restAt(limit, 0);
  }

  /** Goes back to a part of the present limit, and stays there for a while. */
  void stepBack(double factor) {
    int before = Math.min(limit, base);
    double back = recovering() ? aim * AFTER_MORE_TROUBLE : before * BELOW_TROUBLE;
    aim = Math.min(most, Math.max(LEAST_AIM, (int) back));
    limit = Math.max(1, (int) (before * factor));
    firstClimb = false;
    restAt(limit, 0);
  }
}
