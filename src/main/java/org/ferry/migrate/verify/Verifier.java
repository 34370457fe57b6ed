package org.ferry.migrate.verify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Contexts;
import org.ferry.migrate.replay.LedgerLookups;
import org.ferry.migrate.replay.Readers;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.replay.Watch;
import org.ferry.migrate.rewrite.Lookups.FileFate;
import org.ferry.migrate.rewrite.Rewriter;
import org.ferry.migrate.rewrite.RoomContext;
import org.ferry.migrate.verify.VerifyReport.RoomVerdict;
import org.ferry.source.RoomTally;

/**
 * Proves a crossing: counts the source a second time on a path of its own, reads the destination
 * back and compares each room event by event, its members and state, and every file.
 */
public final class Verifier {
  private final Voyage voyage;
  private final Map<RoomId, RoomFacts> facts;
  private final Watch watch;
  private final Contexts contexts;
  private final Rewriter rewriter;
  private final Readers readers;

  /**
   * Prepares a verification.
   *
   * @param voyage the crossing
   * @param facts what the source's rooms are
   * @param watch who looks on
   */
  public Verifier(Voyage voyage, List<RoomFacts> facts, Watch watch) {
    this.voyage = voyage;
    this.facts = facts.stream().collect(Collectors.toMap(RoomFacts::id, Function.identity()));
    this.watch = watch;
    this.contexts = new Contexts(voyage);
    this.readers = new Readers(voyage);
    LedgerLookups lookups = new LedgerLookups(voyage, contexts.cast(), this::file, Set.of());
    boolean tombstones = voyage.options().replay().redacted().equals("tombstone");
    this.rewriter = new Rewriter(lookups, voyage.origin(), tombstones);
  }

  private FileFate file(MxcUri old) {
    return voyage
        .ledger()
        .media(voyage.id(), old)
        .flatMap(m -> Optional.ofNullable(m.target()))
        .<FileFate>map(FileFate.Carried::new)
        .orElseGet(FileFate.Elsewhere::new);
  }

  /** Compares everything; writes nothing, neither to the ledger nor to a server. */
  public VerifyReport run() {
    Findings general = new Findings();
    secondCount(general);
    List<Plan.PlanRoom> rooms =
        voyage.plan().rooms().stream().filter(Plan.PlanRoom::carried).toList();
    watch.phase("rooms", rooms.size());
    List<RoomVerdict> verdicts = new ArrayList<>();
    for (Plan.PlanRoom room : rooms) {
      verdicts.add(room(room));
      watch.step(1);
      if (watch.stopping()) {
        break;
      }
    }
    long media = new MediaCheck(voyage, general, watch).run();
    return new VerifyReport(verdicts, media, general.kept());
  }

  private void secondCount(Findings findings) {
    Map<RoomId, RoomTally> ledger = new HashMap<>();
    try (Stream<RoomTally> own = voyage.sources().recount(voyage.source().id())) {
      own.forEach(t -> ledger.put(t.room(), t));
    }
    try (Stream<RoomTally> second = voyage.sources().tallies(voyage.source().id())) {
      second.forEach(t -> {
        RoomTally there = ledger.remove(t.room());
        if (!Objects.equals(t, there)) {
          findings.add("source", t.room().value(), t.toString(), String.valueOf(there));
        }
      });
    }
    ledger.forEach((room, t) -> findings.add("source", room.value(), null, t.toString()));
  }

  private RoomVerdict room(Plan.PlanRoom plan) {
    Findings findings = new Findings();
    Optional<CarriedRoom> row = voyage.ledger().room(voyage.id(), plan.id());
    RoomFacts fact = facts.get(plan.id());
    RoomId target = row.map(CarriedRoom::target).orElse(null);
    if (row.isEmpty() || target == null || fact == null) {
      findings.add("waiting", plan.id().value(), "a room", "not made yet");
      return new RoomVerdict(
          plan.id(), null, plan.name(), 0, 0, 0, 0, findings.kept(), findings.count());
    }
    RoomContext context = contexts.of(plan, fact, row.get());
    RoomCheck check = new RoomCheck(voyage, plan.id(), rewriter, context, findings);
    try {
      var reader = readers.of(row.get(), target);
      check.run(reader, target);
      if (plan.action() == Plan.RoomAction.CREATE) {
        new StateCheck(voyage, rewriter, findings).run(plan, reader, target, context);
      }
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      findings.add("count", plan.id().value(), "readable", e.getMessage());
    }
    return new RoomVerdict(
        plan.id(),
        target,
        plan.name(),
        check.carried(),
        check.found(),
        check.late(),
        check.skipped(),
        findings.kept(),
        findings.count());
  }
}
