package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.Selection;
import org.ferry.migrate.plan.Plan.History;
import org.ferry.migrate.plan.Plan.PersonAction;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;
import org.jspecify.annotations.Nullable;

/** What a plan means to people: who reads more, sees more, hears a phone, has to type something. */
final class Effects {
  private static final Set<String> PUBLIC =
      Set.of("public", "restricted", "knock", "knock_restricted");
  private static final Set<String> FROM_ENTRY = Set.of("joined", "invited");

  private final Plan plan;
  private final Selection selection;
  private final Map<UserId, UserId> listed;
  private final Map<RoomId, RoomFacts> facts;
  private final Map<RoomId, TargetRoom> targets;

  Effects(
      Plan plan,
      List<RoomFacts> facts,
      List<TargetRoom> targets,
      Selection selection,
      Map<UserId, UserId> listed) {
    this.plan = plan;
    this.selection = selection;
    this.listed = listed;
    this.facts = facts.stream().collect(Collectors.toMap(RoomFacts::id, Function.identity()));
    this.targets =
        targets.stream()
            .collect(Collectors.toMap(TargetRoom::id, Function.identity(), (a, b) -> a));
  }

  static boolean isAppended(PlanRoom room) {
    return room.action() == RoomAction.REUSE && room.history() != History.SHELL;
  }

  long notifications() {
    long sum = 0;
    for (PlanRoom room : plan.rooms()) {
      RoomId target = room.target();
      if (isAppended(room) && target != null) {
        TargetRoom there = targets.get(target);
        if (there == null || there.members() < 0) {
          return -1;
        }
        // Ferry's bot has no phone.
        sum += room.messages() * (there.joined() ? there.members() - 1L : there.members());
      }
    }
    return sum;
  }

  /** Messages of encrypted rooms that stay behind with their history. */
  long withheld() {
    return leftIn(true);
  }

  /** Messages of rooms that were never encrypted and are carried without their history. */
  long bare() {
    return leftIn(false);
  }

  private long leftIn(boolean encrypted) {
    return plan.rooms().stream()
        .filter(r -> r.carried() && r.history() == History.SHELL)
        .filter(r -> isEncrypted(facts.get(r.id())) == encrypted)
        .mapToLong(r -> r.messages() + encrypted(facts.get(r.id())))
        .sum();
  }

  private static boolean isEncrypted(@Nullable RoomFacts room) {
    return room == null || room.encrypted();
  }

  private static long encrypted(@Nullable RoomFacts room) {
    return room == null ? 0 : room.counts().encrypted();
  }

  /**
   * Members of new rooms who are at home on a third server, or are listed with an account there;
   * those are invited as themselves, where the room lets other servers in.
   */
  long invitations() {
    Set<UserId> carried =
        plan.people().stream()
            .filter(p -> p.action() != PersonAction.SKIP)
            .map(PlanPerson::id)
            .filter(selection::selects)
            .collect(Collectors.toSet());
    return plan.rooms().stream()
        .filter(r -> r.action() == RoomAction.CREATE)
        .map(r -> facts.get(r.id()))
        .filter(f -> f != null && f.successor() == null && isFederated(f))
        .mapToLong(f -> guests(f, carried))
        .sum();
  }

  private static boolean isFederated(RoomFacts room) {
    return Json.parseObject(room.createContent()).path("m.federate").asBoolean(true);
  }

  private long guests(RoomFacts room, Set<UserId> carried) {
    return Stream.concat(room.joined().stream(), room.invited().stream())
        .filter(carried::contains)
        .map(u -> listed.getOrDefault(u, u))
        .filter(u -> !u.server().equals(plan.server()) && !u.server().equals(plan.domain()))
        .distinct()
        .count();
  }

  List<String> conflicts() {
    return Stream.concat(
            plan.people().stream()
                .filter(p -> p.action() == PersonAction.CONFLICT)
                .map(p -> p.id() + ": " + p.reason()),
            plan.rooms().stream()
                .filter(r -> r.action() == RoomAction.CONFLICT)
                .map(r -> r.id() + " (" + r.name() + "): " + r.reason()))
        .toList();
  }

  List<String> toType() {
    List<String> lines = new ArrayList<>();
    for (PlanRoom room : plan.rooms()) {
      TargetRoom there =
          room.action() == RoomAction.REUSE && room.target() != null
              ? targets.get(room.target())
              : null;
      if (there != null && there.sentence() != null) {
        lines.add(there.sentence() + " (" + there.id() + ")");
      }
    }
    return lines;
  }

  /** Two old people as one new one is allowed, because somebody listed it, but worth a look. */
  List<String> ambiguous() {
    Map<UserId, List<UserId>> byTarget = new TreeMap<>();
    for (PlanPerson person : plan.people()) {
      UserId target = person.target();
      if (target != null && person.action() != PersonAction.SKIP) {
        byTarget.computeIfAbsent(target, t -> new ArrayList<>()).add(person.id());
      }
    }
    return byTarget.entrySet().stream()
        .filter(e -> e.getValue().size() > 1)
        .map(e ->
            "%s all become %s"
                .formatted(
                    e.getValue().stream().map(UserId::value).collect(Collectors.joining(", ")),
                    e.getKey()))
        .toList();
  }

  long unmatched() {
    boolean listed = plan.people().stream().anyMatch(p -> p.action() == PersonAction.MAP);
    return listed
        ? plan.people().stream()
            .filter(p -> p.action() == PersonAction.GHOST && p.id().server().equals(plan.server()))
            .count()
        : 0;
  }

  List<String> readMore() {
    List<String> lines = new ArrayList<>(readByOthers());
    if (plan.people().stream().anyMatch(p -> p.action() == PersonAction.ACCOUNT)) {
      // With people's own accounts the visibility of each time holds, as it did.
      return lines;
    }
    for (PlanRoom room : plan.rooms()) {
      RoomFacts known = facts.get(room.id());
      if (room.action() == RoomAction.CREATE
          && room.history() != History.SHELL
          && known != null
          && FROM_ENTRY.contains(known.historyVisibility())) {
        lines.add(
            "%s (%s): its %d members, who could read from when they were %s, can read its whole history"
                .formatted(
                    room.id(), room.name(), known.joined().size(), known.historyVisibility()));
      }
    }
    return lines;
  }

  /** What is appended to a room is read by whoever is in that room. */
  private List<String> readByOthers() {
    List<String> lines = new ArrayList<>();
    for (PlanRoom room : plan.rooms()) {
      RoomFacts known = facts.get(room.id());
      TargetRoom there = room.target() == null ? null : targets.get(room.target());
      if (isAppended(room) && room.messages() > 0 && known != null && there != null) {
        String members = there.members() < 0 ? "all" : "the " + there.members();
        lines.add(
            "%s (%s): %s members of %s, which takes its history, can read it; it had %d members"
                .formatted(room.id(), room.name(), members, there.label(), known.joined().size()));
      }
    }
    return lines;
  }

  List<String> shownInSpace() {
    List<String> lines = new ArrayList<>();
    for (PlanRoom room : plan.rooms()) {
      RoomFacts known = facts.get(room.id());
      if (known != null && room.carried() && room.inSpace() && !PUBLIC.contains(known.joinRule())) {
        lines.add("%s (%s): join rule %s".formatted(room.id(), room.name(), known.joinRule()));
      }
    }
    return lines;
  }
}
