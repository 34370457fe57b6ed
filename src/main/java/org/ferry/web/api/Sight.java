package org.ferry.web.api;

import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.live.message.RoomCards;
import org.ferry.live.provision.ProvisionException;
import org.ferry.live.provision.ProvisionException.Kind;
import org.ferry.live.provision.Rooms;

/** Which rooms a caller may change. */
final class Sight {
  private final Rooms rooms;
  private final RoomCards cards;

  Sight(Rooms rooms, RoomCards cards) {
    this.rooms = rooms;
    this.cards = cards;
  }

  /** A key, or an id, of a room that the caller may change; else a problem. */
  String writable(Caller caller, String key) {
    boolean named = caller.seesRoom(List.of(key));
    if (!named
        && !(key.startsWith("!")
            && key.length() > 1
            && caller.seesRoom(rooms.names(new RoomId(key))))) {
      throw new Problem(403, "forbidden_room", "the token's rooms do not include " + key);
    }
    if (!caller.networks().isEmpty()) {
      network(caller, key);
    }
    return key;
  }

  private void network(Caller caller, String key) {
    RoomId room;
    try {
      room = rooms.find(key);
    } catch (ProvisionException e) {
      if (e.kind() != Kind.UNKNOWN) {
        throw e;
      }
      View.refuseNetwork(caller, "matrix");
      return;
    }
    View.refuseNetwork(cards, caller, room);
  }
}
