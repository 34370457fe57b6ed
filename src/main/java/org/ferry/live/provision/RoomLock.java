package org.ferry.live.provision;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** Makes a room read-only by its power levels, and open again. */
final class RoomLock {
  private static final int NOBODY_BUT_ADMINS = 100;

  private final Helpers helpers;

  RoomLock(Helpers helpers) {
    this.helpers = helpers;
  }

  /** The power levels as they are, as JSON. */
  String levels(Homeserver server, RoomId room) {
    return Json.text(helpers.levels(server, room));
  }

  void close(Homeserver server, RoomId room) {
    ObjectNode levels = helpers.levels(server, room);
    levels.put("events_default", NOBODY_BUT_ADMINS).put("invite", NOBODY_BUT_ADMINS);
    for (var event : levels.withObjectProperty("events").properties()) {
      if (event.getValue().asInt() < NOBODY_BUT_ADMINS) {
        event.setValue(levels.numberNode(NOBODY_BUT_ADMINS));
      }
    }
    helpers.levels(server, room, "make the room read-only", levels);
  }

  /** As it was before, but with the roles of today. */
  void open(Homeserver server, RoomId room, @Nullable String before) {
    ObjectNode now = helpers.levels(server, room);
    ObjectNode old = before == null ? Json.object() : Json.parseObject(before);
    now.put("events_default", old.path("events_default").asInt(0));
    now.put("invite", old.path("invite").asInt(0));
    now.set("events", old.path("events").isObject() ? old.path("events") : Json.object());
    helpers.levels(server, room, "open the room again", now);
  }
}
