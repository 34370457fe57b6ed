package org.ferry.live.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.id.EventId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** What consumers are told of relations between events. */
final class Relations {
  private Relations() {}

  /**
   * What an event relates to: {@code event_id}, {@code rel_type} (null for a plain reply), and
   * where they are there {@code key}, {@code in_reply_to} and {@code is_falling_back}.
   *
   * @return null where it relates to nothing
   */
  static @Nullable ObjectNode of(Event event) {
    JsonNode relation = event.relation();
    String way = relation.path("rel_type").textValue();
    String to = id(relation.path("event_id"));
    String reply = id(relation.path("m.in_reply_to").path("event_id"));
    if (to == null && reply == null) {
      return null;
    }
    ObjectNode told = Json.object();
    told = told.put("event_id", to == null ? reply : to).put("rel_type", to == null ? null : way);
    String key = relation.path("key").textValue();
    if (key != null) {
      told = told.put("key", key);
    }
    if (reply != null) {
      told = told.put("in_reply_to", reply);
    }
    JsonNode back = relation.path("is_falling_back");
    return back.isBoolean() ? told.put("is_falling_back", back.booleanValue()) : told;
  }

  private static @Nullable String id(JsonNode value) {
    return Event.eventId(value.textValue()).map(EventId::value).orElse(null);
  }

  /**
   * What a redaction is about.
   *
   * @param redacted what was taken back
   * @param was what that related to, where it was a reaction; null otherwise
   */
  static ObjectNode redaction(EventId redacted, @Nullable JsonNode was) {
    ObjectNode told =
        was instanceof ObjectNode reaction
            ? reaction.deepCopy()
            : Json.object().put("event_id", redacted.value()).putNull("rel_type");
    return told.put("redacts", redacted.value());
  }
}
