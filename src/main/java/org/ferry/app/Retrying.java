package org.ferry.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.CrossingLedger.Invitation;
import org.ferry.migrate.CrossingLedger.RoomProgress;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.ferry.migrate.SettingLedger;
import org.ferry.migrate.Standing.Failure;
import org.ferry.migrate.replay.Migration;
import org.ferry.migrate.replay.Scope;
import org.ferry.migrate.replay.Watch;
import org.ferry.source.MediaStore;
import org.jspecify.annotations.Nullable;

/** Tries again what failed in a crossing, by the plan that it followed. */
public final class Retrying {
  /** The kind of a failed invitation of a member of a third server. */
  public static final String INVITATION = "invitation";

  private static final int MOST = 10_000;

  private final Ferry ferry;
  private final Passage passage;
  private final Crossing crossing;

  /**
   * Retrying in a crossing.
   *
   * @param ferry the running Ferry
   * @param passage the passage
   * @param crossing the crossing
   */
  public Retrying(Ferry ferry, Passage passage, Crossing crossing) {
    this.ferry = ferry;
    this.passage = passage;
    this.crossing = crossing;
  }

  /**
   * What has failed; of settings and of events at most ten thousand each.
   *
   * @param rooms only in these rooms, by old or new id; empty for all
   * @return people, files, settings, aliases, invitations, rooms and events
   */
  public List<Failure> failures(Set<String> rooms) {
    CrossingLedger ledger = ferry.crossings();
    Set<String> meant = oldIds(rooms);
    List<Failure> failures = new ArrayList<>();
    if (rooms.isEmpty()) {
      try (Stream<CarriedPerson> people = ledger.people(crossing.id())) {
        people
            .filter(p -> p.state().equals("failed"))
            .forEach(p -> failures.add(failure("person", p.old().value(), null, p.reason())));
      }
      try (Stream<CarriedMedia> media = ledger.media(crossing.id())) {
        media
            .filter(m -> m.state().equals("failed"))
            .forEach(m -> failures.add(failure("file", m.old().toString(), null, m.reason())));
      }
      for (SettingLedger.Setting s : ledger.settings().failed(crossing.id(), MOST)) {
        String what = "%s of %s: %s".formatted(s.kind(), s.owner(), s.name());
        failures.add(failure("setting", what, null, s.reason()));
      }
    }
    try (Stream<CarriedAlias> aliases = ledger.aliases(crossing.id())) {
      aliases
          .filter(a -> a.isFailed() && isMeant(meant, a.room()))
          .forEach(
              a -> failures.add(failure("alias", a.old().value(), a.room().value(), a.reason())));
    }
    try (Stream<Invitation> invitations = ledger.invitations(crossing.id())) {
      invitations
          .filter(i -> i.state().equals("failed") && isMeant(meant, i.room()))
          .forEach(i ->
              failures.add(failure(INVITATION, i.invitee().value(), i.room().value(), i.reason())));
    }
    try (Stream<CarriedRoom> all = ledger.rooms(crossing.id())) {
      all.filter(r -> r.reason() != null && r.state() != RoomState.SKIPPED)
          .filter(r -> isMeant(meant, r.old()))
          .forEach(r -> failures.add(failure("room", r.old().value(), null, r.reason())));
    }
    try (Stream<Failure> events = ledger.failedEvents(crossing.id(), meant, MOST)) {
      events.forEach(failures::add);
    }
    return failures;
  }

  /**
   * How many events have failed beyond those that were listed; they are tried all the same.
   *
   * @param listed what was listed
   * @param rooms only in these rooms, by old or new id; empty for all
   */
  public long unlisted(List<Failure> listed, Set<String> rooms) {
    Set<String> meant = oldIds(rooms);
    long failed = failed(meant).stream().mapToLong(RoomProgress::failed).sum();
    return Math.max(0, failed - listed.stream().filter(f -> f.kind().equals("event")).count());
  }

  /** Whether the last run was asked for some events only, to which a retry keeps. */
  public boolean isPartial() {
    return Wishes.lastSelection(ferry, crossing).isPartial();
  }

  private List<RoomProgress> failed(Set<String> meant) {
    try (Stream<RoomProgress> all = ferry.crossings().progress(crossing.id())) {
      return all.filter(p -> p.failed() > 0 && isMeant(meant, p.room())).toList();
    }
  }

  private static boolean isMeant(Set<String> meant, RoomId room) {
    return meant.isEmpty() || meant.contains(room.value());
  }

  private static Failure failure(
      String kind, String what, @Nullable String where, @Nullable String reason) {
    return new Failure(kind, what, where, reason == null ? "unknown" : reason);
  }

  /** The rooms of the source that ids of either side mean. */
  private Set<String> oldIds(Set<String> ids) {
    if (ids.isEmpty()) {
      return ids;
    }
    Set<String> old = new TreeSet<>(ids);
    try (Stream<CarriedRoom> all = ferry.crossings().rooms(crossing.id())) {
      all.filter(r -> r.target() != null && ids.contains(r.target().value()))
          .forEach(r -> old.add(r.old().value()));
    }
    return old;
  }

  /** Which of some ids of rooms mean no room of this crossing. */
  public List<String> unknown(Set<String> ids) {
    Set<String> known = new TreeSet<>();
    try (Stream<CarriedRoom> all = ferry.crossings().rooms(crossing.id())) {
      all.forEach(r -> {
        known.add(r.old().value());
        if (r.target() != null) {
          known.add(r.target().value());
        }
      });
    }
    return ids.stream().filter(i -> !known.contains(i)).toList();
  }

  /**
   * Tries again; what waits in the same rooms goes with it, but for what the last run was told to
   * leave out.
   *
   * @param failures what has failed
   * @param meant in which rooms, by old or new id; empty for all
   * @param media the files, null where none are given
   * @param watch who looks on
   * @return true where all was looked at, false where the run was stopped before
   * @throws InterruptedException where the calling thread was interrupted
   * @throws org.ferry.migrate.plan.PlanException where a rollback did not come to its end
   */
  public boolean run(
      List<Failure> failures, Set<String> meant, @Nullable MediaStore media, Watch watch)
      throws InterruptedException {
    Carrying.refuseHalfTakenBack(ferry, crossing);
    Set<String> rooms =
        failures.stream()
            .map(f -> f.kind().equals("room") ? f.what() : f.where())
            .filter(w -> w != null)
            .collect(Collectors.toCollection(TreeSet::new));
    failed(oldIds(meant)).forEach(p -> rooms.add(p.room().value()));
    // Nobody knows which rooms wait for a file; rooms that no run began do not.
    Set<String> standing =
        failures.stream().anyMatch(f -> f.kind().equals("file")) ? standing() : Set.of();
    Predicate<org.ferry.migrate.plan.Plan.PlanRoom> chosen =
        room -> rooms.contains(room.id().value()) || standing.contains(room.id().value());
    return new Migration(
            passage.voyage(ferry, crossing, Followed.plan(ferry, crossing, passage)),
            passage.facts(),
            media,
            new Scope(chosen, Wishes.lastSelection(ferry, crossing), false, hasInvited()),
            watch)
        .run();
  }

  /** Who was told to invite nobody yet, as in a rehearsal, is not overruled by a retry. */
  private boolean hasInvited() {
    try (Stream<CrossingLedger.Invitation> sent = ferry.crossings().invitations(crossing.id())) {
      return sent.findAny().isPresent();
    }
  }

  private Set<String> standing() {
    try (Stream<CarriedRoom> all = ferry.crossings().rooms(crossing.id())) {
      return all.filter(r -> r.target() != null)
          .map(r -> r.old().value())
          .collect(Collectors.toSet());
    }
  }

  /** Failures by what failed, and where. */
  public static Map<String, Failure> byWhat(List<Failure> failures) {
    return failures.stream()
        .collect(Collectors.toMap(Retrying::what, Function.identity(), (a, b) -> a));
  }

  /** What failed, and where. */
  public static String what(Failure failure) {
    return failure.kind() + " " + failure.what() + " " + failure.where();
  }
}
