package org.ferry.app;

import java.time.Instant;
import java.util.Optional;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.Standing;

/** The demo's memory that everything was carried and proven, kept with the crossing. */
public final class DemoProof {
  private static final String NOTE = "demo";
  private static final String VERIFIED = "verified_at";

  private DemoProof() {}

  /** Remembers that everything was proven just now. */
  public static void keep(Ferry ferry, Crossing crossing) {
    String now = ferry.clock().instant().toString();
    ferry.crossings().note(crossing.id(), NOTE, Json.text(Json.object().put(VERIFIED, now)));
  }

  /**
   * When everything was proven; empty where it never was, or where something is left to carry.
   *
   * @param ferry the running Ferry
   * @param standing where the crossing stands now
   * @return the time of the last proof
   */
  public static Optional<Instant> of(Ferry ferry, Standing standing) {
    Standing.Sums events = standing.events();
    if (events.waiting() + events.doubt() > 0 || !standing.failures().isEmpty()) {
      return Optional.empty();
    }
    return ferry
        .crossings()
        .note(standing.crossing().id(), NOTE)
        .map(note -> Instant.parse(Json.parseObject(note).path(VERIFIED).asText()));
  }
}
