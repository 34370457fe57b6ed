package org.ferry.app;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.ResolvedAlias;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.Crossing;

/** The Spaces that were carried into, by the names that people know them by. */
public final class Destinations {
  private static final String NOTE = "space";

  private Destinations() {}

  /** Keeps how the Space of a crossing was called when it was carried into. */
  static void keep(Ferry ferry, Crossing crossing, String space) {
    if (space.startsWith("#")) {
      String note = Json.text(Json.object().put("alias", space));
      ferry.crossings().note(crossing.id(), NOTE, note);
    }
  }

  /** The alias of a crossing's Space, or empty where only its id is known. */
  public static Optional<String> alias(Ferry ferry, Crossing crossing) {
    return ferry
        .crossings()
        .note(crossing.id(), NOTE)
        .map(n -> Json.parseObject(n).path("alias").textValue());
  }

  /** What to call a crossing's Space: its alias, else its id. */
  public static String label(Ferry ferry, Crossing crossing) {
    return alias(ferry, crossing).orElseGet(() -> crossing.space().value());
  }

  /**
   * Finds the crossing into a Space, the one used last first.
   *
   * @param ferry the running Ferry; its homeserver is asked only for an alias that no crossing is
   *     known by
   * @param space alias or id
   * @param which which crossings count, such as those of one source
   * @return the crossing, or empty where nothing was carried into that Space
   */
  public static Optional<Crossing> find(Ferry ferry, String space, Predicate<Crossing> which) {
    List<Crossing> all = ferry.crossings().all().stream().filter(which).toList();
    Optional<Crossing> known =
        all.stream()
            .filter(c ->
                c.space().value().equals(space)
                    || alias(ferry, c).filter(space::equals).isPresent())
            .findFirst();
    return known.isPresent() || all.isEmpty() || !RoomAlias.isValid(space)
        ? known
        : resolved(ferry, new RoomAlias(space), all);
  }

  private static Optional<Crossing> resolved(Ferry ferry, RoomAlias alias, List<Crossing> all) {
    Optional<RoomId> room =
        ferry
            .homeserver()
            .as(ferry.config().migrateOptions(alias.value()).bot())
            .resolveAlias(alias)
            .map(ResolvedAlias::room);
    return all.stream().filter(c -> room.filter(c.space()::equals).isPresent()).findFirst();
  }
}
