package org.ferry.live.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Tells what Ferry itself wrote when it carried history: it is no news to anybody. The mark counts
 * in events of the destination's own users only, as those who carry are.
 */
final class Echo {
  private Echo() {}

  static boolean of(ObjectNode event, String domain) {
    JsonNode content = event.path("content");
    boolean marked = content.has("org.ferry.origin") || content.has("org.ferry.helper");
    return marked && event.path("sender").asText("").endsWith(":" + domain);
  }
}
