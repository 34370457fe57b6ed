package org.ferry.migrate.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.decrypt.Decryption.Cover;

/**
 * What becomes readable, and to whom, where encrypted history is carried in clear.
 *
 * @param rooms the rooms whose plan says decrypt
 * @param domain the destination's server name
 */
public record Clearing(List<Room> rooms, String domain) {
  private static final int NAMED = 5;

  /**
   * A room whose encrypted history is carried in clear.
   *
   * @param id the old id
   * @param name its name
   * @param cover how much of it the keys open
   * @param members who is in it
   */
  public record Room(RoomId id, String name, Cover cover, List<UserId> members) {}

  /**
   * What a plan makes readable.
   *
   * @param plan the plan
   * @param facts the source's rooms
   * @param covers how much the keys open, by room; rooms that are absent have nothing encrypted
   */
  public static Clearing of(Plan plan, List<RoomFacts> facts, Map<RoomId, Cover> covers) {
    Map<RoomId, RoomFacts> known =
        facts.stream().collect(Collectors.toMap(RoomFacts::id, Function.identity()));
    List<Room> rooms =
        plan.rooms().stream()
            .filter(Plan.PlanRoom::decrypted)
            .map(r ->
                new Room(
                    r.id(),
                    r.name(),
                    covers.getOrDefault(r.id(), Cover.NONE),
                    known.containsKey(r.id())
                        ? Objects.requireNonNull(known.get(r.id())).joined()
                        : List.of()))
            .toList();
    return new Clearing(rooms, plan.domain());
  }

  /** Encrypted messages that are carried in clear. */
  public long inClear() {
    return rooms.stream().mapToLong(r -> r.cover().withKey()).sum();
  }

  /** Encrypted messages that no key opens. */
  public long withoutKey() {
    return rooms.stream().mapToLong(r -> r.cover().withoutKey()).sum();
  }

  /** Room by room, to whom its history becomes readable, one sentence each. */
  List<String> readable() {
    return rooms.stream()
        .filter(r -> r.cover().withKey() > 0)
        .map(r ->
            "%s (%s): %,d messages, to the administrators of %s, to %s, and to whoever is let in later"
                .formatted(r.id(), r.name(), r.cover().withKey(), domain, members(r)))
        .toList();
  }

  /** Rooms for which keys are missing, one sentence each. */
  List<String> lacking() {
    return rooms.stream()
        .filter(r -> r.cover().withoutKey() > 0)
        .map(r ->
            "%s (%s): %,d of %,d messages; %,d of %,d sessions have no key"
                .formatted(
                    r.id(),
                    r.name(),
                    r.cover().withoutKey(),
                    r.cover().events(),
                    r.cover().missing(),
                    r.cover().sessions()))
        .toList();
  }

  private static String members(Room room) {
    if (room.members().isEmpty()) {
      return "nobody who is in it now";
    }
    String first =
        room.members().stream().limit(NAMED).map(UserId::value).collect(Collectors.joining(", "));
    int more = room.members().size() - NAMED;
    return "its members " + first + (more > 0 ? " and " + more + " more" : "");
  }

  void toJson(ArrayNode array) {
    for (Room room : rooms) {
      var json =
          array
              .addObject()
              .put("id", room.id().value())
              .put("name", room.name())
              .put("messages", room.cover().events())
              .put("with_key", room.cover().withKey())
              .put("without_key", room.cover().withoutKey())
              .put("sessions", room.cover().sessions())
              .put("sessions_without_key", room.cover().missing());
      ArrayNode members = json.putArray("readable_to");
      room.members().forEach(m -> members.add(m.value()));
    }
  }
}
