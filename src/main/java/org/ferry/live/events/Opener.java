package org.ferry.live.events;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ferry.crypto.DecryptOutcome;

/** Opens encrypted events, with whatever device of Ferry's can. */
@FunctionalInterface
public interface Opener {
  /**
   * Tries to open an event; blocks while what it changes is committed.
   *
   * @param held the event
   * @param event its JSON
   * @return empty where no device is ready to try, or none may read the keys in the database
   */
  Optional<DecryptOutcome> open(Held held, ObjectNode event);
}
