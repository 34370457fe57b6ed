package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.rewrite.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Finds the source's event whose mark a content bears. An open mark names it; for a keyed one the
 * ids of the room are held in memory, from the first that is met. For one thread.
 */
public final class Marked {
  private final Voyage voyage;
  private final RoomId old;
  private @Nullable Map<String, EventId> byWord;

  /**
   * Marks of the events of one room.
   *
   * @param voyage the crossing
   * @param old the room on the source
   */
  public Marked(Voyage voyage, RoomId old) {
    this.voyage = voyage;
    this.old = old;
  }

  /**
   * The event that a mark names, with what became of it.
   *
   * @param content the content of an event of the destination
   * @return empty where the content bears no mark of an event of this room
   */
  public Optional<EventFate> fate(JsonNode content) {
    return voyage
        .origin()
        .word(content)
        .flatMap(word -> named(content, word))
        .flatMap(id -> voyage.ledger().fate(voyage.id(), id))
        .filter(f -> f.event().room().equals(old));
  }

  private Optional<EventId> named(JsonNode content, String word) {
    String claimed = content.path(Origin.KEY).path("event_id").asText("");
    if (claimed.isEmpty()) {
      return Optional.ofNullable(byWord().get(word));
    }
    return EventId.parse(claimed).filter(id -> voyage.origin().wordOf(id.value()).equals(word));
  }

  private Map<String, EventId> byWord() {
    Map<String, EventId> known = byWord;
    if (known == null) {
      known = new HashMap<>();
      try (Stream<EventFate> fates = voyage.ledger().fates(voyage.id(), old)) {
        for (EventFate fate : (Iterable<EventFate>) fates::iterator) {
          EventId id = fate.event().id();
          known.put(voyage.origin().wordOf(id.value()), id);
        }
      }
      byWord = known;
    }
    return known;
  }
}
