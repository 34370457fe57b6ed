package org.ferry.live.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** How what was told is kept: as JSON text, which a database takes whatever is in it. */
public final class Stored {
  private static final long PIECE = 64;

  private Stored() {}

  /** What was kept; without any field where it is gone. */
  public static ObjectNode data(@Nullable String text) {
    return text == null ? Json.object() : Json.parseObject(text);
  }

  /** About how many bytes something takes in memory, by its texts and how many pieces it has. */
  public static long weight(JsonNode data) {
    if (data.isTextual()) {
      return PIECE + data.textValue().length();
    }
    long weight = PIECE;
    for (JsonNode part : data) {
      weight += weight(part);
    }
    return weight;
  }

  /** What is to be kept: control characters, NUL among them, are escapes. */
  public static String text(ObjectNode data) {
    return Json.text(data);
  }
}
