package org.ferry.migrate.plan;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;

/** Brings a new proposal and the plan of an earlier run together: what a person edited stays. */
final class PlanMerge {
  private final Draft previous;
  private final Map<String, PlanPerson> people;
  private final Map<String, PlanRoom> rooms;
  private final Map<String, String> marks = new HashMap<>();
  private final Set<String> fresh = new HashSet<>();

  private PlanMerge(Draft previous) {
    this.previous = previous;
    this.people =
        previous.plan().people().stream().collect(Collectors.toMap(p -> p.id().value(), p -> p));
    this.rooms =
        previous.plan().rooms().stream().collect(Collectors.toMap(r -> r.id().value(), r -> r));
  }

  static Draft merge(Plan proposed, Draft previous) {
    PlanMerge merge = new PlanMerge(previous);
    List<PlanPerson> people = proposed.people().stream().map(merge::person).toList();
    List<PlanRoom> rooms = proposed.rooms().stream().map(merge::room).toList();
    Plan plan =
        new Plan(
            proposed.server(),
            proposed.load(),
            proposed.domain(),
            proposed.space(),
            people,
            merge.withoutClashes(rooms),
            previous.plan().forced());
    return new Draft(plan, merge.fresh, merge.marks);
  }

  private PlanPerson person(PlanPerson proposed) {
    String id = proposed.id().value();
    PlanPerson before = people.get(id);
    if (before == null) {
      fresh.add(id);
      return proposed;
    }
    if (!isEdited(id, Marks.of(before)) || Marks.of(before).equals(Marks.of(proposed))) {
      return proposed;
    }
    keepMark(id);
    return new PlanPerson(
        before.id(), proposed.name(), before.action(), before.target(), before.reason());
  }

  private PlanRoom room(PlanRoom proposed) {
    String id = proposed.id().value();
    PlanRoom before = rooms.get(id);
    if (before == null) {
      fresh.add(id);
      return proposed;
    }
    boolean same = Marks.of(before).equals(Marks.of(proposed));
    if (same || !isEdited(id, Marks.of(before))) {
      return proposed;
    }
    keepMark(id);
    return before.action() == RoomAction.CONFLICT
        ? undecided(before, proposed)
        : edited(before, proposed);
  }

  /** A conflict that nobody decided is looked at anew; what else was edited there stays. */
  private static PlanRoom undecided(PlanRoom before, PlanRoom proposed) {
    boolean still = proposed.action() == RoomAction.CONFLICT;
    return new PlanRoom(
        proposed.id(),
        proposed.name(),
        before.kind(),
        proposed.action(),
        before.history(),
        still ? before.target() : proposed.target(),
        proposed.candidates(),
        before.parents(),
        before.inSpace(),
        proposed.messages(),
        proposed.reason());
  }

  private static PlanRoom edited(PlanRoom before, PlanRoom proposed) {
    return new PlanRoom(
        before.id(),
        before.archive() ? before.name() : proposed.name(),
        before.kind(),
        before.action(),
        before.history(),
        before.target(),
        before.candidates(),
        before.parents(),
        before.inSpace(),
        proposed.messages(),
        before.reason());
  }

  private boolean isEdited(String id, String now) {
    return !now.equals(previous.marks().get(id));
  }

  private void keepMark(String id) {
    marks.put(id, Objects.requireNonNullElse(previous.marks().get(id), Draft.BY_HAND));
  }

  /** A target that a person gave to one room is not proposed for another. */
  private List<PlanRoom> withoutClashes(List<PlanRoom> all) {
    Map<RoomId, RoomId> claimed = new HashMap<>();
    for (PlanRoom room : all) {
      RoomId target = room.target();
      PlanRoom before = rooms.get(room.id().value());
      if (target != null && before != null && target.equals(before.target()) && isKept(room)) {
        claimed.put(target, room.id());
      }
    }
    return all.stream().map(room -> withoutClash(room, claimed)).toList();
  }

  private boolean isKept(PlanRoom room) {
    return marks.containsKey(room.id().value());
  }

  private static PlanRoom withoutClash(PlanRoom room, Map<RoomId, RoomId> claimed) {
    RoomId target = room.target();
    if (target == null || room.action() != RoomAction.REUSE) {
      return room;
    }
    RoomId owner = claimed.get(target);
    return owner == null || owner.equals(room.id()) ? room : conflict(room, target, owner);
  }

  private static PlanRoom conflict(PlanRoom room, RoomId target, RoomId owner) {
    return new PlanRoom(
        room.id(),
        room.name(),
        room.kind(),
        RoomAction.CONFLICT,
        room.history(),
        null,
        List.of(target),
        room.parents(),
        room.inSpace(),
        room.messages(),
        "%s would fit, but your edit gives it to %s; set action to create or skip, or give that room another target"
            .formatted(target, owner));
  }
}
