package org.ferry.migrate.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.CrossingLedger.RoomProgress;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.SourceLedger;
import org.ferry.migrate.SourceLedger.RoomCounts;
import org.ferry.migrate.UndoLedger.TakenBack;
import org.ferry.migrate.plan.Plan;
import org.ferry.model.Room;

/** What is known of a room. */
final class ExplainedRooms {
  private final SourceLedger sources;
  private final CrossingLedger ledger;
  private final Function<Crossing, Optional<Plan>> plans;

  ExplainedRooms(
      SourceLedger sources, CrossingLedger ledger, Function<Crossing, Optional<Plan>> plans) {
    this.sources = sources;
    this.ledger = ledger;
    this.plans = plans;
  }

  /** A plan's line in a few words. */
  static String line(Plan.PlanRoom room) {
    return "%s (%s, %s)%s"
        .formatted(
            room.action().name().toLowerCase(Locale.ROOT),
            room.kind().name().toLowerCase(Locale.ROOT),
            room.reason(),
            room.target() == null ? "" : " into " + room.target());
  }

  List<Known> of(RoomId id, List<LoadedSource> loaded, List<Crossing> crossings) {
    List<Known> known = new ArrayList<>();
    for (LoadedSource source : loaded) {
      List<Crossing> own = crossings.stream().filter(c -> c.source() == source.id()).toList();
      RoomId old = own.stream().flatMap(c -> old(id, c).stream()).findFirst().orElse(id);
      Optional<Room> room = first(sources.rooms(source.id()), r -> r.id().equals(old));
      if (room.isPresent()) {
        known.add(onSource(room.get(), source, own));
        own.forEach(c -> crossed(old, c).ifPresent(known::add));
      }
    }
    return known;
  }

  /** The room of the source that stands, or stood, behind an id of the destination. */
  private Optional<RoomId> old(RoomId id, Crossing crossing) {
    return first(ledger.rooms(crossing.id()), r -> id.equals(r.target()))
        .map(CarriedRoom::old)
        .or(() ->
            ledger.undo().takenBack(crossing.id()).stream()
                .filter(t -> t.target().equals(id))
                .map(TakenBack::old)
                .findFirst());
  }

  private Known onSource(Room room, LoadedSource source, List<Crossing> crossings) {
    Optional<RoomCounts> counts =
        first(sources.roomCounts(source.id()), c -> c.room().equals(room.id()));
    Known known =
        new Known("room", source.info().server())
            .with("id", room.id())
            .with("name", name(room.id(), crossings).orElse(null))
            .with("version", room.version())
            .with("creator", room.creator())
            .with("listed", room.listed());
    counts.ifPresent(c ->
        known
            .with("events", c.events())
            .with("messages", c.messages())
            .with("encrypted", c.encrypted())
            .with("redacted", c.redacted())
            .at("first", c.firstTs())
            .at("last", c.lastTs()));
    return known;
  }

  private Optional<String> name(RoomId room, List<Crossing> crossings) {
    return crossings.stream()
        .flatMap(c -> plans.apply(c).stream())
        .flatMap(p -> p.room(room).stream())
        .map(Plan.PlanRoom::name)
        .findFirst();
  }

  private Optional<Known> crossed(RoomId old, Crossing crossing) {
    Known known = new Known("room", Explainer.into(crossing)).with("id", old);
    Optional<CarriedRoom> row = ledger.room(crossing.id(), old);
    row.ifPresent(r -> carried(r, crossing, known));
    ledger.undo().takenBack(crossing.id()).stream()
        .filter(t -> t.old().equals(old))
        .forEach(t ->
            known
                .with(t.done() ? "taken_back" : "being_taken_back", t.at())
                .with("taken_back_times", t.generation())
                .with("stood_as", t.target()));
    if (row.isEmpty()) {
      known.with("state", "waiting");
    }
    plans.apply(crossing).flatMap(p -> p.room(old)).ifPresent(p -> known.with("plan", line(p)));
    return Optional.of(known);
  }

  private void carried(CarriedRoom row, Crossing crossing, Known known) {
    known
        .with("state", row.state().name().toLowerCase(Locale.ROOT))
        .with("action", row.action())
        .with("now", row.target())
        .with("made_by", row.actor())
        .with("version", row.version())
        .with("reason", row.reason());
    first(ledger.progress(crossing.id()), p -> p.room().equals(row.old()))
        .ifPresent(p -> progress(p, known));
    if (row.target() != null) {
      known.with(
          "link", "https://matrix.to/#/%s?via=%s".formatted(row.target(), crossing.domain()));
    }
  }

  private static void progress(RoomProgress p, Known known) {
    known
        .with("carried", p.carried())
        .with("merged", p.merged())
        .with("left_out", p.skipped())
        .with("waiting", p.waiting())
        .with("in_doubt", p.doubt())
        .with("failed", p.failed())
        .with("late", p.late());
  }

  static <T> Optional<T> first(Stream<T> all, java.util.function.Predicate<T> which) {
    try (all) {
      return all.filter(which).findFirst();
    }
  }
}
