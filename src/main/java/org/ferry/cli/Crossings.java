package org.ferry.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.ferry.app.Passage;
import org.ferry.app.Spaces;
import org.ferry.id.RoomId;
import org.ferry.migrate.CrossingLedger.Crossing;

/** Which crossing a command means. */
final class Crossings {
  private Crossings() {}

  /** The crossing used last. */
  static Crossing latest(Work work) {
    List<Crossing> all = work.ferry().crossings().all();
    if (all.isEmpty()) {
      throw new UsageException("nothing was carried yet; begin with: ferry migrate");
    }
    return all.getFirst();
  }

  /** The crossing of a passage: that of its source into its Space. */
  static Crossing of(Work work, Passage passage) {
    String space = passage.options().space();
    List<RoomId> begun =
        work.ferry().crossings().all().stream()
            .filter(c -> c.source() == passage.source().id())
            .map(Crossing::space)
            .toList();
    Optional<RoomId> asked = begun.isEmpty() ? Optional.empty() : Spaces.id(work.ferry(), space);
    return asked
        .flatMap(id -> passage.begun(work.ferry(), id))
        .orElseThrow(() ->
            new UsageException(
                "nothing of %s was carried into %s yet; %s"
                    .formatted(passage.source().info().server(), space, elsewhere(begun))));
  }

  private static String elsewhere(List<RoomId> spaces) {
    return spaces.isEmpty()
        ? "begin with: ferry migrate"
        : "it was carried into %s: name that with --space"
            .formatted(spaces.stream().map(RoomId::value).collect(Collectors.joining(", ")));
  }
}
