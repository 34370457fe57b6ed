package org.ferry.web.api;

import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.live.provision.Rooms;

/** Which rooms a caller may see and change. */
final class Sight {
  private final Rooms rooms;

  Sight(Rooms rooms) {
    this.rooms = rooms;
  }

  /** A key, or an id, of a room that the caller may change; else a problem. */
  String writable(Caller caller, String key) {
    if (caller.seesRoom(List.of(key))) {
      return key;
    }
    if (key.startsWith("!") && key.length() > 1 && caller.seesRoom(rooms.names(new RoomId(key)))) {
      return key;
    }
    throw new Problem(403, "forbidden_room", "the token's rooms do not include " + key);
  }
}
