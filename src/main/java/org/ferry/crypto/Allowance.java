package org.ferry.crypto;

import java.time.Duration;
import java.time.Instant;

/** How much may be done now: so much at once, and anew little by little. For one thread. */
final class Allowance {
  private final int most;
  private final Duration each;
  private int left;
  private Instant counted = Instant.MIN;

  /**
   * An allowance that is whole.
   *
   * @param most how much at once
   * @param each how long it takes until one more is allowed
   */
  Allowance(int most, Duration each) {
    this.most = most;
    this.each = each;
    this.left = most;
  }

  /** How much is allowed now; a clock that goes back gives nothing anew. */
  int left(Instant now) {
    if (counted.equals(Instant.MIN)) {
      counted = now;
    }
    long anew = Duration.between(counted, now).dividedBy(each);
    if (anew > 0) {
      left = (int) Math.min(most, left + anew);
      counted = left == most ? now : counted.plus(each.multipliedBy(anew));
    }
    return left;
  }

  void spend(int number) {
    left -= number;
  }
}
