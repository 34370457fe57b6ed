package org.ferry.migrate.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.SourceLedger;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Opener;

/**
 * Says everything that the ledger knows of one event, room, user, alias or file of either side. It
 * asks no server and writes nothing, so it works beside a run.
 */
public final class Explainer {
  private final List<LoadedSource> loaded;
  private final List<Crossing> crossings;
  private final ExplainedEvents events;
  private final ExplainedRooms rooms;
  private final ExplainedNames names;

  /**
   * An explainer of a ledger.
   *
   * @param sources the source side
   * @param ledger the crossing side
   * @param plans the plan that a crossing followed, where one is kept
   * @param openers what opens encrypted events of a source, by its key
   * @param content whether the content of events is told
   */
  public Explainer(
      SourceLedger sources,
      CrossingLedger ledger,
      Function<Crossing, Optional<Plan>> plans,
      LongFunction<Opener> openers,
      boolean content) {
    this.crossings = ledger.all();
    this.loaded = loaded(sources, crossings);
    this.rooms = new ExplainedRooms(sources, ledger, plans);
    this.events = new ExplainedEvents(sources, ledger, plans, openers, content);
    this.names = new ExplainedNames(sources, ledger, plans);
  }

  private static List<LoadedSource> loaded(SourceLedger sources, List<Crossing> crossings) {
    List<LoadedSource> loaded = new ArrayList<>();
    crossings.stream()
        .map(Crossing::server)
        .distinct()
        .forEach(s -> sources.byServer(s).ifPresent(loaded::add));
    sources.latest().filter(s -> !loaded.contains(s)).ifPresent(loaded::add);
    return loaded;
  }

  /**
   * Explains.
   *
   * @param id an event id, room id, user id, alias or {@code mxc://} address, old or new
   * @return what is known, from each source and crossing; nothing where nobody knows it
   * @throws IllegalArgumentException where it is none of these
   */
  public List<Known> explain(String id) {
    Optional<MxcUri> file = MxcUri.parse(id);
    if (file.isPresent()) {
      return names.file(file.get(), loaded, crossings);
    }
    Optional<EventId> event = EventId.parse(id);
    if (event.isPresent()) {
      return events.of(event.get(), loaded, crossings);
    }
    Optional<RoomId> room = RoomId.parse(id);
    if (room.isPresent()) {
      return rooms.of(room.get(), loaded, crossings);
    }
    if (UserId.isValid(id)) {
      return names.user(new UserId(id), loaded, crossings);
    }
    if (RoomAlias.isValid(id)) {
      return names.alias(new RoomAlias(id), loaded, crossings);
    }
    throw new IllegalArgumentException(id);
  }

  /** Where it looked, for somebody whose id nobody knows. */
  public String lookedIn() {
    if (loaded.isEmpty()) {
      return "nothing was loaded yet";
    }
    return "looked in the source%s %s and in %,d crossing%s"
        .formatted(
            loaded.size() == 1 ? "" : "s",
            String.join(", ", loaded.stream().map(s -> s.info().server()).toList()),
            crossings.size(),
            crossings.size() == 1 ? "" : "s");
  }

  static String into(Crossing crossing) {
    return crossing.server() + " into " + crossing.space();
  }
}
