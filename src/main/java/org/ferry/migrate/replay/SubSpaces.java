package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.RoomFacts;
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
  private final FormerParents parents;

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
    this.parents = new FormerParents(voyage.plan(), facts);
    this.spaces = parents.spaces();
  }

  /** Links all that stands; doing it again changes nothing. What fails ends nothing else. */
  void link() {
    for (Plan.PlanRoom space : spaces) {
      Optional<CarriedRoom> row = voyage.ledger().room(voyage.id(), space.id());
      if (row.isPresent() && row.get().target() != null) {
        Map<String, List<String>> failed = new LinkedHashMap<>();
        link(space, row.get(), failed);
        failed.forEach((why, rooms) ->
            watch.say(
                "not in %s as the plan has it: %s: %s; give Ferry power for m.space.child there and run ferry migrate again"
                    .formatted(space.name(), String.join(", ", rooms), why)));
      }
    }
  }

  private void link(Plan.PlanRoom space, CarriedRoom row, Map<String, List<String>> failed) {
    RoomId target = Objects.requireNonNull(row.target());
    Map<String, ObjectNode> children = new HashMap<>();
    List<Intent> actor = new ArrayList<>();
    tried(
        "all of its rooms",
        failed,
        () -> {
          actor.add(cast.actor(readers.of(row, target).user()));
          children.putAll(children(actor.getFirst(), target));
        });
    if (!failed.isEmpty()) {
      return;
    }
    for (Plan.PlanRoom room : voyage.plan().rooms()) {
      if (room.carried()
          && room.inSpace()
          && room.action() == Plan.RoomAction.CREATE
          && lookups.room(room.id()) instanceof RoomFate.Carried carried) {
        ObjectNode link = children.getOrDefault(carried.target().value(), Json.object());
        Place place = new Place(space, target, actor.getFirst());
        tried(
            "%s (%s)".formatted(room.name(), room.id()),
            failed,
            () -> place(room, carried.target(), place, link));
      }
    }
  }

  /** A space, where it stands, and who writes into it. */
  private record Place(Plan.PlanRoom space, RoomId target, Intent actor) {}

  private void place(Plan.PlanRoom room, RoomId target, Place place, ObjectNode link) {
    boolean hangs = link.path("via").size() > 0;
    boolean named = room.parents().contains(place.space().id());
    if (named && !hangs) {
      links.hang(place.actor(), place.target(), target);
    } else if (!named && parents.isLeft(room.id(), place.space().id(), link)) {
      links.unhang(place.actor(), place.target(), acting(room, target), target);
    }
  }

  private static void tried(String what, Map<String, List<String>> failed, Runnable work) {
    try {
      work.run();
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      String why = (e.status() + " " + e.errcode() + " " + e.error()).strip();
      boolean unused = failed.computeIfAbsent(why, w -> new ArrayList<>()).add(what);
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
