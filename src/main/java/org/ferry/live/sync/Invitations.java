package org.ferry.live.sync;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.ferry.id.UserId;

/** What a join needs to know of an invitation. */
final class Invitations {
  private Invitations() {}

  /**
   * What a room is called by an invitation: its id, and what the inviter's homeserver tells of it.
   *
   * @param state the stripped state that comes with the invitation
   */
  static List<String> names(String room, JsonNode state) {
    List<String> names = new ArrayList<>(List.of(room));
    for (JsonNode event : state) {
      JsonNode content = event.path("content");
      switch (event.path("type").asText()) {
        case "m.room.name" -> names.add(content.path("name").asText(""));
        case "m.room.canonical_alias" -> {
          names.add(content.path("alias").asText(""));
          content.path("alt_aliases").forEach(a -> names.add(a.asText("")));
        }
        default -> {}
      }
    }
    names.removeIf(String::isEmpty);
    return names;
  }

  /** The inviter's server is in the room for certain. */
  static List<String> via(String inviter) {
    return UserId.isValid(inviter) ? List.of(new UserId(inviter).server()) : List.of();
  }
}
