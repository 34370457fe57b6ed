package org.ferry.app;

import java.util.Comparator;
import java.util.Optional;
import org.ferry.checkup.Measurement;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.store.PgMemos;

/**
 * How fast a homeserver is expected to take history: as it took it last, into this Space or another
 * one, or as {@code doctor --measure} saw.
 *
 * @param eventsPerSecond positive
 * @param of whose rate it is, as it follows "the rate"
 */
public record ExpectedRate(double eventsPerSecond, String of) {
  private static final String FIGURE = "messages_per_second";

  /**
   * Looks for what was measured.
   *
   * @param ferry the running Ferry
   * @param crossing the crossing; it may not be begun
   * @return the newest rate, empty where none was measured
   */
  public static Optional<ExpectedRate> find(Ferry ferry, Crossing crossing) {
    return Carrying.rate(ferry, crossing)
        .flatMap(rate -> expected(rate.average(), "of the last run"))
        .or(() -> elsewhere(ferry, crossing))
        .or(() -> measured(ferry, crossing.domain()));
  }

  private static Optional<ExpectedRate> elsewhere(Ferry ferry, Crossing crossing) {
    record Other(Crossing crossing, Carrying.Rate rate) {}

    return ferry.crossings().all().stream()
        .filter(c -> c.domain().equals(crossing.domain()) && c.id() != crossing.id())
        .flatMap(c -> Carrying.rate(ferry, c).map(r -> new Other(c, r)).stream())
        .max(Comparator.comparing(other -> other.rate().at()))
        .flatMap(other ->
            expected(
                other.rate().average(),
                "of the last run into " + Destinations.label(ferry, other.crossing())));
  }

  private static Optional<ExpectedRate> measured(Ferry ferry, String domain) {
    return new PgMemos(ferry.database())
        .find(name(domain))
        .map(Json::parseObject)
        .flatMap(memo -> expected(memo.path(FIGURE).asDouble(0), "that ferry doctor measured"));
  }

  private static Optional<ExpectedRate> expected(double eventsPerSecond, String of) {
    return eventsPerSecond > 0
        ? Optional.of(new ExpectedRate(eventsPerSecond, of))
        : Optional.empty();
  }

  /** Keeps what a checkup measured. */
  static void keep(Ferry ferry, Measurement measured) {
    new PgMemos(ferry.database())
        .keep(
            name(ferry.config().homeserver().domain()),
            Json.text(Json.object().put(FIGURE, measured.atOnce())));
  }

  private static String name(String domain) {
    return "measured " + domain;
  }
}
