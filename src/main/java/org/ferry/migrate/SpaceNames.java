package org.ferry.migrate;

import java.util.Optional;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.Crossing;

/**
 * How people call the Spaces that were carried into; the ledger's crossings know only their ids.
 */
public final class SpaceNames {
  private static final String NOTE = "space";

  private SpaceNames() {}

  /**
   * Keeps how a Space was called when it was carried into; an id says nothing new.
   *
   * @param ledger where it is kept
   * @param crossing the crossing
   * @param space alias or id
   */
  public static void keep(CrossingLedger ledger, Crossing crossing, String space) {
    if (space.startsWith("#")) {
      ledger.note(crossing.id(), NOTE, Json.text(Json.object().put("alias", space)));
    }
  }

  /** The alias of a crossing's Space, or empty where only its id is known. */
  public static Optional<String> alias(CrossingLedger ledger, Crossing crossing) {
    return ledger.note(crossing.id(), NOTE).map(n -> Json.parseObject(n).path("alias").textValue());
  }

  /** What to call a crossing's Space: its alias, else its id. */
  public static String label(CrossingLedger ledger, Crossing crossing) {
    return alias(ledger, crossing).orElseGet(() -> crossing.space().value());
  }
}
