package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Lookups.RoomFate;
import org.ferry.migrate.rewrite.Origin;

/**
 * Hangs a room into the Space: as a child of the Space itself unless it has parents of its own, and
 * with exactly one canonical parent (decisions.md 15).
 */
final class SpaceLinks {
  private static final String CHILD = "m.space.child";
  private static final String PARENT = "m.space.parent";

  private final Voyage voyage;
  private final Cast cast;
  private final LedgerLookups lookups;

  SpaceLinks(Voyage voyage, Cast cast, LedgerLookups lookups) {
    this.voyage = voyage;
    this.cast = cast;
    this.lookups = lookups;
  }

  /** Links a room that stands; does nothing where it is linked already. */
  void link(Plan.PlanRoom room, RoomId target, UserId actor) {
    if (!room.inSpace() || room.action() != Plan.RoomAction.CREATE) {
      return;
    }
    RoomId parent = canonicalParent(room);
    if (parent.equals(voyage.space())) {
      put(voyage.bot(), voyage.space(), CHILD, target, link());
    }
    Intent inRoom = cast.actor(actor);
    ObjectNode content =
        inRoom.state(target, PARENT, parent.value()).map(SpaceLinks::ours).orElseGet(this::link);
    put(inRoom, target, PARENT, parent, content.put("canonical", true));
  }

  private RoomId canonicalParent(Plan.PlanRoom room) {
    return room.parents().stream()
        .map(lookups::room)
        .filter(RoomFate.Carried.class::isInstance)
        .map(f -> ((RoomFate.Carried) f).target())
        .findFirst()
        .orElse(voyage.space());
  }

  /** A link that stands for the source's own, when it is set again, is no second copy of that. */
  private static ObjectNode ours(ObjectNode present) {
    ObjectNode copy = present.deepCopy();
    if (copy.remove(Origin.KEY) != null) {
      copy.put(Origin.HELPER, true);
    }
    return copy;
  }

  private ObjectNode link() {
    ObjectNode content = Json.object().put(Origin.HELPER, true);
    content.putArray("via").add(voyage.domain());
    return content;
  }

  private static void put(Intent who, RoomId where, String type, RoomId other, ObjectNode content) {
    Optional<ObjectNode> present = who.state(where, type, other.value());
    if (present.filter(p -> Json.canonical(p).equals(Json.canonical(content))).isEmpty()) {
      EventId unused = who.setState(where, type, other.value(), content, null);
    }
  }
}
