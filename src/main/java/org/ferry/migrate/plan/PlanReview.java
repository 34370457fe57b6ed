package org.ferry.migrate.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan.PersonAction;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;
import org.ferry.migrate.plan.Plan.RoomClass;
import org.jspecify.annotations.Nullable;

/** Compares a plan that was read with the load, the configuration and what has been carried. */
final class PlanReview {
  private static final int LONGEST = 255;
  private static final Set<RoomClass> EXCHANGEABLE =
      Set.of(RoomClass.LOCAL, RoomClass.DIRECT, RoomClass.DESERTED);

  private final PlanReader.Content content;
  private final PlanChecks checks;
  private final Problems problems;
  private final boolean legible;
  private final Ghosts ghosts;

  PlanReview(PlanReader.Content content, PlanChecks checks, Problems problems) {
    this.content = content;
    this.checks = checks;
    this.problems = problems;
    this.legible = problems.isEmpty();
    this.ghosts = new Ghosts(checks.usernameTemplate(), checks.server(), checks.domain());
  }

  /** Reports everything that keeps the plan from being followed. */
  void review() {
    // The plan of another source or Space differs in everything; one sentence says why, and no
    // remedy may name a room of the other Space.
    if (isOfThisSource() && head()) {
      people();
      rooms();
      rings();
    }
  }

  private boolean isOfThisSource() {
    if (plan().server().equals(checks.server())) {
      return true;
    }
    content
        .top()
        .problem(
            "server",
            "this is the plan of %s, but what was loaded last is %s: name the plan of that one with --plan, or load the dump of %s again (ferry analyze DUMP)"
                .formatted(plan().server(), checks.server(), plan().server()));
    return false;
  }

  private Plan plan() {
    return content.draft().plan();
  }

  private void problem(Object id, String field, String what) {
    Row row = content.lines().get(id.toString());
    problems.add(row == null ? 1 : row.line(field), what);
  }

  /** Whether the plan is for this homeserver and Space; its age is judged as well. */
  private boolean head() {
    boolean here =
        same("domain", plan().domain(), checks.domain(), "homeserver.domain of the configuration");
    here &=
        same(
            "space",
            plan().space(),
            checks.space(),
            "the Space asked for (space of the configuration, or --space)");
    if (!here) {
      return false;
    }
    if (plan().load() < checks.load()) {
      content
          .top()
          .problem(
              "load",
              "the plan was made from load %d, the ledger holds load %d: run ferry plan again; your edits are kept"
                  .formatted(plan().load(), checks.load()));
    } else if (plan().load() > checks.load()) {
      content
          .top()
          .problem(
              "load",
              "the plan was made from load %d, the ledger holds load %d only: is this the right database? Else run ferry plan again"
                  .formatted(plan().load(), checks.load()));
    }
    return true;
  }

  private boolean same(String field, String have, String want, String where) {
    if (have.equals(want)) {
      return true;
    }
    content
        .top()
        .problem(
            field,
            "%s is %s, but %s is %s; run ferry plan with another -o for another destination, or correct it"
                .formatted(field, have, where, want));
    return false;
  }

  private void people() {
    Map<UserId, UserId> ghosts = new HashMap<>();
    for (PlanPerson person : plan().people()) {
      if (!checks.people().contains(person.id())) {
        problem(person.id(), "id", person.id() + " is not in the source; take the line out");
      }
      carried(person, checks.progress().people().get(person.id()));
      listed(person);
      if (person.action() == PersonAction.CONFLICT) {
        problem(
            person.id(),
            "action",
            "%s is still a conflict: %s".formatted(person.id(), person.reason()));
      }
      UserId target = person.target();
      if (target != null && person.action() != PersonAction.SKIP) {
        target(person, target);
        UserId other = ghosts.putIfAbsent(target, person.id());
        if (other != null && person.action() != PersonAction.MAP) {
          problem(
              person.id(),
              "target",
              other
                  + " and "
                  + person.id()
                  + " both become "
                  + target
                  + "; give one another target");
        }
      }
    }
    // An older plan lacks lines as a matter of course and was refused for its age. A line that
    // could not be read is there, and was named.
    if (plan().load() == checks.load() && legible) {
      missing(checks.people());
      missing(checks.rooms().keySet());
    }
  }

  private void target(PlanPerson person, UserId target) {
    if (!target.server().equals(checks.domain())) {
      problem(
          person.id(),
          "target",
          target
              + " is not of "
              + checks.domain()
              + ": Ferry can act for nobody of another server");
    } else if (target.equals(checks.bot())) {
      problem(person.id(), "target", target + " is Ferry's own account; name the person's");
    } else if (target.value().length() > LONGEST) {
      problem(person.id(), "target", target + " is longer than 255 characters; shorten it");
    } else if (person.action() == PersonAction.GHOST) {
      ghost(person.id(), target);
    }
  }

  /** Ferry writes as its ghosts and gives them names: an account of somebody else is none. */
  private void ghost(UserId person, UserId target) {
    CarriedPerson row = checks.progress().people().get(person);
    boolean carried = row != null && row.target().equals(target);
    if (!carried && !ghosts.isInNamespace(target)) {
      problem(
          person,
          "target",
          "%s is no ghost of identities.username_template %s: where the account is this person's set action to map, else take the line out and run ferry plan again, which names a ghost"
              .formatted(target, checks.usernameTemplate()));
    }
  }

  private void carried(PlanPerson person, @Nullable CarriedPerson row) {
    boolean skipped = person.action() == PersonAction.SKIP;
    boolean same = row == null || (!skipped && row.target().equals(person.target()));
    if (row == null || same || !checks.progress().isFixed(person.id())) {
      return;
    }
    if (skipped) {
      problem(
          person.id(),
          "action",
          "%s was carried as %s already, and skip would leave that: put the action back, or take the rooms back first in which they wrote (ferry rollback --space '%s' --rooms ID)"
              .formatted(person.id(), row.target(), plan().space()));
    } else {
      problem(
          person.id(),
          "target",
          "%s was carried as %s already and stays so; put that back, or take it back with ferry rollback first"
              .formatted(person.id(), row.target()));
    }
  }

  /**
   * A list that was edited after the plan was written would otherwise be passed over in silence.
   */
  private void listed(PlanPerson person) {
    UserId wanted = checks.mapped().get(person.id());
    boolean follows =
        wanted == null
            || wanted.equals(person.target())
            || !wanted.server().equals(checks.domain())
            || checks.progress().isFixed(person.id());
    String mark = content.draft().marks().get(person.id().value());
    if (!follows && Marks.of(person).equals(mark)) {
      problem(
          person.id(),
          "target",
          "%s is listed as %s, but the plan says %s: run ferry plan again to take the list over"
              .formatted(person.id(), wanted, person.target()));
    }
  }

  private void missing(Set<? extends Object> wanted) {
    TreeSet<String> absent =
        wanted.stream()
            .map(Object::toString)
            .filter(id -> !content.lines().containsKey(id))
            .collect(Collectors.toCollection(TreeSet::new));
    absent.stream()
        .limit(20)
        .forEach(id ->
            problems.add(
                1,
                id
                    + " has no line; to leave it out set its action to skip (run ferry plan again to get the line back)"));
    if (absent.size() > 20) {
      problems.add(1, (absent.size() - 20) + " more have no line; run ferry plan again");
    }
  }

  private void rooms() {
    Map<RoomId, RoomId> targets = new HashMap<>();
    for (PlanRoom room : plan().rooms()) {
      RoomFacts facts = checks.rooms().get(room.id());
      if (facts == null) {
        problem(room.id(), "id", room.id() + " is not in the source; take the block out");
      } else {
        kind(room, facts);
      }
      carried(room, checks.progress().rooms().get(room.id()));
      if (room.action() == RoomAction.CONFLICT) {
        problem(
            room.id(),
            "action",
            "%s (%s) is still a conflict: %s".formatted(room.id(), room.name(), room.reason()));
      }
      RoomId target = room.target();
      if (target != null && room.carried()) {
        RoomId other = targets.putIfAbsent(target, room.id());
        if (other != null) {
          problem(
              room.id(),
              "target",
              "%s and %s both have %s as target; a room takes one history only"
                  .formatted(other, room.id(), target));
        }
      }
      if (target != null && room.action() == RoomAction.REUSE && facts != null) {
        reused(room, facts, target);
      }
      parents(room);
    }
  }

  private void reused(PlanRoom room, RoomFacts facts, RoomId target) {
    if (target.equals(checks.target().id())) {
      problem(
          room.id(),
          "target",
          target + " is the Space itself, which takes no history; name a room in it");
      return;
    }
    checks.target().rooms().stream()
        .filter(there -> there.id().equals(target))
        .filter(there -> there.isSpace() != facts.isSpace())
        .findFirst()
        .ifPresent(there ->
            problem(
                room.id(),
                "target",
                facts.isSpace()
                    ? target + " is a room, and " + room.id() + " is a space; name a space"
                    : target + " is a space, and " + room.id() + " is a room; name a room"));
  }

  private void kind(PlanRoom room, RoomFacts facts) {
    RoomClass found = Planner.kind(facts, checks.server());
    boolean fits =
        found == room.kind()
            || (EXCHANGEABLE.contains(found)
                && EXCHANGEABLE.contains(room.kind())
                && !facts.isSpace());
    if (!fits) {
      problem(
          room.id(),
          "class",
          "class of %s is %s; only local and direct may be exchanged"
              .formatted(room.id(), Words.of(found)));
    }
  }

  private void carried(PlanRoom room, @Nullable CarriedRoom row) {
    RoomId target = room.target();
    if (row == null) {
      if (room.action() == RoomAction.CREATE && target != null) {
        problem(
            room.id(),
            "target",
            "%s is to be created and cannot have a target; set action to reuse, or take the target out"
                .formatted(room.id()));
      }
      return;
    }
    history(room, row);
    boolean sameTarget = target == null || target.equals(row.target());
    if (!Words.of(room.action()).equals(row.action()) || !sameTarget) {
      problem(
          room.id(),
          "action",
          "%s (%s) was carried already by action %s into %s; put that back, or run: %s"
              .formatted(room.id(), room.name(), row.action(), row.target(), takeBack(room)));
    }
  }

  /** A shell has its notice and is closed; what stands in clear cannot be a shell any more. */
  private void history(PlanRoom room, CarriedRoom row) {
    String begun = Json.parseObject(row.detail()).path("history").asText("");
    boolean shell = begun.equals(Words.of(Plan.History.SHELL));
    if (!begun.isEmpty() && shell != (room.history() == Plan.History.SHELL)) {
      problem(
          room.id(),
          "history",
          "%s (%s) was begun with history %s; put that back, or run: %s"
              .formatted(room.id(), room.name(), begun, takeBack(room)));
    }
  }

  /** The Space is named, because the configuration's may be another. */
  private String takeBack(PlanRoom room) {
    return "ferry rollback --space '%s' --rooms '%s'".formatted(plan().space(), room.id());
  }

  private void parents(PlanRoom room) {
    for (RoomId parent : room.parents()) {
      RoomFacts facts = checks.rooms().get(parent);
      if (facts == null || !facts.isSpace() || parent.equals(room.id())) {
        problem(
            room.id(),
            "parents",
            parent + " cannot be a parent: it is no other space of the source");
      }
    }
  }

  private void rings() {
    Map<RoomId, List<RoomId>> parents =
        plan().rooms().stream().collect(Collectors.toMap(PlanRoom::id, PlanRoom::parents));
    Set<RoomId> ringed = Parents.ringed(parents);
    ringed.stream()
        .sorted()
        .findFirst()
        .ifPresent(room ->
            problem(
                room,
                "parents",
                "these spaces stand in each other: %s; take a parent out of one of them"
                    .formatted(
                        ringed.stream()
                            .sorted()
                            .limit(10)
                            .map(RoomId::value)
                            .collect(Collectors.joining(", ")))));
  }
}
