package org.ferry.live.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** How what was told is kept: as JSON text, which a database takes whatever is in it. */
public final class Stored {
  private Stored() {}

  /** What was kept; without any field where it is gone. */
  public static ObjectNode data(@Nullable String text) {
    return text == null ? Json.object() : Json.parseObject(text);
  }

  /** What is to be kept: control characters, NUL among them, are escapes. */
  public static String text(ObjectNode data) {
    return Json.text(data);
  }
}
