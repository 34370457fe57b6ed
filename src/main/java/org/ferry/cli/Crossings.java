package org.ferry.cli;

import java.util.List;
import java.util.stream.Collectors;
import org.ferry.app.Destinations;
import org.ferry.app.Passage;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.LoadedSource;
import org.jspecify.annotations.Nullable;

/** Which crossing a command means. */
final class Crossings {
  private static final String BEGIN = "nothing was carried yet; begin with: ferry migrate";

  private Crossings() {}

  /**
   * The crossing that is meant.
   *
   * @param work the open Ferry
   * @param asked the Space that was asked for; null for the configured one
   * @throws UsageException where there is none, with the Spaces that there are
   */
  static Crossing meant(Work work, @Nullable String asked) {
    List<Crossing> all = work.ferry().crossings().all();
    if (all.isEmpty()) {
      throw new UsageException(BEGIN);
    }
    String space = work.space(asked);
    return Destinations.find(work.ferry(), space, c -> true)
        .orElseThrow(() -> new UsageException(unknown(work, space, all)));
  }

  private static String unknown(Work work, String space, List<Crossing> all) {
    String known =
        all.stream()
            .map(c -> Destinations.label(work.ferry(), c))
            .distinct()
            .collect(Collectors.joining(", "));
    return "nothing was carried into %s; name with --space one of: %s".formatted(space, known);
  }

  /**
   * The source to look at for a Space: the last load, or what was carried there where that was not.
   *
   * @param space the Space that was asked for, or null for the configured one
   */
  static LoadedSource source(Work work, @Nullable String space) {
    LoadedSource latest = work.source(null);
    if (space == null
        || Destinations.find(work.ferry(), space, c -> c.source() == latest.id()).isPresent()) {
      return latest;
    }
    return Destinations.find(work.ferry(), space, c -> true)
        .flatMap(c -> work.ferry().sources().byServer(c.server()))
        .orElse(latest);
  }

  /** The crossing of a passage: of its source, into its Space. */
  static Crossing of(Work work, Passage passage) {
    String space = passage.options().space();
    return Destinations.find(work.ferry(), space, c -> c.source() == passage.source().id())
        .orElseThrow(() ->
            new UsageException(
                "nothing of %s was carried into %s yet; %s"
                    .formatted(passage.source().info().server(), space, elsewhere(work, passage))));
  }

  private static String elsewhere(Work work, Passage passage) {
    String spaces =
        work.ferry().crossings().all().stream()
            .filter(c -> c.source() == passage.source().id())
            .map(c -> Destinations.label(work.ferry(), c))
            .distinct()
            .collect(Collectors.joining(", "));
    return spaces.isEmpty()
        ? "begin with: ferry migrate"
        : "it was carried into %s: name that with --space".formatted(spaces);
  }
}
