package org.ferry.app;

import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Pace;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.Standing;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.TargetSpace;
import org.ferry.migrate.replay.Migration;
import org.ferry.migrate.replay.Rehearsal;
import org.ferry.migrate.replay.RoomVersions;
import org.ferry.migrate.replay.SpaceMaker;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.replay.Watch;
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
   * @param plan the plan to follow
   * @param media the files, null where none were given
   * @param rooms globs of the rooms to carry; empty for all
   * @param watch who looks on
   * @return whether all was looked at, and where things stand
   * @throws InterruptedException where the calling thread was interrupted
   */
  public Outcome migrate(
      RoomId space, Plan plan, @Nullable MediaStore media, List<String> rooms, Watch watch)
      throws InterruptedException {
    Crossing crossing =
        ferry.crossings().open(passage.source().id(), ferry.homeserver().domain(), space);
    Voyage voyage = passage.voyage(ferry, crossing, plan);
    Migration migration =
        new Migration(voyage, passage.facts(), media, Globs.rooms(rooms, passage.facts()), watch);
    boolean whole = migration.run();
    Pace.Snapshot pace = ferry.homeserver().pace().snapshot();
    return new Outcome(whole, Standing.of(ferry.crossings(), crossing), pace);
  }

  /**
   * How a migration ended.
   *
   * @param whole false where it was stopped before everything was looked at
   * @param standing where things stand
   * @param pace how fast the homeserver was at the end, and what held it back
   */
  public record Outcome(boolean whole, Standing standing, Pace.Snapshot pace) {}

  /**
   * Says what {@link #migrate} would write, without writing.
   *
   * @param crossing the crossing where one was begun, else one that stands for it
   * @param plan the plan to follow
   * @param media the files, null where none were given
   * @param rooms globs of the rooms; empty for all
   * @param watch who looks on
   * @return what would be written
   */
  public Rehearsal.Outcome rehearse(
      Crossing crossing, Plan plan, @Nullable MediaStore media, List<String> rooms, Watch watch) {
    Voyage voyage = passage.voyage(ferry, crossing, plan);
    Rehearsal rehearsal =
        new Rehearsal(voyage, passage.facts(), media, Globs.rooms(rooms, passage.facts()), watch);
    return rehearsal.run(RoomVersions.standard(ferry.homeserver(), passage.options().bot()));
  }

  /**
   * Proves what was carried.
   *
   * @param crossing the crossing
   * @param plan the plan it followed
   * @param watch who looks on
   * @return what was found
   */
  public VerifyReport verify(Crossing crossing, Plan plan, Watch watch) {
    return new Verifier(passage.voyage(ferry, crossing, plan), passage.facts(), watch).run();
  }

  /** Keeps the rate of a run for {@code status} and {@code --dry-run}. */
  public static void noteRate(Ferry ferry, Crossing crossing, double perSecond, String holdsBack) {
    ferry
        .crossings()
        .note(
            crossing.id(),
            "rate",
            Json.text(
                Json.object()
                    .put("events_per_second", perSecond)
                    .put("held_back_by", holdsBack)
                    .put("at", ferry.clock().instant().toString())));
  }
}
