package org.ferry.live.sync;

import java.util.Optional;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.live.accounts.FollowedRooms;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;

/** Tells a homeserver that is away from one that fails on a single room for ever. */
final class Answering {
  private Answering() {}

  /**
   * Whether the homeserver shows another room while it does not show one; where there is no other
   * to ask for, whether it answers at all.
   *
   * @param as who asks
   * @param room which is not shown
   * @param rooms where others are found
   * @param doubtful which are not asked for
   */
  static boolean others(Intent as, RoomId room, FollowedRooms rooms, Set<RoomId> doubtful) {
    Optional<RoomId> other =
        rooms.of(as.user()).keySet().stream()
            .filter(r -> !r.equals(room) && !doubtful.contains(r))
            .findAny();
    return answers(() -> {
      if (other.isPresent()) {
        var unused = as.messages(other.get(), null, 'b', 1);
      } else {
        var unused = as.whoami();
      }
    });
  }

  /** Whether it answers what concerns no room. */
  static boolean anything(Intent as) {
    return answers(() -> {
      var unused = as.whoami();
    });
  }

  private static boolean answers(Runnable question) {
    try {
      question.run();
      return true;
    } catch (MatrixException e) {
      return !e.mayResolve() && !e.isTokenRefused();
    } catch (HomeserverFailure e) {
      return false;
    }
  }
}
