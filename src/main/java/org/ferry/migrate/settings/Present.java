package org.ferry.migrate.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.Profile;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** What a person has on the destination now. Asked of the homeserver, used by one thread. */
public final class Present {
  private final Intent owner;
  private @Nullable Map<RoomId, ObjectNode> receipts;

  /**
   * What somebody has.
   *
   * @param owner acts as them
   */
  public Present(Intent owner) {
    this.owner = owner;
  }

  Optional<Profile> profile() {
    return owner.profile(owner.user());
  }

  Optional<ObjectNode> accountData(@Nullable RoomId room, String type) {
    return room == null
        ? owner.preferences().accountData(type)
        : owner.preferences().accountData(room, type);
  }

  Optional<JsonNode> tag(RoomId room, String tag) {
    JsonNode found = owner.preferences().tags(room).path(tag);
    return found.isMissingNode() ? Optional.empty() : Optional.of(found);
  }

  Optional<ObjectNode> pushRule(String kind, String id) {
    return owner.preferences().pushRule(kind, id);
  }

  /** The person's own receipts in a room: types by event. */
  ObjectNode receipts(RoomId room) {
    Map<RoomId, ObjectNode> known = receipts;
    if (known == null) {
      known = owner.preferences().receipts();
      receipts = known;
    }
    return known.getOrDefault(room, Json.object());
  }
}
