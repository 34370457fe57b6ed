package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.SpaceTree;
import org.ferry.migrate.replay.Crew;
import org.ferry.migrate.replay.FormerParents;
import org.ferry.migrate.replay.Readers;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Lookups;
import org.ferry.migrate.verify.Difference.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Compares the children of the destination Space and of the carried sub-spaces: a room hangs in
 * those that the plan names for it and in no other of the carried ones, or else in the Space
 * itself, and in that only then. A room that was there before is somewhere in it. What else a
 * sub-space holds is compared with its state.
 */
final class SpaceCheck {
  static final String CHILD = "m.space.child";

  private final Voyage voyage;
  private final Lookups lookups;
  private final Crew crew;
  private final Readers readers;
  private final FormerParents former;
  private final Map<RoomId, Map<String, ObjectNode>> subSpaces = new HashMap<>();
  private Map<String, ObjectNode> children = Map.of();
  private @Nullable String unreadable;
  private @Nullable Set<RoomId> tree;

  /** Reads the Space. */
  SpaceCheck(Voyage voyage, Lookups lookups, Crew crew, Readers readers, FormerParents former) {
    this.voyage = voyage;
    this.former = former;
    this.lookups = lookups;
    this.crew = crew;
    this.readers = readers;
    try {
      children = children(voyage.bot(), voyage.space());
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      unreadable = e.getMessage();
    }
  }

  private static Map<String, ObjectNode> children(Intent reader, RoomId space) {
    Map<String, ObjectNode> children = new HashMap<>();
    for (ObjectNode event : reader.fullState(space)) {
      if (event.path("type").asText("").equals(CHILD)) {
        children.put(event.path("state_key").asText(""), event);
      }
    }
    return children;
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
      if (unreadable == null && room.inSpace() && !tree().contains(target)) {
        place(room, children.get(target.value()), true, "the Space", findings);
      }
      return;
    }
    List<RoomId> parents =
        room.inSpace() ? room.parents().stream().filter(this::isCarried).toList() : List.of();
    for (RoomId parent : parents) {
      place(room, subSpace(parent).get(target.value()), true, "the space " + parent, findings);
    }
    if (room.inSpace()) {
      former.spaces().forEach(space -> left(room, target, space, findings));
    }
    boolean belongs = room.inSpace() && parents.isEmpty();
    place(room, children.get(target.value()), belongs, "the Space", findings);
  }

  /** What stands in the Space, however deep; read where a room was there before. */
  private Set<RoomId> tree() {
    Set<RoomId> below = tree;
    if (below == null) {
      below = SpaceTree.rooms(voyage.bot(), voyage.space());
      tree = below;
    }
    return below;
  }

  /** A room that still hangs where an earlier plan, or the source alone, had it. */
  private void left(Plan.PlanRoom room, RoomId target, Plan.PlanRoom space, Findings findings) {
    if (room.parents().contains(space.id()) || !isCarried(space.id())) {
      return;
    }
    ObjectNode child = ifReadable(space.id()).get(target.value());
    if (child != null && former.isLeft(room.id(), space.id(), child.path("content"))) {
      place(room, child, false, "the space " + space.id(), findings);
    }
  }

  /** A sub-space that cannot be read is named once, as a room. */
  private Map<String, ObjectNode> ifReadable(RoomId old) {
    try {
      return subSpace(old);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      subSpaces.put(old, Map.of());
      return Map.of();
    }
  }

  private Map<String, ObjectNode> subSpace(RoomId old) {
    return subSpaces.computeIfAbsent(
        old,
        id -> {
          CarriedRoom row = voyage.ledger().room(voyage.id(), id).orElseThrow();
          RoomId target = Objects.requireNonNull(row.target());
          return children(readers.of(row, target), target);
        });
  }

  private void place(
      Plan.PlanRoom room,
      @Nullable ObjectNode child,
      boolean belongs,
      String space,
      Findings findings) {
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
              (belongs ? "a child of " : "no child of ") + space,
              there ? "a child" : "none",
              by));
    }
  }

  private boolean isCarried(RoomId parent) {
    return lookups.room(parent) instanceof Lookups.RoomFate.Carried;
  }
}
