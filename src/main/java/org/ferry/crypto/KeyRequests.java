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

  /** How many sessions are asked for at once, and told to be settled. */
  static final int AT_ONCE = 100;

  /** Each is a request of its own to each user's devices: a dump of a large room has thousands. */
  static final Duration EACH = Duration.ofMillis(200);

  private final CryptoStore store;
  private final DeviceLists lists;
  private final Allowance allowance = new Allowance(AT_ONCE, EACH);

  KeyRequests(CryptoStore store, DeviceLists lists) {
    this.store = store;
    this.lists = lists;
  }

  void ask(Turn turn) {
    int allowed = allowance.left(turn.now());
    if (allowed <= 0) {
      return;
    }
    ToDeviceBatches batches = new ToDeviceBatches(TYPE);
    List<WaitingEvent> wanted = store.unrequested(turn.now().minus(PATIENCE), allowed);
    wanted.forEach(event -> ask(event, batches, turn));
    List<KeyRequest> settled = store.settled(allowed - wanted.size());
    for (KeyRequest request : settled) {
      send(content("request_cancellation", request.id()), request.sender(), batches);
      turn.add(new CryptoChange.DropRequest(request.ref()));
    }
    allowance.spend(wanted.size() + settled.size());
    batches.queue(turn);
  }

  private void ask(WaitingEvent event, ToDeviceBatches batches, Turn turn) {
    String id = UUID.randomUUID().toString();
    ObjectNode content = content("request", id);
    content
        .putObject("body")
        .put("algorithm", AccountKeeper.MEGOLM)
        .put("room_id", event.ref().room().value())
        .put("session_id", event.ref().session());
    String named = event.event().path("sender").asText();
    // Who said that they do not give it is not asked; another device of our own may have it.
    boolean asks = event.reason() != DecryptOutcome.Reason.WITHHELD && UserId.isValid(named);
    UserId sender = asks ? new UserId(named) : null;
    send(content, sender, batches);
    turn.add(new CryptoChange.PutRequest(new KeyRequest(event.ref(), id, turn.now(), sender)));
  }

  private ObjectNode content(String action, String id) {
    return Json.object()
        .put("action", action)
        .put("request_id", id)
        .put("requesting_device_id", store.device().device().value());
  }

  private void send(ObjectNode content, @Nullable UserId sender, ToDeviceBatches batches) {
    Set<UserId> asked = new LinkedHashSet<>();
    if (sender != null) {
      asked.add(sender);
    }
    if (mayHaveOthers()) {
      asked.add(store.device().user());
    }
    asked.forEach(user -> batches.add(user, content));
  }

  /** Whether the user may have another device; a ghost has none. */
  private boolean mayHaveOthers() {
    Tracked us = lists.of(store.device().user());
    return us == null
        || us.outdated()
        || lists.listed(List.of(us.user())).stream().anyMatch(d -> !d.ref().equals(store.device()));
  }
}
