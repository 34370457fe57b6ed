package org.ferry.app;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.Selection;
import org.ferry.migrate.SourceLedger.RoomCounts;
import org.ferry.migrate.SpaceNames;
import org.ferry.migrate.Standing;
import org.ferry.migrate.decrypt.Decryption.Cover;
import org.ferry.migrate.plan.ForeignRoom;
import org.ferry.migrate.plan.MapFile;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.PlanException;
import org.ferry.migrate.plan.PlanTotals;
import org.ferry.migrate.plan.TargetSpace;
import org.ferry.migrate.replay.Migration;
import org.ferry.migrate.replay.Rehearsal;
import org.ferry.migrate.replay.RoomVersions;
import org.ferry.migrate.replay.Scope;
import org.ferry.migrate.replay.SpaceMaker;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.replay.Watch;
import org.ferry.migrate.verify.SourceCount;
import org.ferry.migrate.verify.Verifier;
import org.ferry.migrate.verify.VerifyReport;
import org.ferry.source.MediaStore;
import org.jspecify.annotations.Nullable;

/** Carries a passage by its plan, rehearses it, and proves it. */
public final class Carrying {
  private final Ferry ferry;
  private final Passage passage;

  /**
   * Carrying of a passage.
   *
   * @param ferry the running Ferry
   * @param passage the passage
   */
  public Carrying(Ferry ferry, Passage passage) {
    this.ferry = ferry;
    this.passage = passage;
  }

  /**
   * Looks whether the destination Space can be used, before anybody is asked anything.
   *
   * @param target the Space as it stands
   */
  public void check(TargetSpace target) {
    SpaceMaker.check(passage.options(), target);
  }

  /**
   * The destination Space, made where it does not exist and the configuration says so.
   *
   * @param target the Space as it stands
   * @return its id
   */
  public RoomId space(TargetSpace target) {
    return SpaceMaker.ensure(ferry.homeserver(), passage.options(), target);
  }

  /**
   * Carries.
   *
   * @param space the destination Space
   * @param followed the plan to follow; kept with the crossing
   * @param media the files, null where none were given
   * @param rooms globs of the rooms to carry; empty for all
   * @param watch who looks on
   * @return whether all was looked at, and where things stand
   * @throws InterruptedException where the calling thread was interrupted
   */
  public Outcome migrate(
      RoomId space, Followed followed, @Nullable MediaStore media, List<String> rooms, Watch watch)
      throws InterruptedException {
    return migrate(space, followed, media, Wishes.rooms(rooms), watch);
  }

  /**
   * Carries what is wished for.
   *
   * @param space the destination Space
   * @param followed the plan to follow; kept with the crossing
   * @param media the files, null where none were given
   * @param wishes what of the plan
   * @param watch who looks on
   * @return whether all was looked at, and where things stand
   * @throws InterruptedException where the calling thread was interrupted
   * @throws PlanException where nobody of the plan is meant by the wishes
   */
  public Outcome migrate(
      RoomId space, Followed followed, @Nullable MediaStore media, Wishes wishes, Watch watch)
      throws InterruptedException {
    Scope scope = scope(wishes, followed.plan());
    Crossing crossing =
        ferry.crossings().open(passage.source().id(), ferry.homeserver().domain(), space);
    refuseHalfTakenBack(ferry, crossing);
    followed.keep(ferry, crossing);
    SpaceNames.keep(ferry.crossings(), crossing, passage.options().space());
    Listed.keep(ferry, crossing, ForeignRoom.of(followed.plan(), passage.facts()));
    wishes.keep(ferry.crossings(), crossing);
    Voyage voyage = passage.voyage(ferry, crossing, followed.plan());
    try (RateMeter meter = new RateMeter(ferry, crossing, watch)) {
      Migration migration = new Migration(voyage, passage.facts(), media, scope, meter);
      boolean whole = migration.run();
      return new Outcome(whole, Standing.of(ferry.crossings(), crossing));
    }
  }

  /**
   * What a run amounts to.
   *
   * @param plan the plan to follow
   * @param target the destination Space as it stands
   * @param wishes what of the plan
   * @return the totals of that part; of people and files those of everybody; and what is left of it
   *     where a run has begun
   * @throws PlanException where no room or nobody of the plan is meant by the wishes
   */
  public PlanTotals totals(Plan plan, TargetSpace target, Wishes wishes) {
    Scope scope = scope(wishes, plan);
    Selection selection = scope.selection();
    LoadedSource source = passage.source();
    Plan part = plan.only(scope.rooms());
    List<RoomFacts> facts = passage.facts();
    if (selection.isPartial()) {
      Map<RoomId, RoomCounts> counts = ferry.sources().counts(source.id(), selection);
      part = part.counting(counts);
      facts =
          facts.stream()
              .map(f -> f.holding(counts.getOrDefault(f.id(), RoomCounts.none(f.id()))))
              .toList();
    }
    Map<RoomId, Cover> covers = Covers.of(ferry, source, part, selection);
    Map<UserId, UserId> listed = MapFile.all(passage.options().identities());
    PlanTotals totals =
        PlanTotals.of(part, facts, source, target.rooms(), covers, listed, selection);
    RoomId space = target.id();
    Optional<Crossing> begun = space == null ? Optional.empty() : passage.begun(ferry, space);
    return begun.isEmpty()
        ? totals
        : totals.begun(
            new Remaining(ferry, begun.get(), plan)
                .of(part, facts, target.rooms(), covers, selection));
  }

  /** What the wishes mean for this source and plan. */
  private Scope scope(Wishes wishes, Plan plan) {
    Globs.check(wishes.rooms(), plan, passage.facts());
    Predicate<Plan.PlanRoom> rooms = Globs.rooms(wishes.rooms(), passage.facts());
    Set<UserId> people = Globs.people(wishes.users(), plan);
    if (people != null && people.isEmpty()) {
      throw new PlanException(
          List.of(
              "Nobody of the plan is meant by --users %s; * and ? stand for any text and any letter."
                  .formatted(String.join(" ", wishes.users()))));
    }
    Instant since = wishes.since();
    if (since != null) {
      rooms = rooms.and(after(since));
    }
    if (people != null) {
      Set<RoomId> theirs = ferry.sources().roomsOf(passage.source().id(), people);
      rooms = rooms.and(r -> theirs.contains(r.id()));
    }
    return new Scope(rooms, new Selection(since, people), wishes.takeAliases(), wishes.invites());
  }

  /** Rooms in which something happened since then, and the spaces that hold them together. */
  private Predicate<Plan.PlanRoom> after(Instant since) {
    Set<RoomId> living =
        passage.facts().stream()
            .filter(f -> f.isSpace() || f.counts().lastTs() >= since.toEpochMilli())
            .map(RoomFacts::id)
            .collect(Collectors.toSet());
    return r -> living.contains(r.id());
  }

  /**
   * Nothing is carried into rooms that a rollback has begun to empty.
   *
   * @param ferry the running Ferry
   * @param crossing the crossing
   * @throws PlanException where there are such
   */
  public static void refuseHalfTakenBack(Ferry ferry, Crossing crossing) {
    List<String> rooms =
        ferry.crossings().undo().takenBack(crossing.id()).stream()
            .filter(t -> !t.done())
            .map(t -> t.old() + " (now " + t.target() + ")")
            .toList();
    if (!rooms.isEmpty()) {
      throw new PlanException(
          Stream.concat(
                  Stream.of(
                      "A rollback was begun and did not come to its end; run ferry rollback again"
                          + " first. Rooms:"),
                  rooms.stream())
              .toList());
    }
  }

  /**
   * How a migration ended.
   *
   * @param whole false where it was stopped before everything was looked at
   * @param standing where things stand
   */
  public record Outcome(boolean whole, Standing standing) {}

  /**
   * Says what {@link #migrate} would write, without writing.
   *
   * @param crossing the crossing where one was begun, else one that stands for it
   * @param plan the plan to follow
   * @param media the files, null where none were given
   * @param wishes what of the plan
   * @param watch who looks on
   * @return what would be written
   * @throws PlanException where nobody of the plan is meant by the wishes
   */
  public Rehearsal.Outcome rehearse(
      Crossing crossing, Plan plan, @Nullable MediaStore media, Wishes wishes, Watch watch) {
    Voyage voyage = passage.voyage(ferry, crossing, plan);
    Rehearsal rehearsal = new Rehearsal(voyage, passage.facts(), media, scope(wishes, plan), watch);
    return rehearsal.run(RoomVersions.of(ferry.homeserver()).standard());
  }

  /**
   * Proves what was carried.
   *
   * @param crossing the crossing
   * @param plan the plan it followed
   * @param count the second count of the source
   * @param media the files, null where none were given
   * @param watch who looks on
   * @return what was found
   */
  public VerifyReport verify(
      Crossing crossing, Plan plan, SourceCount count, @Nullable MediaStore media, Watch watch) {
    return new Verifier(passage.voyage(ferry, crossing, plan), passage.facts(), watch)
        .run(count, media);
  }

  /**
   * How fast the last run of a crossing was.
   *
   * @param eventsPerSecond events of history settled per second, of late; 0 before enough were
   * @param average the same over the whole run, or the last one that was long enough; stalls left
   *     out; 0 where none was
   * @param heldBackBy what kept it from being faster
   * @param at when that was noted
   * @param left events that the run had still to settle then
   * @param waiting true where the homeserver was waited for then
   */
  public record Rate(
      double eventsPerSecond,
      double average,
      String heldBackBy,
      Instant at,
      long left,
      boolean waiting) {}

  /** How fast the last run of a crossing was, or empty where none was measured. */
  public static Optional<Rate> rate(Ferry ferry, Crossing crossing) {
    return RateMeter.last(ferry, crossing);
  }
}
