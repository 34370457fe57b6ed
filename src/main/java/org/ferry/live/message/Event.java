package org.ferry.live.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * A released event, read: with its clear type and content where it was encrypted.
 *
 * @param release where it comes from
 * @param type its type; {@code m.room.encrypted} where it was not opened
 * @param content its content
 * @param stateKey its state key; null where it is no state
 * @param raw the event as it came
 */
record Event(
    Release release, String type, ObjectNode content, @Nullable String stateKey, ObjectNode raw) {
  /**
   * Reads an event.
   *
   * @throws IllegalArgumentException where it is none; the message says why
   */
  static Event of(Release release) {
    ObjectNode raw = Json.parseObject(release.raw().getBytes());
    var clear = release.clear();
    JsonNode content = clear == null ? raw.path("content") : Json.parseObject(clear.getBytes());
    if (!(content instanceof ObjectNode object)) {
      throw new IllegalArgumentException("its content is no object");
    }
    JsonNode key = raw.path("state_key");
    if (!key.isMissingNode() && !key.isTextual()) {
      throw new IllegalArgumentException("its state_key is no text");
    }
    String clearType = release.clearType();
    return new Event(
        release, clearType == null ? release.type() : clearType, object, key.textValue(), raw);
  }

  boolean is(String one) {
    return type.equals(one);
  }

  /** A text of the content; null where it is none. */
  @Nullable String text(String field) {
    return content.path(field).textValue();
  }

  /** Whether its content was taken back before it was read. */
  boolean redacted() {
    return raw.path("unsigned").path("redacted_because").isObject();
  }

  /** Which event it takes back: in newer rooms the content says it. */
  Optional<EventId> redacts() {
    String id = content.path("redacts").textValue();
    return eventId(id == null ? raw.path("redacts").textValue() : id);
  }

  /** What it relates to: what is encrypted has it beside the ciphertext, or inside. */
  JsonNode relation() {
    JsonNode inner = content.path("m.relates_to");
    return inner.isObject() ? inner : raw.path("content").path("m.relates_to");
  }

  /** The event that it relates to in a given way. */
  Optional<EventId> relatesBy(String way) {
    JsonNode relation = relation();
    return relation.path("rel_type").asText().equals(way)
        ? eventId(relation.path("event_id").textValue())
        : Optional.empty();
  }

  static Optional<EventId> eventId(@Nullable String id) {
    return Optional.ofNullable(id).flatMap(EventId::parse);
  }
}
