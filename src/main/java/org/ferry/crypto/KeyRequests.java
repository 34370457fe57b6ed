package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/**
 * Asks for room keys that did not come (specification, "Key requests"): our own devices, and all
 * devices of who sent the event, each session once.
 */
final class KeyRequests {
  /** A key that is only late comes by itself. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int AT_ONCE = 100;

  private final CryptoStore store;

  KeyRequests(CryptoStore store) {
    this.store = store;
  }

  void ask(Turn turn) {
    for (WaitingEvent event : store.unrequested(turn.now().minus(PATIENCE), AT_ONCE)) {
      if (!turn.has(java.util.List.of("request", event.ref()))) {
        ask(event, turn);
      }
    }
  }

  private void ask(WaitingEvent event, Turn turn) {
    String id = UUID.randomUUID().toString();
    ObjectNode content =
        Json.object()
            .put("action", "request")
            .put("request_id", id)
            .put("requesting_device_id", store.device().device().value());
    content
        .putObject("body")
        .put("algorithm", AccountKeeper.MEGOLM)
        .put("room_id", event.ref().room().value())
        .put("session_id", event.ref().session());
    Set<UserId> asked = new LinkedHashSet<>();
    asked.add(store.device().user());
    String sender = event.event().path("sender").asText();
    if (UserId.isValid(sender)) {
      asked.add(new UserId(sender));
    }
    ObjectNode messages = Json.object();
    asked.forEach(u -> messages.putObject(u.value()).set("*", content));
    turn.add(
        new CryptoChange.Queue(
            new QueuedMessage(OlmOutbox.request("m.room_key_request", messages), null)));
    turn.add(new CryptoChange.PutRequest(new KeyRequest(event.ref(), id, turn.now())));
  }
}
