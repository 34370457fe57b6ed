package org.ferry.live.sync;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.live.accounts.FollowedRooms;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;

/** Tells a homeserver that is away from one that fails on a single room for ever. */
final class Answering {
  /** So many others are asked for before all are taken to be away: some may be broken as well. */
  private static final int ASKED = 4;

  /** What a homeserver shows while it does not show a room. */
  enum Sight {
    /** Nothing. */
    NOTHING,
    /** It answers, and shows no other room either. */
    NO_ROOM,
    /** It answers, and there is no other room. */
    ONLY_ROOM,
    /** It shows another. */
    OTHERS
  }

  private Answering() {}

  /**
   * What the homeserver shows while it does not show a room.
   *
   * @param as who asks
   * @param room which is not shown
   * @param rooms where others are found
   * @param doubtful which are asked for last
   */
  static Sight sight(Intent as, RoomId room, FollowedRooms rooms, Set<RoomId> doubtful) {
    if (!anything(as)) {
      return Sight.NOTHING;
    }
    List<RoomId> others = new ArrayList<>(rooms.of(as.user()).keySet());
    boolean unused = others.remove(room);
    if (others.isEmpty()) {
      return Sight.ONLY_ROOM;
    }
    // Not always the same ones: those may be broken for ever.
    Collections.shuffle(others);
    // As it is now: what is compared may not change meanwhile.
    others.sort(Comparator.comparing(Set.copyOf(doubtful)::contains));
    boolean shown =
        others.stream()
            .limit(ASKED)
            .anyMatch(other ->
                answers(() -> {
                  var unusedPage = as.messages(other, null, 'b', 1);
                }));
    return shown ? Sight.OTHERS : Sight.NO_ROOM;
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
