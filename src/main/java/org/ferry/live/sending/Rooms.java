package org.ferry.live.sending;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.ferry.crypto.RoomSettings;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;

/**
 * What a room is like now. It is asked before each message: whoever left a moment ago must not read
 * the next one, and rooms in which Ferry's own user is not are told of by nobody.
 */
final class Rooms {
  private final Company company;

  Rooms(Company company) {
    this.company = company;
  }

  /** How a room is encrypted; empty where it is not. */
  static Optional<RoomSettings> encryption(Intent as, RoomId room) {
    return as.state(room, "m.room.encryption", "")
        .map(content -> RoomSettings.of(content, visibility(as, room)));
  }

  private static String visibility(Intent as, RoomId room) {
    return as.state(room, "m.room.history_visibility", "")
        .map(c -> c.path("history_visibility").asText())
        .orElse("shared");
  }

  /**
   * Whose devices get the keys of a message: members, and who is invited where the room lets them
   * read from then on. Not Ferry's own users, who read with the keys that Ferry has.
   */
  Set<UserId> readers(Intent as, RoomId room, RoomSettings settings) {
    boolean invited = !settings.historyVisibility().equals("joined");
    Set<UserId> readers = new HashSet<>();
    for (ObjectNode member : as.memberships().of(room)) {
      String membership = member.path("content").path("membership").asText();
      String user = member.path("state_key").asText();
      if (UserId.isValid(user)
          && (membership.equals("join") || (invited && membership.equals("invite")))) {
        UserId reader = new UserId(user);
        if (reader.equals(as.user()) || !isOurs(reader)) {
          boolean unused = readers.add(reader);
        }
      }
    }
    return readers;
  }

  private boolean isOurs(UserId user) {
    return company.isBot(user) || company.ghosts().test(user);
  }
}
