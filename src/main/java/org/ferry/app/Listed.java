package org.ferry.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.plan.ForeignRoom;

/** The rooms of other servers that a crossing did not copy, kept for {@code status} and report. */
public final class Listed {
  private static final String NOTE = "listed";

  private Listed() {}

  static void keep(Ferry ferry, Crossing crossing, List<ForeignRoom> rooms) {
    ObjectNode note = Json.object();
    ArrayNode list = note.putArray("rooms");
    for (ForeignRoom room : rooms) {
      list.addObject()
          .put("id", room.id().value())
          .put("name", room.name())
          .put("members", room.members())
          .put("link", room.link());
    }
    ferry.crossings().note(crossing.id(), NOTE, Json.text(note));
  }

  /** The rooms that the last run of a crossing only listed, in the plan's order. */
  public static List<ForeignRoom> of(Ferry ferry, Crossing crossing) {
    List<ForeignRoom> rooms = new ArrayList<>();
    ferry
        .crossings()
        .note(crossing.id(), NOTE)
        .map(Json::parseObject)
        .ifPresent(note ->
            note.path("rooms")
                .forEach(r ->
                    rooms.add(
                        new ForeignRoom(
                            new RoomId(r.path("id").asText()),
                            r.path("name").asText(),
                            r.path("members").asInt(),
                            r.path("link").asText()))));
    return rooms;
  }
}
