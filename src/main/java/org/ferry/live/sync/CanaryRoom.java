package org.ferry.live.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;

/**
 * A room that only Ferry's bot is in, where it sets one piece of state so that the homeserver has
 * something to push. Which one it is the bot's account data say, so that there is one for each
 * homeserver, whatever becomes of the database.
 */
final class CanaryRoom {
  private static final String KEY = "org.ferry.canary";
  private static final String CREATE = "m.room.create";

  private CanaryRoom() {}

  /** Whether a room is such a room; nobody wants to read in it. */
  static boolean is(Intent as, RoomId room) {
    return as.state(room, CREATE, "").filter(content -> content.has(KEY)).isPresent();
  }

  /**
   * Writes an event into the room, which is made where there is none, or none that can be used.
   *
   * @param as the bot
   * @param at what makes this event differ from the last
   */
  static void sing(Intent as, long at) {
    ObjectNode song = Json.object().put("at", at);
    Optional<RoomId> known = known(as);
    if (known.isPresent()) {
      try {
        var unused = as.setState(known.get(), KEY, "", song, null);
        return;
      } catch (MatrixException e) {
        if (!e.isForbidden() && !e.isNotFound()) {
          throw e;
        }
      }
    }
    RoomId made = make(as);
    as.preferences().putAccountData(KEY, Json.object().put("room_id", made.value()));
    var unused = as.setState(made, KEY, "", song, null);
  }

  private static Optional<RoomId> known(Intent as) {
    return as.preferences()
        .accountData(KEY)
        .map(content -> content.path("room_id").asText(""))
        .filter(id -> id.startsWith("!"))
        .map(RoomId::new);
  }

  private static RoomId make(Intent as) {
    ObjectNode request =
        Json.object()
            .put("preset", "private_chat")
            .put("name", "Ferry listens")
            .put("topic", "Tells Ferry whether the homeserver still sends it what happens.");
    ObjectNode unused = request.putObject("creation_content").put(KEY, true);
    return as.createRoom(request);
  }
}
