package org.ferry.cli;

import java.util.List;
import org.ferry.app.Passage;
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

  /** The crossing of a passage: the last one of its source, into the Space that is configured. */
  static Crossing of(Work work, Passage passage) {
    return work.ferry().crossings().all().stream()
        .filter(c -> c.source() == passage.source().id())
        .findFirst()
        .orElseThrow(() ->
            new UsageException(
                "nothing of %s was carried yet; begin with: ferry migrate"
                    .formatted(passage.source().info().server())));
  }
}
