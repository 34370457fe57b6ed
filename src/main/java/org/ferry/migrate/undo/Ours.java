package org.ferry.migrate.undo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.UserId;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Origin;

/** Tells what Ferry did from what people did. Safe for use by many threads. */
final class Ours {
  private final Voyage voyage;
  private final Set<String> ghosts = new HashSet<>();
  private final Set<String> people = new HashSet<>();

  Ours(Voyage voyage) {
    this.voyage = voyage;
    ghosts.add(voyage.options().bot().value());
    for (Plan.PlanPerson person : voyage.plan().people()) {
      UserId target = person.target();
      if (target != null && person.action() != Plan.PersonAction.SKIP) {
        people.add(target.value());
        if (person.action() == Plan.PersonAction.GHOST) {
          ghosts.add(target.value());
        }
      }
    }
  }

  /** True for Ferry's bot and ghosts: whatever they do, Ferry does. */
  boolean isGhost(String user) {
    return ghosts.contains(user);
  }

  /** True for everybody whom Ferry acts for, accounts of real people included. */
  boolean actsFor(String user) {
    return isGhost(user) || people.contains(user);
  }

  /** True where Ferry sent an event: as itself, or for somebody and with its mark. */
  boolean did(ObjectNode event) {
    String sender = event.path("sender").asText("");
    if (isGhost(sender)) {
      return true;
    }
    if (!people.contains(sender)) {
      return false;
    }
    return Origin.isHelper(event.path("content"))
        || voyage.origin().word(event.path("content")).isPresent()
        || voyage
            .ledger()
            .origin(voyage.id(), new EventId(event.path("event_id").asText()))
            .isPresent();
  }
}
