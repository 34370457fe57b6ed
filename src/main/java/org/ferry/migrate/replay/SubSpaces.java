package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.RoomState;
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

  /**
   * Links all that stands; doing it again changes nothing. What fails ends nothing else: it is the
   * reason in the row of its room until a later run has mended it.
   */
  void link() {
    Map<RoomId, String> reasons = new HashMap<>();
    for (Plan.PlanRoom space : spaces) {
      Optional<CarriedRoom> row = voyage.ledger().room(voyage.id(), space.id());
      if (row.isPresent() && row.get().target() != null) {
        Map<String, List<Misplaced>> failed = new LinkedHashMap<>();
        link(space, row.get(), failed);
        failed.forEach((why, rooms) -> {
          String names = rooms.stream().map(Misplaced::name).collect(Collectors.joining(", "));
          watch.say(sentence(space, ": " + names, why));
          rooms.forEach(
              room -> reasons.merge(room.id(), sentence(space, "", why), (a, b) -> a + "; " + b));
        });
      }
    }
    reused(reasons);
    note(reasons);
  }

  /** Rooms that were there before, once it is known what the sub-spaces hold. */
  private void reused(Map<RoomId, String> reasons) {
    for (Plan.PlanRoom room : voyage.plan().rooms()) {
      if (room.action() == Plan.RoomAction.REUSE
          && room.inSpace()
          && lookups.room(room.id()) instanceof RoomFate.Carried carried) {
        Map<String, List<Misplaced>> failed = new LinkedHashMap<>();
        String name = "%s (%s)".formatted(room.name(), room.id());
        tried(new Misplaced(room.id(), name), failed, () -> links.enter(carried.target()));
        for (String why : failed.keySet()) {
          String sentence =
              "not in the Space, where the plan has it: %s; give Ferry's bot power for m.space.child there and run ferry migrate again, or set in_space: false"
                  .formatted(why);
          watch.say(name + " is " + sentence);
          reasons.put(room.id(), sentence);
        }
      }
    }
  }

  /** A room that is not where the plan has it. */
  private record Misplaced(RoomId id, String name) {}

  private static String sentence(Plan.PlanRoom space, String rooms, String why) {
    return "not in %s as the plan has it%s: %s; give Ferry power for m.space.child there and run ferry migrate again"
        .formatted(space.name(), rooms, why);
  }

  /** A room whose history stands has no other reason than its place. */
  private void note(Map<RoomId, String> reasons) {
    List<CarriedRoom> changed;
    try (Stream<CarriedRoom> rows = voyage.ledger().rooms(voyage.id())) {
      changed =
          rows.filter(row -> row.state() == RoomState.DONE)
              .filter(row -> !Objects.equals(row.reason(), reasons.get(row.old())))
              .toList();
    }
    for (CarriedRoom row : changed) {
      voyage
          .ledger()
          .room(voyage.id(), row.settled(row.state(), reasons.get(row.old()), row.detail()));
    }
  }

  private void link(Plan.PlanRoom space, CarriedRoom row, Map<String, List<Misplaced>> failed) {
    RoomId target = Objects.requireNonNull(row.target());
    Map<String, ObjectNode> children = new HashMap<>();
    List<Intent> actor = new ArrayList<>();
    tried(
        new Misplaced(space.id(), "all of its rooms"),
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
            new Misplaced(room.id(), "%s (%s)".formatted(room.name(), room.id())),
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

  private static void tried(Misplaced what, Map<String, List<Misplaced>> failed, Runnable work) {
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
