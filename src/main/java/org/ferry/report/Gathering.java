package org.ferry.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.EventState;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.SourceLedger;
import org.ferry.migrate.Standing;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;
import org.ferry.migrate.verify.VerifyReport;
import org.ferry.migrate.verify.VerifyReport.RoomVerdict;
import org.ferry.report.Contents.Cleared;
import org.ferry.report.Contents.ForeignRoom;
import org.ferry.report.Contents.LeftRoom;
import org.ferry.report.Contents.Reach;
import org.ferry.report.Contents.RoomLine;
import org.jspecify.annotations.Nullable;

/** Gathers what a report says from the ledger, the plan and the comparison. */
final class Gathering {
  private static final Set<String> FROM_ENTRY = Set.of("joined", "invited");
  private static final Set<String> OPEN =
      Set.of("public", "restricted", "knock", "knock_restricted");

  private final SourceLedger sources;
  private final CrossingLedger ledger;
  private final Crossing crossing;
  private final Plan plan;
  private final Map<RoomId, RoomFacts> facts;
  private final boolean accounts;

  /** Rooms that stand on the destination, by their old ids. */
  private final Set<RoomId> standing;

  Gathering(
      SourceLedger sources,
      CrossingLedger ledger,
      Crossing crossing,
      Plan plan,
      List<RoomFacts> facts,
      boolean accounts) {
    this.accounts = accounts;
    this.sources = sources;
    this.ledger = ledger;
    this.crossing = crossing;
    this.plan = plan;
    try (Stream<CarriedRoom> rooms = ledger.rooms(crossing.id())) {
      this.standing =
          rooms.filter(r -> r.target() != null).map(CarriedRoom::old).collect(Collectors.toSet());
    }
    this.facts = facts.stream().collect(Collectors.toMap(RoomFacts::id, Function.identity()));
  }

  Contents contents(LoadedSource source, VerifyReport verified, Instant now) {
    LoadedSource.Totals totals = source.totals();
    return new Contents(
        source.info().server(),
        crossing.domain(),
        plan.space(),
        now,
        fileName(source.info().label()),
        source.loadedAt(),
        source.info().latestEvent(),
        new Contents.Before(totals.people(), totals.rooms(), totals.messages(), totals.media()),
        Standing.of(ledger, crossing),
        people(),
        leftPeople(),
        rooms(verified),
        left(),
        foreign(),
        ledger.reasons(crossing.id(), EventState.MERGED),
        sources.problems(source.id()),
        readMore(),
        appended(),
        cleared(),
        shown(),
        verified);
  }

  /** Where it lies on somebody's disk is nobody else's business. */
  private static String fileName(String label) {
    return label.substring(label.lastIndexOf('/') + 1);
  }

  private Map<Plan.PersonAction, Long> people() {
    Map<Plan.PersonAction, Long> people = new EnumMap<>(Plan.PersonAction.class);
    plan.people().forEach(p -> people.merge(p.action(), 1L, Long::sum));
    return people;
  }

  private List<String> leftPeople() {
    return plan.people().stream()
        .filter(p -> p.action() == Plan.PersonAction.SKIP)
        .map(p -> p.name() == null ? p.id().value() : p.name() + " (" + p.id() + ")")
        .toList();
  }

  private List<RoomLine> rooms(VerifyReport verified) {
    Map<RoomId, RoomVerdict> verdicts =
        verified.rooms().stream().collect(Collectors.toMap(RoomVerdict::old, Function.identity()));
    Map<RoomId, RoomAlias> aliases = aliases();
    Map<RoomId, Long> messages = ledger.messages(crossing.id());
    return plan.rooms().stream()
        .filter(PlanRoom::carried)
        .map(room ->
            line(
                room,
                verdicts.get(room.id()),
                aliases.get(room.id()),
                messages.getOrDefault(room.id(), 0L)))
        .sorted(
            Comparator.comparing(RoomLine::kind)
                .thenComparing(RoomLine::name, String.CASE_INSENSITIVE_ORDER))
        .toList();
  }

  private RoomLine line(
      PlanRoom room, @Nullable RoomVerdict verdict, @Nullable RoomAlias alias, long messages) {
    RoomFacts fact = facts.get(room.id());
    return new RoomLine(
        room.name(),
        room.kind(),
        fact == null || fact.canonicalAlias() == null
            ? room.id().value()
            : fact.canonicalAlias().value(),
        verdict == null ? null : verdict.target(),
        alias == null ? null : alias.value(),
        room.history() == Plan.History.SHELL,
        verdict == null ? messages : verdict.messages(),
        fact == null || fact.counts().events() == 0
            ? null
            : Instant.ofEpochMilli(fact.counts().firstTs()),
        fact == null || fact.counts().events() == 0
            ? null
            : Instant.ofEpochMilli(fact.counts().lastTs()),
        fact == null ? 0 : fact.joined().size(),
        verdict);
  }

  /** Of each room one alias on the destination: that of its main one, else the first. */
  private Map<RoomId, RoomAlias> aliases() {
    Map<RoomId, RoomAlias> aliases = new HashMap<>();
    try (Stream<CarriedAlias> all = ledger.aliases(crossing.id())) {
      all.filter(CarriedAlias::leads)
          .forEach(a -> {
            RoomFacts fact = facts.get(a.room());
            boolean main = fact != null && a.old().equals(fact.canonicalAlias());
            aliases.merge(a.room(), a.target(), (before, more) -> main ? more : before);
          });
    }
    return aliases;
  }

  private List<LeftRoom> left() {
    return plan.rooms().stream()
        .filter(r -> r.action() == RoomAction.SKIP || r.action() == RoomAction.CONFLICT)
        .map(r -> {
          boolean open = r.action() == RoomAction.CONFLICT;
          return new LeftRoom(r.name(), r.id().value(), open, r.reason());
        })
        .toList();
  }

  private List<ForeignRoom> foreign() {
    return plan.rooms().stream()
        .filter(r -> r.action() == RoomAction.LIST)
        .map(r -> {
          RoomFacts fact = facts.get(r.id());
          RoomAlias alias = fact == null ? null : fact.canonicalAlias();
          String address = alias == null ? r.id().value() : alias.value();
          String via = fact == null || fact.creator() == null ? null : fact.creator().server();
          return new ForeignRoom(r.name(), address, via);
        })
        .toList();
  }

  /** Rooms that stand: of what is still to be carried nobody reads or sees anything. */
  private List<PlanRoom> carried() {
    return plan.rooms().stream().filter(r -> r.carried() && standing.contains(r.id())).toList();
  }

  private List<Reach> readMore() {
    List<Reach> more = new ArrayList<>();
    if (accounts) {
      // With people's own accounts the visibility of each time holds, as it did.
      return more;
    }
    for (PlanRoom room : carried()) {
      RoomFacts fact = facts.get(room.id());
      if (fact != null
          && room.action() == RoomAction.CREATE
          && room.history() != Plan.History.SHELL
          && FROM_ENTRY.contains(fact.historyVisibility())) {
        more.add(new Reach(room.name(), fact.joined().size(), fact.historyVisibility()));
      }
    }
    return more;
  }

  private List<Reach> appended() {
    List<Reach> appended = new ArrayList<>();
    for (PlanRoom room : carried()) {
      RoomFacts fact = facts.get(room.id());
      if (fact != null
          && room.action() == RoomAction.REUSE
          && room.history() != Plan.History.SHELL
          && room.messages() > 0) {
        appended.add(new Reach(room.name(), fact.joined().size(), "joined"));
      }
    }
    return appended;
  }

  private List<Cleared> cleared() {
    List<Cleared> cleared = new ArrayList<>();
    for (PlanRoom room : carried()) {
      if (room.decrypted()) {
        RoomFacts fact = facts.get(room.id());
        CrossingLedger.Opened opened = ledger.opened(crossing.id(), room.id());
        int members = fact == null ? 0 : fact.joined().size();
        cleared.add(new Cleared(room.name(), members, opened.inClear(), opened.placeholders()));
      }
    }
    return cleared;
  }

  private List<Reach> shown() {
    List<Reach> shown = new ArrayList<>();
    for (PlanRoom room : carried()) {
      RoomFacts fact = facts.get(room.id());
      if (fact != null && room.inSpace() && !OPEN.contains(fact.joinRule())) {
        shown.add(new Reach(room.name(), fact.joined().size(), fact.joinRule()));
      }
    }
    return shown;
  }
}
