package org.ferry.migrate.plan;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;

/**
 * A room that lives on another server and is not copied: people enter it again by its link.
 *
 * @param id the room
 * @param name its name, for people
 * @param members how many people of the source are in it
 * @param link a matrix.to address that names servers to enter by, as the specification asks for
 *     where a room is given by its id
 */
public record ForeignRoom(RoomId id, String name, int members, String link) {
  private static final String BASE = "https://matrix.to/#/";
  private static final int SERVERS = 3;

  /**
   * The rooms that a plan only lists.
   *
   * @param plan the plan
   * @param facts the source's rooms
   * @return one entry for each, in the plan's order
   */
  public static List<ForeignRoom> of(Plan plan, List<RoomFacts> facts) {
    Map<RoomId, RoomFacts> byId =
        facts.stream().collect(Collectors.toMap(RoomFacts::id, Function.identity()));
    List<ForeignRoom> all = new ArrayList<>();
    for (PlanRoom room : plan.rooms()) {
      RoomFacts known = byId.get(room.id());
      if (room.action() == RoomAction.LIST && known != null) {
        long own = known.joined().stream().filter(u -> u.server().equals(plan.server())).count();
        all.add(new ForeignRoom(room.id(), room.name(), (int) own, link(known, plan.server())));
      }
    }
    return all;
  }

  /**
   * The link to a room: by its alias where it has one, else by its id and up to three servers that
   * are in it, those with the most members first.
   *
   * @param room the room
   * @param leaving the server that people leave; it is named only where no other is known
   * @return the address
   */
  static String link(RoomFacts room, String leaving) {
    if (room.canonicalAlias() != null && !room.canonicalAlias().server().equals(leaving)) {
      return BASE + escaped(room.canonicalAlias().value());
    }
    String via =
        servers(room, leaving).stream()
            .map(s -> "via=" + escaped(s))
            .collect(Collectors.joining("&"));
    return BASE + escaped(room.id().value()) + (via.isEmpty() ? "" : "?" + via);
  }

  private static List<String> servers(RoomFacts room, String leaving) {
    UserId creator = room.creator();
    Map<String, Long> counts =
        Stream.concat(Stream.ofNullable(creator), room.joined().stream())
            .collect(Collectors.groupingBy(UserId::server, Collectors.counting()));
    return counts.keySet().stream()
        .sorted(
            Comparator.comparing((String s) -> s.equals(leaving))
                .thenComparingLong(s -> -counts.getOrDefault(s, 0L))
                .thenComparing(Comparator.naturalOrder()))
        .filter(s -> !s.equals(leaving) || counts.size() == 1)
        .limit(SERVERS)
        .toList();
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
