package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Asks for room keys that did not come (specification, "Key requests"): our own devices, and all
 * devices of who sent the event, each session once. Once no event lacks its key any more, by
 * whatever way it came, they are told that it is not needed.
 */
final class KeyRequests {
  static final String TYPE = "m.room_key_request";

  /** A key that is only late comes by itself. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int AT_ONCE = 100;

  private final CryptoStore store;

  KeyRequests(CryptoStore store) {
    this.store = store;
  }

  void ask(Turn turn) {
    for (WaitingEvent event : store.unrequested(turn.now().minus(PATIENCE), AT_ONCE)) {
      if (!turn.has(List.of("request", event.ref()))) {
        ask(event, turn);
      }
    }
    for (KeyRequest request : store.settled(AT_ONCE)) {
      send(content("request_cancellation", request.id()), request.sender(), turn);
      turn.add(new CryptoChange.DropRequest(request.ref()));
    }
  }

  private void ask(WaitingEvent event, Turn turn) {
    String id = UUID.randomUUID().toString();
    ObjectNode content = content("request", id);
    content
        .putObject("body")
        .put("algorithm", AccountKeeper.MEGOLM)
        .put("room_id", event.ref().room().value())
        .put("session_id", event.ref().session());
    String named = event.event().path("sender").asText();
    UserId sender = UserId.isValid(named) ? new UserId(named) : null;
    send(content, sender, turn);
    turn.add(new CryptoChange.PutRequest(new KeyRequest(event.ref(), id, turn.now(), sender)));
  }

  private ObjectNode content(String action, String id) {
    return Json.object()
        .put("action", action)
        .put("request_id", id)
        .put("requesting_device_id", store.device().device().value());
  }

  private void send(ObjectNode content, @Nullable UserId sender, Turn turn) {
    Set<UserId> asked = new LinkedHashSet<>();
    asked.add(store.device().user());
    if (sender != null) {
      asked.add(sender);
    }
    ObjectNode messages = Json.object();
    asked.forEach(u -> messages.putObject(u.value()).set("*", content));
    turn.add(new CryptoChange.Queue(new QueuedMessage(OlmOutbox.request(TYPE, messages), null)));
  }
}
