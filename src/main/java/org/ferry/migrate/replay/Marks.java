package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.rewrite.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Tells the marks that Ferry put into events from those that people's clients copy, with what
 * somebody forwards, and with state of which they change a part. Ferry writes at the time of the
 * source's event, and a person at their own. Safe for use by many threads.
 */
public final class Marks {
  private static final long LATEST = (1L << 53) - 1;

  private final Voyage voyage;
  private final Crew crew;
  private final @Nullable Instant newest;
  private @Nullable Set<String> makers;

  /**
   * Marks of one crossing.
   *
   * @param voyage the crossing
   * @param crew as whom nobody but Ferry acts
   */
  public Marks(Voyage voyage, Crew crew) {
    this.voyage = voyage;
    this.crew = crew;
    this.newest = voyage.source().info().latestEvent();
  }

  /**
   * Whether an event bears a mark that Ferry put there.
   *
   * @param event an event of the destination, with its sender and time
   */
  public boolean isOurs(JsonNode event) {
    return bears(event) && !isCopied(event);
  }

  /**
   * Whether an event bears a mark that somebody's client copied.
   *
   * @param event an event of the destination, with its sender and time
   */
  public boolean isCopied(JsonNode event) {
    if (crew.has(event.path("sender").asText(""))
        || event.path("type").asText("").equals("m.room.create")
        || !bears(event)) {
      return false;
    }
    long ts = event.path("origin_server_ts").asLong();
    JsonNode marked = event.path("content").path(Origin.KEY).path("ts");
    if (marked.isIntegralNumber() && marked.asLong() >= 0 && marked.asLong() <= LATEST) {
      return marked.asLong() != ts;
    }
    // A keyed mark, and a helper's, names no time.
    return isOthersState(event)
        || (newest != null && ts > newest.toEpochMilli() && !isInLedger(event));
  }

  /**
   * Help in somebody's own name is for their own membership alone, but of those who made a direct
   * chat. What a person set for others, or for a room, they set themselves.
   */
  private boolean isOthersState(JsonNode event) {
    String sender = event.path("sender").asText("");
    return event.has("state_key")
        && Origin.isHelper(event.path("content"))
        && !event.path("state_key").asText("").equals(sender)
        && !makers().contains(sender);
  }

  private boolean isInLedger(JsonNode event) {
    return EventId.parse(event.path("event_id").asText(""))
        .flatMap(id -> voyage.ledger().origin(voyage.id(), id))
        .isPresent();
  }

  /** Who made the rooms. */
  private synchronized Set<String> makers() {
    Set<String> known = makers;
    if (known == null) {
      try (Stream<CarriedRoom> rooms = voyage.ledger().rooms(voyage.id())) {
        known = rooms.map(r -> r.actor().value()).collect(Collectors.toSet());
      }
      makers = known;
    }
    return known;
  }

  private boolean bears(JsonNode event) {
    JsonNode content = event.path("content");
    return Origin.isHelper(content) || voyage.origin().word(content).isPresent();
  }
}
