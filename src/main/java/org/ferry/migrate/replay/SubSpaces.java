package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Parents;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Lookups.RoomFate;

/**
 * Hangs rooms into the sub-spaces that the plan names for them: those whose own history does not do
 * it, because they were there before or because somebody edited the plan. Takes them out of those
 * that the plan, unlike the source, does not name. What somebody else wrote stays.
 */
final class SubSpaces {
  private final Voyage voyage;
  private final Cast cast;
  private final LedgerLookups lookups;
  private final SpaceLinks links;
  private final Watch watch;
  private final Readers readers;
  private final List<Plan.PlanRoom> spaces;
  private final Map<RoomId, List<RoomId>> before;

  /**
   * Sub-spaces of a crossing.
   *
   * @param facts what the source's rooms are
   */
  SubSpaces(
      Voyage voyage,
      Cast cast,
      LedgerLookups lookups,
      SpaceLinks links,
      Map<RoomId, RoomFacts> facts,
      Watch watch) {
    this.voyage = voyage;
    this.cast = cast;
    this.lookups = lookups;
    this.links = links;
    this.watch = watch;
    this.readers = new Readers(voyage);
    this.spaces =
        voyage.plan().rooms().stream()
            .filter(Plan.PlanRoom::carried)
            .filter(
                r -> Optional.ofNullable(facts.get(r.id())).filter(RoomFacts::isSpace).isPresent())
            .toList();
    Set<RoomId> ids = spaces.stream().map(Plan.PlanRoom::id).collect(Collectors.toSet());
    this.before = Parents.of(List.copyOf(facts.values()), ids);
  }

  /** Links all that stands; doing it again changes nothing. */
  void link() {
    for (Plan.PlanRoom space : spaces) {
      Optional<CarriedRoom> row = voyage.ledger().room(voyage.id(), space.id());
      if (row.isPresent() && row.get().target() != null) {
        try {
          link(space, row.get());
        } catch (MatrixException e) {
          if (e.isTokenRefused()) {
            throw e;
          }
          watch.say(
              "not all rooms hang in %s: %s; give the sender power for m.space.child there and run ferry migrate again"
                  .formatted(space.name(), e.getMessage()));
        }
      }
    }
  }

  private void link(Plan.PlanRoom space, CarriedRoom row) {
    RoomId target = Objects.requireNonNull(row.target());
    Intent actor = cast.actor(readers.of(row, target).user());
    Map<String, ObjectNode> children = children(actor, target);
    for (Plan.PlanRoom room : voyage.plan().rooms()) {
      if (room.carried()
          && room.inSpace()
          && room.action() == Plan.RoomAction.CREATE
          && lookups.room(room.id()) instanceof RoomFate.Carried carried) {
        ObjectNode link = children.getOrDefault(carried.target().value(), Json.object());
        boolean hangs = link.path("via").size() > 0;
        boolean named = room.parents().contains(space.id());
        boolean meant = before.getOrDefault(room.id(), List.of()).contains(space.id());
        if (named && !hangs) {
          links.hang(actor, target, carried.target());
        } else if (!named && meant) {
          links.unhang(actor, target, acting(room, carried.target()), carried.target());
        }
      }
    }
  }

  private UserId acting(Plan.PlanRoom room, RoomId target) {
    return voyage
        .ledger()
        .room(voyage.id(), room.id())
        .map(row -> readers.of(row, target).user())
        .orElse(voyage.options().bot());
  }

  private static Map<String, ObjectNode> children(Intent reader, RoomId space) {
    Map<String, ObjectNode> children = new HashMap<>();
    for (ObjectNode event : reader.fullState(space)) {
      if (event.path("type").asText("").equals(SpaceLinks.CHILD)
          && event.path("content") instanceof ObjectNode content) {
        children.put(event.path("state_key").asText(""), content);
      }
    }
    return children;
  }
}
