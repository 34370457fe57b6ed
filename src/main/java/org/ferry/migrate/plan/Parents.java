package org.ferry.migrate.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.migrate.RoomFacts;

/**
 * Which carried spaces a room stands in. Spaces that contain each other in a ring are brought into
 * an order: of two in a ring only the older one contains the other.
 */
public final class Parents {
  private record Edge(RoomId parent, long ts) {}

  private Parents() {}

  /**
   * Finds the parents of every room.
   *
   * @param rooms all rooms
   * @param spaces the spaces that are carried
   * @return for each room that has any its parents, the oldest first
   */
  public static Map<RoomId, List<RoomId>> of(List<RoomFacts> rooms, Set<RoomId> spaces) {
    Map<RoomId, List<Edge>> edges = new HashMap<>();
    Map<RoomId, Long> ages = new HashMap<>();
    for (RoomFacts room : rooms) {
      ages.put(room.id(), room.counts().firstTs());
      if (spaces.contains(room.id())) {
        room.spaceChildren()
            .forEach((child, ts) ->
                edges.computeIfAbsent(child, c -> new ArrayList<>()).add(new Edge(room.id(), ts)));
      }
    }
    Comparator<RoomId> older =
        Comparator.comparing((RoomId r) -> ages.getOrDefault(r, 0L))
            .thenComparing(Comparator.naturalOrder());
    Map<RoomId, List<RoomId>> sorted = new HashMap<>();
    edges.forEach((child, of) -> sorted.put(child, oldestFirst(of)));
    Set<RoomId> ringed = ringed(sorted);
    sorted.replaceAll((child, parents) ->
        parents.stream().filter(p -> mayContain(p, child, ringed, older)).toList());
    return sorted;
  }

  private static List<RoomId> oldestFirst(List<Edge> edges) {
    return edges.stream()
        .sorted(Comparator.comparingLong(Edge::ts).thenComparing(Edge::parent))
        .map(Edge::parent)
        .distinct()
        .toList();
  }

  private static boolean mayContain(
      RoomId parent, RoomId child, Set<RoomId> ringed, Comparator<RoomId> older) {
    boolean both = ringed.contains(parent) && ringed.contains(child);
    return !both || older.compare(parent, child) < 0;
  }

  /**
   * The rooms in a ring or between two: what is left when everything without parents, then
   * everything without children, was taken away again and again.
   *
   * @param parents by child
   * @return the rooms, empty where there is no ring
   */
  static Set<RoomId> ringed(Map<RoomId, List<RoomId>> parents) {
    Map<RoomId, List<RoomId>> children = new HashMap<>();
    Set<RoomId> all = new HashSet<>(parents.keySet());
    parents.forEach((child, of) ->
        of.forEach(p -> {
          all.add(p);
          children.computeIfAbsent(p, x -> new ArrayList<>()).add(child);
        }));
    peel(all, parents, children);
    peel(all, children, parents);
    return all;
  }

  private static void peel(
      Set<RoomId> left, Map<RoomId, List<RoomId>> needs, Map<RoomId, List<RoomId>> feeds) {
    Map<RoomId, Integer> open = new HashMap<>();
    Deque<RoomId> free = new ArrayDeque<>();
    for (RoomId room : left) {
      int n = (int) needs.getOrDefault(room, List.of()).stream().filter(left::contains).count();
      open.put(room, n);
      if (n == 0) {
        free.add(room);
      }
    }
    while (!free.isEmpty()) {
      RoomId room = free.remove();
      left.remove(room);
      for (RoomId next : feeds.getOrDefault(room, List.of())) {
        if (left.contains(next) && open.merge(next, -1, Integer::sum) == 0) {
          free.add(next);
        }
      }
    }
  }
}
