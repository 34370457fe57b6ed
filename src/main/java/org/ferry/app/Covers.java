package org.ferry.app;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.Selection;
import org.ferry.migrate.decrypt.Decryption;
import org.ferry.migrate.decrypt.Decryption.Cover;
import org.ferry.migrate.plan.Plan;
import org.ferry.model.Event;

/** How much of encrypted rooms the keys open that were given. */
final class Covers {
  private Covers() {}

  /** Of each room whose plan says decrypt. */
  static Map<RoomId, Cover> of(Ferry ferry, LoadedSource source, Plan plan) {
    return of(ferry, source, plan, Selection.ALL);
  }

  /** Of what a selection picks of each room whose plan says decrypt. */
  static Map<RoomId, Cover> of(Ferry ferry, LoadedSource source, Plan plan, Selection selection) {
    Decryption decryption = ferry.decryption(source.id());
    Map<RoomId, Cover> covers = new HashMap<>();
    for (Plan.PlanRoom room : plan.rooms()) {
      if (room.decrypted()) {
        try (Stream<Event> events = ferry.sources().events(source.id(), room.id())) {
          covers.put(room.id(), decryption.cover(room.id(), events.filter(selection::selects)));
        }
      }
    }
    return covers;
  }
}
