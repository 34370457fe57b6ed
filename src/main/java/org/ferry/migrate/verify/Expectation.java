package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Lookups;
import org.ferry.migrate.rewrite.Opening;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.migrate.rewrite.Rewriter;
import org.ferry.migrate.rewrite.Rewritten;
import org.ferry.migrate.rewrite.RoomContext;
import org.ferry.model.Event;

/**
 * What should stand in one room: what the rewriter makes of an event with today's knowledge, and
 * where the ledger has learned since, what it may have made of it then.
 */
final class Expectation {
  private final Voyage voyage;
  private final Lookups lookups;
  private final RoomContext context;
  private final boolean tombstones;
  private final Opening opening;

  Expectation(Voyage voyage, Lookups lookups, RoomContext context) {
    this.voyage = voyage;
    this.lookups = lookups;
    this.context = context.atTheEnd().withoutWaiting();
    this.tombstones = voyage.options().replay().redacted().equals("tombstone");
    this.opening = voyage.looking();
  }

  /** Whether redactions keep their dates in the room. */
  boolean datedRedactions() {
    return context.datedRedactions();
  }

  /** Who helps in the room, and stands in for others there. */
  String helper() {
    return context.actor().value();
  }

  /**
   * What an event becomes by what is known now.
   *
   * @throws IllegalArgumentException where its content cannot be read
   */
  Rewritten now(Event event) {
    return rewriter(lookups).rewrite(event, context);
  }

  /** What the event may have become by what was known when it was sent; the likeliest first. */
  Stream<Rewritten.Send> then(EventFate about, String found) {
    return Stream.of(false, true)
        .map(whole -> then(about, found, whole))
        .filter(Rewritten.Send.class::isInstance)
        .map(Rewritten.Send.class::cast);
  }

  private Rewritten then(EventFate about, String found, boolean whole) {
    Lookups earlier = new Then(lookups, new Ledger(voyage), about, found, whole);
    return rewriter(earlier).rewrite(about.event(), context);
  }

  private Rewriter rewriter(Lookups answers) {
    return new Rewriter(answers, voyage.origin(), tombstones, false, opening);
  }

  /** What the ledger knows of single events. */
  private record Ledger(Voyage voyage) implements Then.Fates {
    @Override
    public Optional<EventFate> fate(EventId old) {
      return voyage.ledger().fate(voyage.id(), old);
    }

    @Override
    public Optional<EventId> formerPlaceholder(EventId old) {
      return voyage.ledger().formerPlaceholder(voyage.id(), old);
    }
  }

  /** Whether a content bears the mark of an event, in either form. */
  boolean bearsMarkOf(Event event, JsonNode content) {
    Origin origin = voyage.origin();
    JsonNode mark = content.path(Origin.KEY);
    return mark.has("k")
        ? origin.word(content).filter(origin.wordOf(event.id().value())::equals).isPresent()
        : mark.equals(origin.openly(event));
  }
}
