package org.ferry.migrate.undo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.UndoLedger.TakenBack;
import org.ferry.migrate.replay.Cast;
import org.ferry.migrate.replay.Hands;
import org.ferry.migrate.replay.MadeRooms;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.replay.Watch;

/**
 * Takes back what Ferry did in a crossing, and only that. May be stopped or killed at any moment
 * and run again: the ledger knows which rooms were begun, and each step may be repeated.
 */
public final class Rollback {
  private final Voyage voyage;
  private final List<RoomFacts> facts;
  private final Purge purge;
  private final Watch watch;
  private final Ours ours;
  private final Cast cast;
  private final SettingsBack settings;

  /**
   * Prepares a rollback.
   *
   * @param voyage the crossing, with the plan that it followed
   * @param facts what the source's rooms are
   * @param purge deletes emptied rooms where that is possible
   * @param watch who looks on
   */
  public Rollback(Voyage voyage, List<RoomFacts> facts, Purge purge, Watch watch) {
    this.voyage = voyage;
    this.facts = facts;
    this.purge = purge;
    this.watch = watch;
    this.cast = new Cast(voyage);
    this.ours = new Ours(voyage, cast.crew());
    this.settings = new SettingsBack(voyage, watch);
  }

  /**
   * How many of people's settings would be taken back with some rooms.
   *
   * @param rooms the rooms; none for what an earlier run left
   */
  public long settings(List<Found> rooms) {
    return settings.open(rooms.stream().map(f -> f.room().old()).collect(Collectors.toSet()));
  }

  /** What became of people's settings in {@link #run}. */
  public SettingsBack.Counts settings() {
    return settings.counts();
  }

  /**
   * Looks at every room that was made or written to; writes nothing.
   *
   * @param chosen which rooms of the source
   * @return what was found, ordered by old id
   * @throws InterruptedException where the calling thread was interrupted
   */
  public List<Found> look(Predicate<RoomId> chosen) throws InterruptedException {
    Set<RoomId> begun =
        voyage.ledger().undo().takenBack(voyage.id()).stream()
            .filter(t -> !t.done())
            .map(TakenBack::old)
            .collect(Collectors.toSet());
    List<CarriedRoom> rooms = rooms(chosen);
    Looking looking = new Looking(voyage, ours, begun);
    List<Found> found = Collections.synchronizedList(new ArrayList<>());
    watch.phase("looking", rooms.size());
    new Hands(voyage.homeserver(), watch)
        .each(
            rooms,
            room -> {
              RoomId target = room.target();
              if (target != null) {
                found.add(looking.look(room, target));
              }
              watch.step(1);
            });
    return found.stream().sorted(Comparator.comparing(f -> f.room().old())).toList();
  }

  private List<CarriedRoom> rooms(Predicate<RoomId> chosen) {
    List<CarriedRoom> rooms;
    try (Stream<CarriedRoom> all = voyage.ledger().rooms(voyage.id())) {
      rooms = all.filter(r -> chosen.test(r.old())).toList();
    }
    MadeRooms made = new MadeRooms(voyage, cast);
    return rooms.stream()
        .map(r -> mayStand(r) ? found(made, r) : r)
        .filter(r -> r.target() != null)
        .toList();
  }

  private static CarriedRoom found(MadeRooms made, CarriedRoom row) {
    try {
      return made.found(row);
    } catch (MatrixException e) {
      if (e.isTokenRefused() || !(e.isForbidden() || e.isNotFound())) {
        throw e;
      }
      // As somebody for whom Ferry may not act it made nothing.
      return row;
    }
  }

  /** A server that answered with a failure each time may have made the room nevertheless. */
  private static boolean mayStand(CarriedRoom row) {
    boolean failed = row.state() == RoomState.FAILED && row.action().equals("create");
    return row.state() == RoomState.CREATING || (failed && row.target() == null);
  }

  /**
   * Takes back.
   *
   * @param rooms what was found and is to be taken back
   * @return what became of each room, ordered by old id
   * @throws InterruptedException where the calling thread was interrupted
   */
  public List<Undone> run(List<Found> rooms) throws InterruptedException {
    Links links = new Links(voyage, cast, ours, facts);
    Emptying emptying = new Emptying(voyage, cast, ours, links, purge, facts);
    Restoring restoring = new Restoring(voyage, cast, ours, links);
    Looking again = new Looking(voyage, ours, Set.of());
    List<Undone> undone = Collections.synchronizedList(new ArrayList<>());
    // Rooms before the spaces that hold them: who leaves a space can take nothing out of it.
    watch.phase("taking back", rooms.size());
    Set<RoomId> spaces =
        facts.stream().filter(RoomFacts::isSpace).map(RoomFacts::id).collect(Collectors.toSet());
    for (boolean space : new boolean[] {false, true}) {
      new Hands(voyage.homeserver(), watch)
          .each(
              rooms.stream().filter(f -> spaces.contains(f.room().old()) == space).toList(),
              found -> {
                undone.add(
                    usedSince(again, found)
                        .orElseGet(() -> one(new Undone(found), emptying, restoring)));
                watch.step(1);
              });
    }
    if (!watch.stopping()) {
      settings.rest();
      cast.withdraw(watch::say);
      long unused = voyage.ledger().undo().forgetPeople(voyage.id());
    }
    return undone.stream().sorted(Comparator.comparing(u -> u.found().room().old())).toList();
  }

  /** Between the look and now somebody was asked, and other rooms were taken back. */
  private static Optional<Undone> usedSince(Looking again, Found found) {
    if (found.begun() || found.used() || found.newest() == null) {
      return Optional.empty();
    }
    return again
        .since(found)
        .map(use -> {
          Undone left = new Undone(found);
          left.remark(
              "left alone: %s has used it since it was looked at (%s, %s)"
                  .formatted(use.who(), use.what(), Instant.ofEpochMilli(use.at())));
          return left.ended(Undone.State.LEFT);
        });
  }

  private Undone one(Undone undone, Emptying emptying, Restoring restoring) {
    Found found = undone.found();
    try {
      voyage.ledger().undo().begin(voyage.id(), found.room());
      settings.ofRoom(found);
      if (found.gone()) {
        emptying.forget(undone);
      } else if (found.made()) {
        emptying.empty(undone);
      } else {
        restoring.restore(undone);
      }
      voyage.ledger().undo().finish(voyage.id(), found.room().old(), undone.detail());
      return undone.ended(Undone.State.DONE);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return failed(undone, e);
    } catch (Restoring.NotGone e) {
      return failed(undone, e);
    }
  }

  private static Undone failed(Undone undone, RuntimeException e) {
    undone.remark(String.valueOf(e.getMessage()));
    return undone.ended(Undone.State.FAILED);
  }
}
