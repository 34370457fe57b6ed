package org.ferry.app;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Patience;
import org.ferry.matrix.client.RoomDeletion;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.replay.Watch;
import org.ferry.migrate.undo.Found;
import org.ferry.migrate.undo.Purge;
import org.ferry.migrate.undo.Rollback;
import org.ferry.migrate.undo.SettingsBack;
import org.ferry.migrate.undo.Undone;

/** Takes a passage back. */
public final class Undoing implements AutoCloseable {
  private final Ferry ferry;
  private final Passage passage;
  private final Voyage voyage;
  private final Rollback rollback;
  private final Closing closing = new Closing();

  /**
   * Undoing of a crossing.
   *
   * @param ferry the running Ferry
   * @param passage the passage
   * @param crossing the crossing
   * @param watch who looks on
   */
  public Undoing(Ferry ferry, Passage passage, Crossing crossing, Watch watch) {
    this.ferry = ferry;
    this.passage = passage;
    this.voyage = passage.voyage(ferry, crossing, Followed.plan(ferry, crossing, passage));
    this.rollback = new Rollback(voyage, passage.facts(), purge(), watch);
  }

  private Purge purge() {
    Secret token = ferry.config().homeserver().adminToken();
    if (token == null) {
      return Purge.none();
    }
    HomeserverOptions options =
        HomeserverOptions.of(
            ferry.config().homeserver().address(), ferry.config().homeserver().domain(), token);
    Homeserver admin =
        closing.add(
            new Homeserver(ferry.vertx(), options, Patience.forMigration(), ferry.clock()),
            Homeserver::close);
    RoomDeletion deletion = new RoomDeletion(admin);
    return room -> {
      try {
        return deletion.delete(room);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    };
  }

  /**
   * Looks at what can be taken back; writes nothing.
   *
   * @param globs of the rooms; empty for all
   * @return every room that was made or written to
   * @throws InterruptedException where the calling thread was interrupted
   */
  public List<Found> look(List<String> globs) throws InterruptedException {
    return rollback.look(chosen(globs));
  }

  private Predicate<RoomId> chosen(List<String> globs) {
    if (globs.isEmpty()) {
      return room -> true;
    }
    Globs.check(globs, voyage.plan(), passage.facts());
    Set<RoomId> meant =
        voyage.plan().rooms().stream()
            .filter(Globs.rooms(globs, passage.facts()))
            .map(Plan.PlanRoom::id)
            .collect(Collectors.toSet());
    return meant::contains;
  }

  /**
   * Takes back.
   *
   * @param rooms what was found and is to be taken back
   * @return what became of each
   * @throws InterruptedException where the calling thread was interrupted
   */
  public List<Undone> run(List<Found> rooms) throws InterruptedException {
    return rollback.run(rooms);
  }

  /**
   * How many of people's settings would be taken back with some rooms.
   *
   * @param rooms the rooms; none for what an earlier run left
   */
  public long settings(List<Found> rooms) {
    return rollback.settings(rooms);
  }

  /** What became of people's settings in {@link #run}. */
  public SettingsBack.Counts settings() {
    return rollback.settings();
  }

  /** The name of the Space, which a person types to take rooms that others use; else its id. */
  public String spaceName() {
    return voyage
        .bot()
        .state(voyage.space(), "m.room.name", "")
        .map(s -> s.path("name").asText("").strip())
        .filter(s -> !s.isEmpty())
        .orElse(voyage.space().value());
  }

  @Override
  public void close() {
    closing.close();
  }
}
