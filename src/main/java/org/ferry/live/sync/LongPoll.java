package org.ferry.live.sync;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a homeserver may wait for news before it answers: half a minute, or less where something
 * in between cuts off what takes as long. Without that each question would end like one to a
 * homeserver that died. For one thread.
 */
final class LongPoll {
  private static final Logger LOG = LoggerFactory.getLogger(LongPoll.class);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** A homeserver that dies does so at any moment, a limit of time is always the same. */
  private static final Duration ALIKE = Duration.ofMillis(500);

  /** How much longer than asked for an answer may take all the same. */
  private static final Duration LATE = Duration.ofSeconds(5);

  private Duration limit = LONGEST;
  private Duration last = Duration.ZERO;

  /** What to ask for next. */
  Duration limit() {
    return limit;
  }

  /**
   * A question with a wait was answered: what lets one pass that takes as long as the one that
   * broke sets no limit there.
   *
   * @param after how long that took
   */
  void answered(Duration after) {
    if (after.compareTo(last) >= 0) {
      last = Duration.ZERO;
    }
  }

  /**
   * A question with a wait, which came after one that was answered, had no answer.
   *
   * @param after how long it took until that was clear
   * @return whether it was cut off as the one before was, so that less is asked for from now on
   */
  boolean broke(Duration after) {
    if (after.compareTo(limit.plus(LATE)) > 0) {
      // Longer than was asked for: no limit of something in between, but nobody who answers.
      return false;
    }
    boolean alike = after.minus(last).abs().compareTo(ALIKE) <= 0;
    last = after;
    Duration shorter = after.multipliedBy(3).dividedBy(4);
    if (!alike || shorter.compareTo(SHORTEST) < 0) {
      return false;
    }
    Duration less = shorter.compareTo(limit) < 0 ? shorter : limit.multipliedBy(3).dividedBy(4);
    limit = less.compareTo(SHORTEST) < 0 ? SHORTEST : less;
    last = Duration.ZERO;
    LOG.warn(
        "event=long_poll_cut something between Ferry and the homeserver ends requests after {} s; Ferry asks for shorter ones. Let it wait a minute: proxy_read_timeout in nginx, timeout server in HAProxy",
        after.toSeconds());
    return true;
  }
}
