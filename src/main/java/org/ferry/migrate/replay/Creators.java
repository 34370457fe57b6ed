package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Set;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.RoomFacts;

/** Who stands above the power levels of a room: its creators, from room version 12 on (MSC4289). */
final class Creators {
  private static final int FIRST_VERSION = 12;

  private Creators() {}

  /**
   * The creators that a target room has.
   *
   * @param cast who stands for whom
   * @param fact the room on the source; its creators count only where it has such rules itself
   * @param actor who makes the target
   * @param version the target's room version
   * @return the actor and those made creators beside it; empty below version 12
   */
  static Set<UserId> of(Cast cast, RoomFacts fact, UserId actor, String version) {
    if (number(version) < FIRST_VERSION) {
      return Set.of();
    }
    Set<UserId> creators = new LinkedHashSet<>();
    creators.add(actor);
    if (number(fact.version()) >= FIRST_VERSION) {
      if (fact.creator() != null) {
        cast.target(fact.creator()).ifPresent(creators::add);
      }
      JsonNode more = Json.parseObject(fact.createContent()).path("additional_creators");
      for (JsonNode id : more) {
        if (UserId.isValid(id.asText(""))) {
          cast.target(new UserId(id.asText())).ifPresent(creators::add);
        }
      }
    }
    return creators;
  }

  private static int number(String version) {
    try {
      return Integer.parseInt(version);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
