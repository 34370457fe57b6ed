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
    creators.addAll(founders(cast, fact));
    return creators;
  }

  /**
   * Who stood above the power levels on the source and cannot on the destination.
   *
   * @param cast who stands for whom
   * @param fact the room on the source
   * @param version the target's room version
   * @return they get as much power as anybody can have; none from version 12 on
   */
  static Set<UserId> lowered(Cast cast, RoomFacts fact, String version) {
    return number(version) < FIRST_VERSION ? founders(cast, fact) : Set.of();
  }

  private static Set<UserId> founders(Cast cast, RoomFacts fact) {
    Set<UserId> founders = new LinkedHashSet<>();
    if (number(fact.version()) < FIRST_VERSION) {
      return founders;
    }
    if (fact.creator() != null) {
      cast.target(fact.creator()).ifPresent(founders::add);
    }
    JsonNode more = Json.parseObject(fact.createContent()).path("additional_creators");
    for (JsonNode id : more) {
      if (UserId.isValid(id.asText(""))) {
        cast.target(new UserId(id.asText())).ifPresent(founders::add);
      }
    }
    return founders;
  }

  private static int number(String version) {
    try {
      return Integer.parseInt(version);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
