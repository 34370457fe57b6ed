package org.ferry.live.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.ferry.id.EventId;
import org.ferry.live.events.Carried.Marked;
import org.jspecify.annotations.Nullable;

/**
 * Tells what Ferry itself wrote when it carried history: it is no news to anybody. Its mark alone
 * proves that only in events of users that nobody else writes as. Anybody else can copy it, and
 * does when a client forwards a carried message; of those the ledger knows which Ferry sent.
 *
 * @param domain the homeserver that Ferry carries to: nobody of another one carries anything
 * @param ferrys whether nobody but Ferry writes as a user
 * @param carried what the ledger knows
 */
public record Echo(String domain, Predicate<String> ferrys, Carried carried) {
  private static final String ORIGIN = "org.ferry.origin";
  private static final String HELPER = "org.ferry.helper";
  private static final int LONGEST_ID = 255;

  /** An event as it came, and what was read of it. */
  record Came(ObjectNode event, Arrival arrival) {}

  /** Which of these events are Ferry's own carrying. */
  Set<EventId> among(Collection<Came> came) {
    Set<EventId> echoes = new HashSet<>();
    List<Marked> doubtful = new ArrayList<>();
    for (Came each : came) {
      Arrival arrival = each.arrival();
      JsonNode content = each.event().path("content");
      boolean marked = content.has(ORIGIN) || content.has(HELPER);
      if (marked && arrival.sender().endsWith(":" + domain)) {
        // Who makes a room says nothing with that, and the room is known only when it is there.
        if (ferrys.test(arrival.sender()) || arrival.type().equals("m.room.create")) {
          echoes.add(arrival.id());
        } else {
          boolean state = each.event().has("state_key");
          String origin = origin(content);
          doubtful.add(new Marked(arrival.room(), arrival.id(), arrival.ts(), origin, state));
        }
      }
    }
    if (!doubtful.isEmpty()) {
      echoes.addAll(carried.of(doubtful));
    }
    return echoes;
  }

  private static @Nullable String origin(JsonNode content) {
    String id = content.path(ORIGIN).path("event_id").textValue();
    return id == null || id.indexOf(0) >= 0 || id.length() > LONGEST_ID ? null : id;
  }
}
