package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Lookups;
import org.ferry.migrate.verify.Difference.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Compares the destination Space's own children: the rooms of no sub-space hang there, and of the
 * carried ones no others. Children of sub-spaces are state of those, and compared with it.
 */
final class SpaceCheck {
  private static final String CHILD = "m.space.child";

  private final Voyage voyage;
  private final Lookups lookups;
  private final Crew crew;
  private final Map<String, ObjectNode> children = new HashMap<>();
  private @Nullable String unreadable;

  /** Reads the Space. */
  SpaceCheck(Voyage voyage, Lookups lookups, Crew crew) {
    this.voyage = voyage;
    this.lookups = lookups;
    this.crew = crew;
    try {
      for (ObjectNode event : voyage.bot().fullState(voyage.space())) {
        if (event.path("type").asText("").equals(CHILD)) {
          children.put(event.path("state_key").asText(""), event);
        }
      }
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      unreadable = e.getMessage();
    }
  }

  /** Notes where the Space could not be read at all. */
  void whole(Findings findings) {
    if (unreadable != null) {
      findings.add(Kind.UNREADABLE, voyage.space().value(), null, unreadable);
    }
  }

  /** Compares one room's place. */
  void run(Plan.PlanRoom room, RoomId target, Findings findings) {
    if (unreadable != null || room.action() != Plan.RoomAction.CREATE) {
      return;
    }
    boolean belongs = room.inSpace() && room.parents().stream().noneMatch(this::isCarried);
    @Nullable ObjectNode child = children.get(target.value());
    JsonNode via = child == null ? null : child.path("content").path("via");
    boolean there = via != null && via.isArray() && !via.isEmpty();
    String by = child == null ? null : child.path("sender").asText(null);
    if (belongs == there) {
      return;
    }
    boolean byPerson = by != null && !crew.has(by);
    if (belongs && byPerson) {
      findings.changed(new Change(Kind.SPACE, room.id().value(), null, String.valueOf(by)));
    } else if (belongs || !byPerson) {
      findings.add(
          new Difference(
              Kind.SPACE,
              room.id().value(),
              belongs ? "a child of the Space" : "no child of the Space",
              there ? "a child" : "none",
              by));
    }
  }

  private boolean isCarried(RoomId parent) {
    return lookups.room(parent) instanceof Lookups.RoomFate.Carried;
  }
}
