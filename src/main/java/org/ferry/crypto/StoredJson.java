package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.matrix.event.Json;

/** JSON as a store keeps it: text without a NUL or half a character, read back as it was. */
public final class StoredJson {
  private StoredJson() {}

  /** The text of a value. */
  public static String text(JsonNode value) {
    return Json.text(value);
  }

  /**
   * The object of a text.
   *
   * @param text as {@link #text} wrote it
   * @throws IllegalArgumentException where it is something else
   */
  public static ObjectNode parse(String text) {
    return Json.parseObject(text);
  }
}
