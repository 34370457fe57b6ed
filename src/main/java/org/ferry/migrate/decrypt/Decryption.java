package org.ferry.migrate.decrypt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.rewrite.Opener;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/**
 * What opens the encrypted history of one source. Safe for use by many threads.
 *
 * @param sessions the keys that were given
 * @param indexes whose each message index is
 * @param source the source's key
 */
public record Decryption(SessionSource sessions, MegolmIndexes indexes, long source) {
  private static final int REMEMBERED = 100_000;
  private static final String ENCRYPTED = "m.room.encrypted";

  /** Opens what is carried: whoever uses a message index first keeps it. */
  public Opener carrying() {
    return new MegolmOpener(sessions, (place, event) -> indexes.claim(source, place, event));
  }

  /** Opens without writing: for a rehearsal, a proof, an explanation. */
  public Opener looking() {
    Map<MegolmIndexes.Place, EventId> seen =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<MegolmIndexes.Place, EventId> eldest) {
            return size() > REMEMBERED;
          }
        };
    return new MegolmOpener(
        sessions,
        (place, event) -> indexes.owner(source, place).orElseGet(() -> first(seen, place, event)));
  }

  private static EventId first(
      Map<MegolmIndexes.Place, EventId> seen, MegolmIndexes.Place place, EventId event) {
    synchronized (seen) {
      EventId before = seen.putIfAbsent(place, event);
      return before == null ? event : before;
    }
  }

  /**
   * How much of a room the keys open. Looks for keys, and opens nothing.
   *
   * @param room the room on the source
   * @param events its events; not closed
   * @return what was found
   */
  public Cover cover(RoomId room, Stream<Event> events) {
    Map<String, Optional<Long>> known = new HashMap<>();
    long[] counts = new long[2];
    events
        .filter(e -> e.type().equals(ENCRYPTED) && !e.isState() && e.redactedBy() == null)
        .forEach(e -> {
          counts[0]++;
          counts[1] += opens(room, e, known) ? 1 : 0;
        });
    long missing = known.values().stream().filter(Optional::isEmpty).count();
    return new Cover(counts[0], counts[1], known.size(), missing);
  }

  private boolean opens(RoomId room, Event event, Map<String, Optional<Long>> known) {
    JsonNode content;
    try {
      content = Json.parseObject(event.content());
    } catch (IllegalArgumentException e) {
      return false;
    }
    String session = content.path("session_id").asText("");
    Long begins = known.computeIfAbsent(session, s -> firstIndex(room, s)).orElse(null);
    return begins != null && begins <= MessageIndex.of(content.path("ciphertext").asText(""));
  }

  private Optional<Long> firstIndex(RoomId room, String session) {
    Optional<SessionSource.Session> found = sessions.find(room, session);
    try (SessionSource.@Nullable Session open = found.orElse(null)) {
      return open == null ? Optional.empty() : Optional.of(open.inbound().firstKnownIndex());
    }
  }

  /**
   * How much of a room's encrypted events have a key.
   *
   * @param events encrypted events that were not taken back
   * @param withKey of these, events whose session's key is there and reaches back to them
   * @param sessions sessions that they belong to
   * @param missing of these, sessions without a key
   */
  public record Cover(long events, long withKey, long sessions, long missing) {
    /** Nothing encrypted. */
    public static final Cover NONE = new Cover(0, 0, 0, 0);

    /** Encrypted events that no key opens. */
    public long withoutKey() {
      return events - withKey;
    }
  }
}
