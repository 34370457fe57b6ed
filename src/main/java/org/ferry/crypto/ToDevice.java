package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/** Reads fields of to-device contents; a field of a wrong type is as one that is missing. */
final class ToDevice {
  private static final int LONGEST = 255;

  private ToDevice() {}

  /** A text without what a database refuses; empty for anything else. */
  static String text(JsonNode text) {
    return text.isTextual() && text.textValue().indexOf(0) < 0 ? text.textValue() : "";
  }

  /** An id; empty for what is none, or too long to be one. */
  static String word(JsonNode text) {
    String word = text(text);
    return word.length() <= LONGEST ? word : "";
  }

  /** The session that {@code room_id} and {@code session_id} name; null where they do not. */
  static @Nullable SessionRef session(JsonNode content) {
    String session = word(content.path("session_id"));
    return RoomId.parse(word(content.path("room_id")))
        .filter(room -> !session.isEmpty())
        .map(room -> new SessionRef(room, session))
        .orElse(null);
  }
}
