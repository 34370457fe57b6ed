package org.ferry.app;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.CrossingLedger.Invitation;
import org.ferry.migrate.CrossingLedger.RoomProgress;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.Selection;
import org.ferry.migrate.SourceLedger.RoomCounts;
import org.ferry.migrate.decrypt.Decryption.Cover;
import org.ferry.migrate.plan.Ahead;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.TargetRoom;
import org.ferry.migrate.replay.PlanChange;

/** What a run has to do in a crossing in which something was carried before. */
final class Remaining {
  private final CrossingLedger ledger;
  private final Crossing crossing;
  private final Plan whole;

  /**
   * Counting.
   *
   * @param ferry the running Ferry
   * @param crossing which crossing
   * @param whole the plan with all rooms
   */
  Remaining(Ferry ferry, Crossing crossing, Plan whole) {
    this.ledger = ferry.crossings();
    this.crossing = crossing;
    this.whole = whole;
  }

  /**
   * Counts.
   *
   * @param part the plan, with the rooms that are meant
   * @param facts the source's rooms
   * @param targets the rooms of the Space
   * @param covers how much of encrypted rooms the keys open
   * @param selection which events are meant
   */
  Ahead of(
      Plan part,
      List<RoomFacts> facts,
      List<TargetRoom> targets,
      Map<RoomId, Cover> covers,
      Selection selection) {
    Set<RoomId> rooms = part.rooms().stream().map(Plan.PlanRoom::id).collect(Collectors.toSet());
    List<RoomProgress> unfinished = unfinished(rooms);
    Map<RoomId, RoomCounts> open =
        ledger.remaining(
            crossing.id(), unfinished.stream().map(RoomProgress::room).toList(), selection);
    // Of a selection nobody counts them, and what lies outside it is no part of this run.
    long doubt =
        selection.isPartial() ? 0 : unfinished.stream().mapToLong(RoomProgress::doubt).sum();
    // They are counted for the whole crossing, of which this run may take a part.
    long again =
        selection.isPartial() || part.rooms().size() < whole.rooms().size()
            ? 0
            : PlanChange.pending(ledger, crossing.id(), whole);
    return Ahead.of(
        part,
        facts,
        targets,
        open,
        covers,
        new Ahead.Before(
            standing(), ready(), doubt, files(), invited(rooms), again, clear(covers.keySet())));
  }

  /** Of rooms that were begun, how many encrypted messages stand in clear. */
  private Map<RoomId, Long> clear(Set<RoomId> rooms) {
    Set<RoomId> standing = standing();
    return rooms.stream()
        .filter(standing::contains)
        .collect(Collectors.toMap(r -> r, r -> ledger.opened(crossing.id(), r).inClear()));
  }

  private Set<RoomId> standing() {
    try (Stream<CarriedRoom> rooms = ledger.rooms(crossing.id())) {
      return rooms
          .filter(r -> r.target() != null)
          .map(CarriedRoom::old)
          .collect(Collectors.toSet());
    }
  }

  private Set<UserId> ready() {
    try (Stream<CarriedPerson> people = ledger.people(crossing.id())) {
      return people
          .filter(CarriedPerson::isReady)
          .map(CarriedPerson::target)
          .collect(Collectors.toSet());
    }
  }

  /** Most are finished in a later run; their events need not be read. */
  private List<RoomProgress> unfinished(Set<RoomId> rooms) {
    try (Stream<RoomProgress> progress = ledger.progress(crossing.id())) {
      return progress
          .filter(p -> rooms.contains(p.room()))
          .filter(p -> p.waiting() + p.doubt() + p.failed() > 0)
          .toList();
    }
  }

  private long files() {
    try (Stream<CarriedMedia> files = ledger.media(crossing.id())) {
      return files.filter(f -> f.state().equals("carried")).count();
    }
  }

  private long invited(Set<RoomId> rooms) {
    try (Stream<Invitation> invitations = ledger.invitations(crossing.id())) {
      return invitations.filter(i -> i.state().equals("sent") && rooms.contains(i.room())).count();
    }
  }
}
