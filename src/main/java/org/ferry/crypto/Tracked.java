package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * A user whose devices are followed, or were.
 *
 * @param user who
 * @param outdated whether the list has to be asked for again
 * @param changedAt the machine's count at the last change that the homeserver told of
 * @param answeredAt the count of the newest question that was answered; 0 for none
 * @param identity the cross-signing keys as last seen and checked; null for none
 * @param pinned the master key that was seen first; null before
 * @param retryAt not asked again before this time, after a failure; null for at once
 * @param failures how often in a row asking failed
 */
public record Tracked(
    UserId user,
    boolean outdated,
    long changedAt,
    long answeredAt,
    @Nullable ObjectNode identity,
    @Nullable String pinned,
    @Nullable Instant retryAt,
    int failures) {
  /** How long nobody is asked again after a failure, at most. */
  static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  static Tracked fresh(UserId user, long at) {
    return new Tracked(user, true, at, 0, null, null, null, 0);
  }

  /** Known from before, and to be asked for; where that failed, as late as it would have been. */
  Tracked followedAgain(long at) {
    return new Tracked(user, true, at, answeredAt, identity, pinned, retryAt, failures);
  }

  Tracked changed(long at) {
    return new Tracked(user, true, at, answeredAt, identity, pinned, null, failures);
  }

  Tracked answered(long at, @Nullable ObjectNode now, @Nullable String pin) {
    return new Tracked(user, changedAt > at, changedAt, at, now, pin, null, 0);
  }

  Tracked pinnedTo(String master) {
    return new Tracked(user, outdated, changedAt, answeredAt, identity, master, retryAt, failures);
  }

  Tracked failed(Instant next) {
    return new Tracked(
        user, outdated, changedAt, answeredAt, identity, pinned, next, Math.min(failures + 1, 20));
  }

  boolean due(Instant now) {
    return outdated && (retryAt == null || !Clocks.isAhead(retryAt, LONGEST_PAUSE, now));
  }
}
