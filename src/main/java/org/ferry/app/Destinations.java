package org.ferry.app;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.ResolvedAlias;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.SpaceNames;

/** The Spaces that were carried into, by the names that people know them by. */
public final class Destinations {
  private Destinations() {}

  /** The alias of a crossing's Space, or empty where only its id is known. */
  public static Optional<String> alias(Ferry ferry, Crossing crossing) {
    return SpaceNames.alias(ferry.crossings(), crossing);
  }

  /** What to call a crossing's Space: its alias, else its id. */
  public static String label(Ferry ferry, Crossing crossing) {
    return SpaceNames.label(ferry.crossings(), crossing);
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
