package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.RoomProgress;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Contexts;
import org.ferry.migrate.replay.Courier;
import org.ferry.migrate.replay.Crew;
import org.ferry.migrate.replay.FormerParents;
import org.ferry.migrate.replay.LedgerLookups;
import org.ferry.migrate.replay.Readers;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.replay.Watch;
import org.ferry.migrate.rewrite.Lookups.FileFate;
import org.ferry.migrate.rewrite.RoomContext;
import org.ferry.migrate.rewrite.SealedFile;
import org.ferry.migrate.verify.Difference.Kind;
import org.ferry.migrate.verify.VerifyReport.RoomVerdict;
import org.ferry.source.MediaStore;
import org.jspecify.annotations.Nullable;

/**
 * Proves a crossing: counts the source a second time on a path of its own, reads the destination
 * back and compares each room event by event, its members and state, and every file. Memory does
 * not grow with the number of events.
 */
public final class Verifier {
  /** Differences that are kept word by word, all rooms together; beyond, they are counted. */
  private static final int KEPT = 20_000;

  private final Voyage voyage;
  private final Map<RoomId, RoomFacts> facts;
  private final Watch watch;
  private final Contexts contexts;
  private final LedgerLookups lookups;
  private final Readers readers;
  private final Crew crew;
  private final AtomicInteger room = new AtomicInteger(KEPT);

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
    this.lookups = new LedgerLookups(voyage, contexts.cast(), new Known(voyage), Set.of());
    this.crew = contexts.crew();
  }

  /** Where files are, by the ledger. */
  private record Known(Voyage voyage) implements Courier {
    @Override
    public FileFate carry(MxcUri old) {
      return voyage
          .ledger()
          .media(voyage.id(), old)
          .flatMap(m -> Optional.ofNullable(m.target()))
          .<FileFate>map(FileFate.Carried::new)
          .orElseGet(FileFate.Elsewhere::new);
    }

    @Override
    public FileFate carry(SealedFile file) {
      return carry(file.clearCopy());
    }
  }

  /**
   * Compares everything; writes nothing, neither to the ledger nor to a server.
   *
   * @param count the second count of the source
   * @param media the source's files, null where none were given
   * @return what was found
   */
  public VerifyReport run(SourceCount count, @Nullable MediaStore media) {
    Findings general = new Findings(room);
    VerifyReport.SecondCount counted = count.run(voyage, general);
    List<Plan.PlanRoom> rooms =
        voyage.plan().rooms().stream().filter(Plan.PlanRoom::carried).toList();
    watch.phase("rooms", rooms.size());
    FormerParents former = new FormerParents(voyage.plan(), facts);
    SpaceCheck space = new SpaceCheck(voyage, lookups, crew, readers, former);
    space.whole(general);
    List<RoomVerdict> verdicts = new ArrayList<>();
    for (Plan.PlanRoom plan : rooms) {
      if (watch.stopping()) {
        break;
      }
      verdicts.add(room(plan, space));
      watch.step(1);
    }
    new AliasCheck(voyage, general, watch).run();
    new GhostCheck(voyage, general, watch).run();
    long unusedPeople = new PersonCheck(voyage, lookups, facts, general, watch).run();
    MediaCheck files = new MediaCheck(voyage, media, general, watch);
    files.run();
    return new VerifyReport(
        verdicts,
        unplanned(rooms),
        new VerifyReport.Files(files.compared(), files.fromStore()),
        counted,
        general.kept(),
        general.count(),
        general.changes(),
        general.changed(),
        !watch.stopping());
  }

  private Optional<RoomCheck.Counts> told(RoomId room) {
    try (Stream<RoomProgress> all = voyage.ledger().progress(voyage.id())) {
      return all.filter(p -> p.room().equals(room)).findFirst().map(RoomCheck.Counts::told);
    }
  }

  private VerifyReport.Unplanned unplanned(List<Plan.PlanRoom> carried) {
    Set<RoomId> ids = carried.stream().map(Plan.PlanRoom::id).collect(Collectors.toSet());
    List<RoomFacts> others = facts.values().stream().filter(f -> !ids.contains(f.id())).toList();
    return new VerifyReport.Unplanned(
        others.size(), others.stream().mapToLong(f -> f.counts().events()).sum());
  }

  private RoomVerdict room(Plan.PlanRoom plan, SpaceCheck space) {
    Findings findings = new Findings(room);
    Optional<CarriedRoom> row = voyage.ledger().room(voyage.id(), plan.id());
    RoomId target = row.map(CarriedRoom::target).orElse(null);
    RoomFacts fact = facts.get(plan.id());
    RoomCheck.Counts counts = RoomCheck.Counts.waiting(fact == null ? 0 : fact.counts().events());
    if (row.isEmpty() || target == null || fact == null) {
      findings.add(Kind.WAITING, plan.id().value(), "a room", null);
    } else {
      RoomContext context = contexts.of(plan, fact, row.get());
      Expectation expectation = new Expectation(voyage, lookups, context);
      try {
        counts = compare(plan, readers.of(row.get(), target), target, expectation, findings);
        space.run(plan, target, findings);
      } catch (MatrixException e) {
        if (e.isTokenRefused()) {
          throw e;
        }
        findings.add(Kind.UNREADABLE, plan.id().value(), null, e.getMessage());
        counts = told(plan.id()).orElse(counts);
      }
    }
    return verdict(plan, target, counts, findings);
  }

  private RoomCheck.Counts compare(
      Plan.PlanRoom plan,
      Intent reader,
      RoomId target,
      Expectation expectation,
      Findings findings) {
    boolean made = plan.action() == Plan.RoomAction.CREATE;
    Suspects suspects = new Suspects(crew, findings);
    List<ObjectNode> state = reader.fullState(target);
    new StateCheck(voyage, expectation, crew, suspects, findings).run(plan, state);
    RoomCheck.Counts counts =
        new RoomCheck(
                voyage,
                plan.id(),
                new EventCheck(expectation, crew, findings),
                new Strangers(voyage, plan.id(), crew, suspects, findings, made),
                suspects,
                findings)
            .run(reader, target);
    suspects.judge();
    return counts;
  }

  private static RoomVerdict verdict(
      Plan.PlanRoom plan, @Nullable RoomId target, RoomCheck.Counts counts, Findings findings) {
    return new RoomVerdict(
        plan.id(),
        target,
        plan.name(),
        counts.carried(),
        counts.found(),
        counts.late(),
        counts.messages(),
        counts.leftOut(),
        counts.failed(),
        counts.waiting(),
        counts.since(),
        findings.newcomers(),
        findings.came(),
        findings.changes(),
        findings.changed(),
        findings.kept(),
        findings.count());
  }
}
