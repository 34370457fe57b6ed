package org.ferry.migrate.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ferry.id.RoomId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.jspecify.annotations.Nullable;

/** What {@code existing-rooms.json} says: the rooms that the destination Space has already. */
public final class ExistingRooms {
  private ExistingRooms() {}

  /**
   * Lists the rooms.
   *
   * @param targets the rooms of the Space
   * @param plan which of them take the history of which old room
   * @return one object for each room, in the order given
   */
  public static ArrayNode of(List<TargetRoom> targets, Plan plan) {
    Map<RoomId, RoomId> matched = new HashMap<>();
    for (PlanRoom room : plan.rooms()) {
      RoomId target = room.target();
      if (target != null && room.carried()) {
        matched.put(target, room.id());
      }
    }
    ArrayNode all = Json.object().putArray("rooms");
    targets.forEach(t -> write(all.addObject(), t, matched.get(t.id())));
    return all;
  }

  /** The same as indented text with a line feed at its end. */
  public static String render(List<TargetRoom> targets, Plan plan) {
    try {
      return JsonMapper.builder()
              .build()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(of(targets, plan))
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of text can always be written", e);
    }
  }

  private static void write(ObjectNode out, TargetRoom room, @Nullable RoomId old) {
    out.put("id", room.id().value()).put("name", room.name());
    out.put(
        "canonical_alias", room.canonicalAlias() == null ? null : room.canonicalAlias().value());
    ArrayNode aliases = out.putArray("aliases");
    room.aliases().forEach(a -> aliases.add(a.value()));
    out.put("type", room.type());
    if (room.members() >= 0) {
      out.put("members", room.members());
    }
    out.put("matched", old == null ? null : old.value())
        .put("power", room.joined() && room.powerful() ? "ok" : "missing")
        .put("sentence", room.sentence());
  }
}
