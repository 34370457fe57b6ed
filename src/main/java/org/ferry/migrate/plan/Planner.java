package org.ferry.migrate.plan;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.MigrateOptions;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan.History;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;
import org.ferry.migrate.plan.Plan.RoomClass;
import org.ferry.model.Person;
import org.jspecify.annotations.Nullable;

/** Proposes what becomes of each person and room. The same facts always give the same plan. */
public final class Planner {
  /** How the reason of a room ends that is left out because the Space has one for it. */
  static final String FOUND_AND_LEFT = " (rooms.reuse: skip)";

  private static final String HISTORY = "history";
  private static final String SHELL = "shell";
  private static final String DECRYPT = "decrypt";
  private static final Set<String> OPEN =
      Set.of("public", "restricted", "knock", "knock_restricted");

  /**
   * Makes a plan.
   *
   * @param facts what is known
   * @return a line for every person and room
   * @throws PlanException where the configuration lists people the source does not have
   */
  public Plan propose(Facts facts) {
    Map<RoomId, Verdict> verdicts = new HashMap<>();
    facts.rooms().forEach(r -> verdicts.put(r.id(), verdict(facts, r)));
    match(facts, verdicts);
    Map<RoomId, List<RoomId>> parents = Parents.of(facts.rooms(), carriedSpaces(facts, verdicts));
    Map<UserId, String> names = names(facts);
    List<PlanRoom> rooms =
        facts.rooms().stream()
            .map(r ->
                line(facts, r, of(verdicts, r), parents.getOrDefault(r.id(), List.of()), names))
            .sorted(
                Comparator.comparing(PlanRoom::kind)
                    .thenComparing(r -> Names.key(r.name()))
                    .thenComparing(PlanRoom::id))
            .toList();
    Set<RoomId> carried =
        rooms.stream()
            .filter(r -> r.carried() || r.action() == RoomAction.CONFLICT)
            .map(PlanRoom::id)
            .collect(Collectors.toSet());
    List<PlanPerson> people = new PeoplePlanner(facts).people(carried);
    return new Plan(
        facts.source().info().server(),
        facts.source().load(),
        facts.domain(),
        facts.options().space(),
        people,
        rooms);
  }

  private static Verdict of(Map<RoomId, Verdict> verdicts, RoomFacts room) {
    return Objects.requireNonNull(verdicts.get(room.id()));
  }

  /** What kind of room it is; by who made it, never by its id. */
  static RoomClass kind(RoomFacts room, String server) {
    UserId maker = room.creator();
    if (maker == null && !room.joined().isEmpty()) {
      maker = room.joined().getFirst();
    }
    if (maker != null && !maker.server().equals(server)) {
      return RoomClass.FOREIGN;
    }
    if (room.joined().stream().noneMatch(u -> u.server().equals(server))) {
      return RoomClass.DESERTED;
    }
    if (room.isSpace()) {
      return RoomClass.SPACE;
    }
    return room.direct() ? RoomClass.DIRECT : RoomClass.LOCAL;
  }

  /** What is done with a room and why, before parents and names are known. */
  private record Verdict(
      RoomClass kind, RoomAction action, List<TargetRoom> targets, String reason) {
    Verdict with(RoomAction other, List<TargetRoom> rooms, String why) {
      return new Verdict(kind, other, rooms, why);
    }
  }

  private static Verdict verdict(Facts facts, RoomFacts room) {
    RoomClass kind = kind(room, facts.source().info().server());
    CarriedRoom row = facts.progress().rooms().get(room.id());
    if (row != null) {
      RoomAction action = row.action().equals("reuse") ? RoomAction.REUSE : RoomAction.CREATE;
      return new Verdict(kind, action, List.of(), "carried already");
    }
    MigrateOptions.Rooms options = facts.options().rooms();
    RoomAction action = action(kind, options);
    if (action == RoomAction.CREATE && room.encrypted() && options.encrypted().equals("skip")) {
      return new Verdict(kind, RoomAction.SKIP, List.of(), "encrypted (rooms.encrypted: skip)");
    }
    String encrypted =
        options.encrypted().equals(DECRYPT)
            ? "encrypted: its messages are carried in clear"
            : "encrypted: carried without its messages";
    return new Verdict(kind, action, List.of(), reason(kind, action, room, encrypted));
  }

  private static RoomAction action(RoomClass kind, MigrateOptions.Rooms options) {
    String word =
        switch (kind) {
          case SPACE, LOCAL -> options.local();
          case DIRECT -> options.direct();
          case FOREIGN -> options.foreign();
          case DESERTED -> options.deserted();
        };
    return switch (word) {
      case "carry" -> RoomAction.CREATE;
      case "list" -> RoomAction.LIST;
      default -> RoomAction.SKIP;
    };
  }

  private static String reason(
      RoomClass kind, RoomAction action, RoomFacts room, String encrypted) {
    String what =
        switch (kind) {
          case SPACE -> "space";
          case LOCAL -> "made here";
          case DIRECT -> "direct chat";
          case FOREIGN -> "made on " + maker(room) + " and only joined";
          case DESERTED ->
              room.counts().events() == 0
                  ? "the source holds no event of it"
                  : "no member of this server is left";
        };
    if (action == RoomAction.SKIP) {
      String key = kind == RoomClass.SPACE ? "local" : Words.of(kind);
      return what + " (rooms." + key + ": skip)";
    }
    return room.encrypted() && action == RoomAction.CREATE ? what + "; " + encrypted : what;
  }

  private static String maker(RoomFacts room) {
    UserId creator = room.creator();
    return creator != null ? creator.server() : room.joined().getFirst().server();
  }

  private static void match(Facts facts, Map<RoomId, Verdict> verdicts) {
    List<RoomId> taken =
        facts.progress().rooms().values().stream()
            .flatMap(r -> Stream.ofNullable(r.target()))
            .toList();
    List<RoomFacts> open =
        facts.rooms().stream().filter(r -> isOpen(facts, r, of(verdicts, r))).toList();
    new Matcher(facts.source().info().server(), facts.domain(), facts.targets(), taken)
        .match(open, facts.options().rooms().match())
        .forEach((id, match) ->
            verdicts.computeIfPresent(id, (x, v) -> matched(facts.options(), v, match)));
  }

  private static boolean isOpen(Facts facts, RoomFacts room, Verdict verdict) {
    boolean matchable = verdict.kind() == RoomClass.LOCAL || verdict.kind() == RoomClass.SPACE;
    return matchable
        && verdict.action() == RoomAction.CREATE
        && !facts.progress().rooms().containsKey(room.id());
  }

  private static Verdict matched(MigrateOptions options, Verdict verdict, Matcher.Match match) {
    if (match.conflict()) {
      return verdict.with(RoomAction.CONFLICT, match.candidates(), match.how());
    }
    TargetRoom target = match.candidates().getFirst();
    String found = "by " + match.how() + " it is " + target.label();
    return switch (options.rooms().reuse()) {
      case "skip" -> verdict.with(RoomAction.SKIP, List.of(), found + FOUND_AND_LEFT);
      case "archive" ->
          verdict.with(
              RoomAction.CREATE,
              match.candidates(),
              found + "; carried into a room of its own beside it (rooms.reuse: archive)");
      default -> verdict.with(RoomAction.REUSE, match.candidates(), found + sentence(target));
    };
  }

  private static String sentence(TargetRoom target) {
    return target.sentence() == null ? "" : "; before that, " + target.sentence();
  }

  private static Set<RoomId> carriedSpaces(Facts facts, Map<RoomId, Verdict> verdicts) {
    return facts.rooms().stream()
        .filter(RoomFacts::isSpace)
        .filter(r -> {
          RoomAction action = of(verdicts, r).action();
          return action != RoomAction.SKIP && action != RoomAction.LIST;
        })
        .map(RoomFacts::id)
        .collect(Collectors.toSet());
  }

  private static PlanRoom line(
      Facts facts,
      RoomFacts room,
      Verdict verdict,
      List<RoomId> parents,
      Map<UserId, String> names) {
    boolean hidden = !facts.options().rooms().privateInSpace() && !OPEN.contains(room.joinRule());
    boolean inSpace =
        !hidden && room.successor() == null && verdict.kind() != RoomClass.DIRECT && !room.direct();
    String name = name(room, names, facts.options().language().equals("fr"));
    boolean archive = verdict.action() == RoomAction.CREATE && !verdict.targets().isEmpty();
    return new PlanRoom(
        room.id(),
        archive ? name + Plan.ARCHIVE : name,
        verdict.kind(),
        verdict.action(),
        history(facts, room),
        target(facts, room, verdict),
        candidates(verdict),
        inSpace ? parents : List.of(),
        inSpace,
        room.counts().messages(),
        verdict.reason());
  }

  /** What was begun stays: encryption that came later does not make a shell of it. */
  private static History history(Facts facts, RoomFacts room) {
    CarriedRoom row = facts.progress().rooms().get(room.id());
    JsonNode detail = row == null ? Json.object() : Json.parseObject(row.detail());
    String begun = detail.path(HISTORY).asText(detail.has("notice") ? SHELL : "");
    if (begun.equals(SHELL) || !room.encrypted()) {
      return begun.equals(SHELL) ? History.SHELL : History.CARRY;
    }
    if (begun.equals(DECRYPT) || facts.options().rooms().encrypted().equals(DECRYPT)) {
      return History.DECRYPT;
    }
    return begun.isEmpty() ? History.SHELL : History.CARRY;
  }

  private static @Nullable RoomId target(Facts facts, RoomFacts room, Verdict verdict) {
    CarriedRoom row = facts.progress().rooms().get(room.id());
    if (row != null) {
      return row.target();
    }
    return verdict.action() == RoomAction.REUSE ? verdict.targets().getFirst().id() : null;
  }

  private static List<RoomId> candidates(Verdict verdict) {
    return verdict.action() == RoomAction.REUSE
        ? List.of()
        : verdict.targets().stream().map(TargetRoom::id).toList();
  }

  private static Map<UserId, String> names(Facts facts) {
    Map<UserId, String> names = new HashMap<>();
    for (Person person : facts.people()) {
      String name = person.displayName();
      if (name != null && !name.isBlank()) {
        names.put(person.id(), name);
      }
    }
    return names;
  }

  /** Its name, else its alias, else who is in it. */
  private static String name(RoomFacts room, Map<UserId, String> names, boolean french) {
    String name = room.name();
    if (name != null && !Names.shown(name).isEmpty()) {
      return Names.shown(name);
    }
    if (room.canonicalAlias() != null) {
      return Names.shown(room.canonicalAlias().value());
    }
    List<UserId> who = new ArrayList<>(room.joined());
    who.addAll(room.invited());
    if (who.isEmpty()) {
      return french ? "(salon vide)" : "(empty room)";
    }
    String first =
        who.stream()
            .limit(3)
            .map(u -> names.getOrDefault(u, u.localpart()))
            .collect(Collectors.joining(", "));
    int more = who.size() - 3;
    return Names.shown(
        more <= 0
            ? first
            : (french ? "%s et %d de plus" : "%s and %d more").formatted(first, more));
  }
}
