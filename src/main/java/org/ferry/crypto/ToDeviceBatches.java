package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/**
 * Packs contents for all devices of users into as few to-device requests as can be: one request
 * holds one content for each user.
 */
final class ToDeviceBatches {
  /** How many users one request names, as with the keys of rooms. */
  private static final int MOST_USERS = 250;

  private final String type;
  private final List<ObjectNode> batches = new ArrayList<>();

  ToDeviceBatches(String type) {
    this.type = type;
  }

  /** Adds a content for all devices of a user. */
  void add(UserId user, ObjectNode content) {
    ObjectNode open =
        batches.stream()
            .filter(b -> b.size() < MOST_USERS && !b.has(user.value()))
            .findFirst()
            .orElseGet(() -> {
              ObjectNode fresh = Json.object();
              batches.add(fresh);
              return fresh;
            });
    open.putObject(user.value()).set("*", content);
  }

  /** Queues the requests. */
  void queue(Turn turn) {
    for (ObjectNode messages : batches) {
      turn.add(new CryptoChange.Queue(new QueuedMessage(OlmOutbox.request(type, messages), null)));
    }
    batches.clear();
  }
}
