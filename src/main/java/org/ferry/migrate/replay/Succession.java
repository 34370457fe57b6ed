package org.ferry.migrate.replay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/**
 * Which room replaced which, as a number: a room stands behind all that it goes back to. Rings,
 * which only a forged source holds, end where they close; a chain of any length costs one step for
 * each room. For one thread.
 */
final class Succession {
  private final Function<RoomId, @Nullable RoomId> predecessor;
  private final Map<RoomId, Integer> depths = new HashMap<>();

  /**
   * The order of rooms.
   *
   * @param predecessor the room that a room replaced, null where there is none
   */
  Succession(Function<RoomId, @Nullable RoomId> predecessor) {
    this.predecessor = predecessor;
  }

  /** How many rooms a room goes back to, itself not counted. */
  int depth(RoomId room) {
    Deque<RoomId> path = new ArrayDeque<>();
    Set<RoomId> seen = new HashSet<>();
    RoomId at = room;
    int depth = -1;
    while (at != null && seen.add(at)) {
      Integer known = depths.get(at);
      if (known != null) {
        depth = known;
        break;
      }
      path.push(at);
      at = predecessor.apply(at);
    }
    while (!path.isEmpty()) {
      depth++;
      Integer unused = depths.put(path.pop(), depth);
    }
    return depth;
  }
}
