package org.ferry.migrate.verify;

import org.ferry.migrate.EventFate;
import org.ferry.migrate.Place;

/** Where an event should stand in its room. */
final class Order {
  private static final String LAST = "sent last";

  private Order() {}

  /** False for what came late, or last on purpose: it stands behind events that follow it. */
  static boolean inOrder(EventFate fate) {
    String repairs = fate.repairs();
    return !fate.late() && (repairs == null || !repairs.contains(LAST));
  }

  /** The event's place on the source. */
  static Place place(EventFate fate) {
    return new Place(fate.event().depth(), fate.event().stream());
  }
}
