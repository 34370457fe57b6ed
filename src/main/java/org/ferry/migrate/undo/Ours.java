package org.ferry.migrate.undo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.plan.Ghosts;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Crew;
import org.ferry.migrate.replay.Marks;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Origin;
import org.jspecify.annotations.Nullable;

/** Tells what Ferry did from what people did. Safe for use by many threads. */
final class Ours {
  private final Voyage voyage;
  private final Crew crew;
  private final Ghosts ghosts;
  private final Set<String> people = new HashSet<>();
  private final Marks marks;
  private @Nullable Set<String> doubtful;

  Ours(Voyage voyage, Crew crew) {
    this.voyage = voyage;
    this.crew = crew;
    this.marks = new Marks(voyage, crew);
    this.ghosts =
        new Ghosts(
            voyage.options().identities().usernameTemplate(),
            voyage.source().info().server(),
            voyage.options().bot().server());
    for (Plan.PlanPerson person : voyage.plan().people()) {
      UserId target = person.target();
      if (target != null && person.action() != Plan.PersonAction.SKIP) {
        people.add(target.value());
      }
    }
    // A plan that came later may know nothing of somebody who was carried.
    try (Stream<CarriedPerson> carried = voyage.ledger().people(voyage.id())) {
      carried.forEach(row -> people.add(row.target().value()));
    }
  }

  /** True for Ferry's bot and ghosts: whatever they do, Ferry does. */
  boolean isGhost(String user) {
    return crew.has(user) || (!people.contains(user) && isErased(user));
  }

  /** Whoever was erased is in no plan and no row any more; their ghost is still Ferry's alone. */
  private boolean isErased(String user) {
    return UserId.isValid(user) && ghosts.isInNamespace(new UserId(user));
  }

  /** True for everybody whom Ferry acts for, accounts of real people included. */
  boolean actsFor(String user) {
    return isGhost(user) || people.contains(user);
  }

  /**
   * True where Ferry sent an event: as itself, or for somebody as the ledger has it. The mark alone
   * proves nothing of a person's message, for clients copy it when somebody forwards what was
   * carried; it does where Ferry died before it noted what it had sent.
   */
  boolean did(ObjectNode event) {
    String sender = event.path("sender").asText("");
    if (isGhost(sender)) {
      return true;
    }
    if (!people.contains(sender)) {
      return false;
    }
    boolean helper = Origin.isHelper(event.path("content"));
    boolean marked = marks.isOurs(event);
    // A notice stands where the maker of a direct chat says it, at the time of the run.
    boolean notice = helper && event.path("content").path("msgtype").asText("").equals("m.notice");
    return notice
        || (marked && (helper || event.has("state_key")))
        || voyage
            .ledger()
            .origin(voyage.id(), new EventId(event.path("event_id").asText()))
            .isPresent()
        || (marked
            && voyage
                .origin()
                .word(event.path("content"))
                .filter(doubtful()::contains)
                .isPresent());
  }

  /** The marks of all events of which it is not known whether they were sent. */
  private synchronized Set<String> doubtful() {
    Set<String> known = doubtful;
    if (known == null) {
      Set<String> words = new HashSet<>();
      try (Stream<CarriedRoom> rooms = voyage.ledger().rooms(voyage.id())) {
        rooms
            .filter(r -> r.target() != null)
            .flatMap(r -> voyage.ledger().doubtful(voyage.id(), r.old()).stream())
            .forEach(e -> words.add(voyage.origin().wordOf(e.event().id().value())));
      }
      known = words;
      doubtful = known;
    }
    return known;
  }
}
