package org.ferry.migrate.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Lookups.LinkFate;
import org.ferry.migrate.rewrite.Rewriter;
import org.ferry.migrate.rewrite.RoomContext;
import org.ferry.source.MediaStore;
import org.jspecify.annotations.Nullable;

/**
 * Carries everything that the plan says and that is not carried yet: people, rooms, aliases, then
 * the history of many rooms at a time. May be stopped or killed at any moment and run again.
 */
public final class Migration {
  private static final int WIDEST = 64;

  private final Voyage voyage;
  private final Watch watch;
  private final Map<RoomId, RoomFacts> facts;
  private final Succession succession;
  private final List<Plan.PlanRoom> chosen;
  private final Cast cast;
  private final Files files;
  private final LedgerLookups lookups;
  private final Rewriter rewriter;
  private final Doubts doubts;
  private final Unsealing unsealing;
  private final RoomFinish finish;
  private final SubSpaces subSpaces;
  private final Mending mending;
  private final Scope scope;
  private final Mutes mutes;

  /**
   * Prepares a migration of everything that some rooms hold.
   *
   * @param voyage from where to where, by which plan
   * @param facts what the source's rooms are
   * @param media the files' bytes, null where none were given
   * @param chosen which of the plan's rooms to carry now
   * @param watch who looks on
   */
  public Migration(
      Voyage voyage,
      List<RoomFacts> facts,
      @Nullable MediaStore media,
      Predicate<Plan.PlanRoom> chosen,
      Watch watch) {
    this(voyage, facts, media, Scope.of(chosen), watch);
  }

  /**
   * Prepares a migration.
   *
   * @param voyage from where to where, by which plan
   * @param facts what the source's rooms are
   * @param media the files' bytes, null where none were given
   * @param scope what of the plan to carry now
   * @param watch who looks on
   */
  public Migration(
      Voyage voyage, List<RoomFacts> facts, @Nullable MediaStore media, Scope scope, Watch watch) {
    this.scope = scope;
    this.voyage = voyage;
    this.watch = watch;
    this.facts = facts.stream().collect(Collectors.toMap(RoomFacts::id, Function.identity()));
    this.succession = new Succession(this::predecessor);
    this.chosen =
        inOrder(
            voyage.plan().rooms().stream()
                .filter(Plan.PlanRoom::carried)
                .filter(scope.rooms())
                .toList());
    this.cast = new Cast(voyage);
    this.files = new Files(voyage, media);
    Set<RoomId> running = this.chosen.stream().map(Plan.PlanRoom::id).collect(Collectors.toSet());
    this.lookups = new LedgerLookups(voyage, cast::target, files, running);
    boolean tombstones = voyage.options().replay().redacted().equals("tombstone");
    boolean accounts = voyage.options().identities().accounts();
    this.rewriter = new Rewriter(lookups, voyage.origin(), tombstones, accounts, voyage.carrying());
    this.unsealing = new Unsealing(voyage, cast);
    this.mutes = new Mutes(voyage, watch);
    this.doubts = new Doubts(voyage, cast, lookups);
    this.mending = new Mending(voyage, cast, rewriter, scope.selection());
    SpaceLinks links = new SpaceLinks(voyage, cast, lookups);
    this.finish = new RoomFinish(voyage, cast, mending, links, this.facts, watch);
    this.subSpaces = new SubSpaces(voyage, cast, lookups, links, this.facts, watch);
  }

  private @Nullable RoomId predecessor(RoomId room) {
    RoomFacts fact = facts.get(room);
    return fact == null ? null : fact.predecessor();
  }

  /** Rooms that others replace come before those that replace them. */
  private List<Plan.PlanRoom> inOrder(List<Plan.PlanRoom> rooms) {
    return rooms.stream()
        .sorted(Comparator.comparingInt((Plan.PlanRoom r) -> succession.depth(r.id())))
        .toList();
  }

  /**
   * Carries.
   *
   * @return true where everything chosen was looked at, false where the run was stopped before
   * @throws InterruptedException where the calling thread was interrupted
   */
  public boolean run() throws InterruptedException {
    long unusedRetried =
        voyage
            .ledger()
            .retryFailed(
                voyage.id(), chosen.stream().map(Plan.PlanRoom::id).toList(), scope.selection());
    new PlanChange(voyage).heed();
    new Relook(voyage, cast, lookups, files, facts, watch).run(chosen);
    people();
    List<CarriedRoom> rooms = rooms();
    Set<RoomId> ids = rooms.stream().map(CarriedRoom::old).collect(Collectors.toSet());
    new Aliases(voyage, lookups, scope, ids, watch).carry();
    boolean whole = quietly(rooms);
    finish.report();
    if (whole && !watch.stopping()) {
      subSpaces.link();
      settings();
      if (scope.invites()) {
        new Invitations(voyage, facts, scope.selection(), watch)
            .carry(chosen.stream().filter(r -> ids.contains(r.id())).toList());
      }
      cast.withdraw(watch::say);
    }
    return whole && !watch.stopping();
  }

  /** Writes history while the phones of those whom Ferry may act as are quiet. */
  private boolean quietly(List<CarriedRoom> rooms) throws InterruptedException {
    mutes.lift();
    each(mutes.people(), mutes::ask);
    mutes.prepare();
    boolean whole;
    try {
      whole = history(rooms);
    } catch (RuntimeException | InterruptedException e) {
      liftAfter(e);
      throw e;
    }
    Rest.after(mutes::lift, watch.stopping());
    return whole;
  }

  /** What cannot be lifted now is lifted by the next run. */
  private void liftAfter(Exception failure) {
    try {
      Rest.after(mutes::lift, watch.stopping());
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private void settings() throws InterruptedException {
    Settings settings = new Settings(voyage, lookups, facts, scope.selection(), watch);
    List<UserId> owners = settings.owners();
    watch.phase("settings", owners.size());
    each(
        owners,
        owner -> {
          settings.carry(owner).forEach(watch::say);
          watch.step(1);
        });
  }

  private void people() throws InterruptedException {
    boolean unusedNew = voyage.bot().register(voyage.options().bot().localpart());
    List<Plan.PlanPerson> everybody = voyage.plan().people();
    watch.phase("people", everybody.size());
    People people = new People(voyage, cast, files);
    people.refuseTaken();
    new Renamed(voyage, cast, facts).letGo();
    each(
        everybody,
        person -> {
          people.ready(person).forEach(watch::say);
          watch.step(1);
        });
  }

  private List<CarriedRoom> rooms() throws InterruptedException {
    watch.phase("rooms", chosen.size());
    RoomVersions versions = RoomVersions.of(voyage.homeserver());
    RoomMaker maker = new RoomMaker(voyage, cast, lookups, versions, facts);
    List<CarriedRoom> made = new ArrayList<>();
    Map<Integer, List<Plan.PlanRoom>> levels =
        chosen.stream().collect(Collectors.groupingBy(r -> succession.depth(r.id())));
    for (List<Plan.PlanRoom> level : new TreeMap<>(levels).values()) {
      each(
          level,
          room -> {
            CarriedRoom row = maker.make(room);
            synchronized (made) {
              made.add(row);
            }
            if (row.target() == null) {
              watch.say("%s is not carried: %s".formatted(room.name(), row.reason()));
            }
            watch.step(1);
          });
    }
    return made.stream().filter(r -> r.target() != null).toList();
  }

  private boolean history(List<CarriedRoom> rooms) throws InterruptedException {
    long waiting = waiting(rooms);
    watch.phase("history", waiting);
    Map<RoomId, Plan.PlanRoom> plans = voyage.plan().roomsById();
    Contexts contexts = new Contexts(voyage, cast);
    List<Berth> berths = new ArrayList<>();
    Map<RoomId, Berth> byRoom = new HashMap<>();
    for (CarriedRoom row : bySize(rooms)) {
      Plan.PlanRoom plan = plans.get(row.old());
      RoomFacts fact = facts.get(row.old());
      if (plan != null && fact != null) {
        RoomContext context = contexts.of(plan, fact, row);
        RoomReplay replay =
            new RoomReplay(voyage, cast, lookups, rewriter, context, row, watch)
                .only(scope.selection());
        Berth berth = new Berth(plan, row, context, replay, new AtomicBoolean());
        berths.add(berth);
        byRoom.put(row.old(), berth);
      }
    }
    int fixed = voyage.options().replay().concurrency();
    return new Schedule<RoomReplay>(
            fixed > 0 ? fixed : WIDEST,
            replay -> work(Objects.requireNonNull(byRoom.get(replay.old()))),
            event -> lookups.event(event) instanceof LinkFate.Pending)
        .run(berths.stream().map(Berth::replay).toList());
  }

  /**
   * One room under way; begun where it was worked on before and had to wait for another one, by one
   * thread at a time.
   */
  private record Berth(
      Plan.PlanRoom plan,
      CarriedRoom row,
      RoomContext context,
      RoomReplay replay,
      AtomicBoolean begun) {}

  private RoomReplay.Pause work(Berth berth) throws InterruptedException {
    RoomFacts fact = Objects.requireNonNull(facts.get(berth.row().old()));
    mutes.begin(berth.row(), fact);
    // Later in the run this would make wait again what the run itself has passed by now.
    if (!berth.begun().getAndSet(true)) {
      doubts.resolve(berth.row());
      long unusedReopened = unsealing.run(berth.row(), berth.context());
    }
    mending.open(berth.row(), berth.context());
    RoomReplay.Pause pause = berth.replay().advance();
    if (pause instanceof RoomReplay.Pause.Done) {
      finish.finish(berth.plan(), berth.row(), berth.context(), berth.replay());
      mutes.end(berth.row(), fact, berth.context().reused());
    }
    return pause;
  }

  private long waiting(List<CarriedRoom> rooms) {
    Set<RoomId> ids = rooms.stream().map(CarriedRoom::old).collect(Collectors.toSet());
    if (scope.selection().isPartial()) {
      return voyage.ledger().picked(voyage.id(), scope.selection()).entrySet().stream()
          .filter(e -> ids.contains(e.getKey()))
          .mapToLong(e -> e.getValue().waiting())
          .sum();
    }
    try (var progress = voyage.ledger().progress(voyage.id())) {
      return progress
          .filter(p -> ids.contains(p.room()))
          .mapToLong(p -> p.waiting() + p.doubt())
          .sum();
    }
  }

  /** The largest rooms first: they take longest and would otherwise be left over at the end. */
  private List<CarriedRoom> bySize(List<CarriedRoom> rooms) {
    return rooms.stream()
        .sorted(Comparator.comparingLong((CarriedRoom r) -> -size(r.old())))
        .toList();
  }

  private long size(RoomId room) {
    RoomFacts fact = facts.get(room);
    return fact == null ? 0 : fact.counts().events();
  }

  private <T> void each(List<T> items, Consumer<T> what) throws InterruptedException {
    new Hands(voyage.homeserver(), watch).each(items, what);
  }
}
