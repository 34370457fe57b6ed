package org.ferry.crypto;

import java.time.Duration;
import java.time.Instant;

/**
 * Forgets what is of no use any more, every hour: users whose devices nobody needs to know, hashes
 * of Olm messages and refusals of keys that are old, Olm sessions with devices that are gone, and
 * events that nobody will bring a key for. The latter is said aloud and counted. What a former
 * device of the user waited for, this one waits for.
 */
final class Housekeeping {
  /**
   * How long an event waits for its key. People find an old device, or their recovery key, after
   * weeks.
   */
  static final Duration WAITS = Duration.ofDays(60);

  /** How many events of one room wait; beyond that the oldest are given up. */
  static final int WAIT_IN_A_ROOM = 10_000;

  /** How long the hashes of Olm messages are kept, at least. */
  private static final Duration REMEMBERED = Duration.ofDays(60);

  private static final Duration ROUND = Duration.ofHours(1);

  /** For how long somebody is followed to whom no key is given and from whom nothing comes. */
  static final Duration FOLLOWED = Duration.ofDays(30);

  /**
   * A device that is gone may come back, with what it sent long ago: as long as hashes are kept.
   */
  static final Duration UNLISTED = REMEMBERED;

  /** As long as a list of devices may take to come from another homeserver, and longer. */
  static final Duration UNKNOWN = Duration.ofDays(7);

  private static final Duration DAY = Duration.ofDays(1);

  private final CryptoStore store;
  private final DeviceLists lists;
  private Instant next = Instant.MIN;
  private Instant leaves = Instant.MIN;

  Housekeeping(CryptoStore store, DeviceLists lists) {
    this.store = store;
    this.lists = lists;
  }

  void tend(Turn turn) {
    if (Clocks.isAhead(next, ROUND, turn.now())) {
      return;
    }
    next = turn.now().plus(ROUND);
    store.prune(turn.now().minus(REMEMBERED));
    if (!Clocks.isAhead(leaves, DAY, turn.now())) {
      leaves = turn.now().plus(DAY);
      // Who is needed again is asked for then, and the identity that was seen first is kept.
      lists.left(store.idle(turn.now().minus(FOLLOWED)), turn);
      store.pruneSessions(turn.now().minus(UNLISTED), turn.now().minus(UNKNOWN));
    }
    store.inherit();
    long given = store.giveUp(turn.now().minus(WAITS), WAIT_IN_A_ROOM);
    if (given > 0) {
      turn.alarm(
          "%d encrypted events are waited for no longer: no key of theirs came in %d days, or more than %d wait in their room. A key that comes later, as from a file, opens them where their text is still kept."
              .formatted(given, WAITS.toDays(), WAIT_IN_A_ROOM));
    }
  }
}
