package org.ferry.migrate.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.matrix.event.Json;

/**
 * A content as it is shown to a person: without the keys of encrypted files, which open them to
 * whoever reads a terminal's history.
 */
final class Shown {
  private static final String HIDDEN = "(not shown)";

  private Shown() {}

  /** The text of a content; as it is where it holds no key. */
  static String of(String content) {
    try {
      ObjectNode object = Json.parseObject(content);
      return hide(object) ? Json.text(object) : content;
    } catch (IllegalArgumentException e) {
      // reason: what is no JSON object holds no file.
      return content;
    }
  }

  /** Whether something was hidden; no deeper than contents are. */
  private static boolean hide(JsonNode node) {
    boolean hidden = false;
    if (node.path("key").path("k").isTextual() && node.path("key") instanceof ObjectNode key) {
      key.put("k", HIDDEN);
      hidden = true;
    }
    for (JsonNode child : node) {
      hidden |= hide(child);
    }
    return hidden;
  }
}
