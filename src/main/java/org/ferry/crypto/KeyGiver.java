package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/**
 * Answers requests for room keys (specification, "Key requests"): those of the same user's own
 * devices that the account's identity has signed, and nobody else's. A device gets no more than
 * this one was given itself, though other users' devices may have brought Ferry more of a session.
 *
 * <p>The identity must be one whose private key is here, made by Ferry or unlocked with the
 * recovery key: one that only the homeserver shows could be the homeserver's, and its devices too.
 */
final class KeyGiver {
  /** How long a request of a device that is not signed yet is kept. */
  private static final Duration HELD = Duration.ofHours(1);

  /** How long a request of a signed device is kept that cannot be reached. */
  private static final Duration UNREACHED = Duration.ofDays(1);

  /** How many requests of one device are kept. */
  static final int MOST_HELD = 500;

  /** How many are kept of all. */
  static final int MOST_OF_ALL = 2_000;

  /**
   * How many there may be of all for one of a device that the homeserver does not list to be kept:
   * who asks chooses the name, and need not be a device.
   */
  static final int MOST_OF_UNLISTED = 1_000;

  /** How many answers one turn makes, of all devices. */
  private static final int AT_ONCE = 100;

  private static final int AT_LEAST = 10;

  private final CryptoStore store;
  private final RoomKeys keys;
  private final DeviceLists lists;
  private final SelfSigning signing;
  private final Claims claims;
  private final OlmOutbox outbox;

  KeyGiver(
      CryptoStore store,
      RoomKeys keys,
      DeviceLists lists,
      SelfSigning signing,
      Claims claims,
      OlmOutbox outbox) {
    this.store = store;
    this.keys = keys;
    this.lists = lists;
    this.signing = signing;
    this.claims = claims;
    this.outbox = outbox;
  }

  /**
   * Notes a request, or forgets one that was taken back.
   *
   * @return false where it was thrown away, which was counted
   */
  boolean take(UserId sender, JsonNode content, Turn turn) {
    String by = ToDevice.word(content.path("requesting_device_id"));
    String id = ToDevice.word(content.path("request_id"));
    String action = content.path("action").asText();
    if (!sender.equals(store.device().user())) {
      return turn.refuse(Incident.REFUSED_KEY_REQUEST);
    }
    if (by.equals(store.device().device().value())) {
      return true;
    }
    if (by.isEmpty() || id.isEmpty()) {
      return turn.refuse(Incident.MALFORMED);
    }
    if (action.equals("request_cancellation")) {
      turn.add(new CryptoChange.DropAsked(new DeviceId(by), id));
      return true;
    }
    SessionRef ref = ToDevice.session(content.path("body"));
    if (ref == null || !action.equals("request")) {
      return turn.refuse(Incident.MALFORMED);
    }
    return note(new AskedKey(new DeviceId(by), id, ref, turn.now()), turn);
  }

  private boolean note(AskedKey asked, Turn turn) {
    if (store.received(asked.ref()).isEmpty()) {
      // Nobody gave us that; another of their devices may have it.
      return true;
    }
    if (!hasRoom(asked.by(), turn)) {
      return turn.refuse(Incident.REFUSED_KEY_REQUEST);
    }
    turn.add(new CryptoChange.PutAsked(asked));
    return true;
  }

  private boolean hasRoom(DeviceId by, Turn turn) {
    Map<DeviceId, Integer> held = store.asked();
    long own =
        held.getOrDefault(by, 0)
            + turn.changes()
                .count(c -> c instanceof CryptoChange.PutAsked p && p.asked().by().equals(by));
    long all =
        held.values().stream().mapToInt(Integer::intValue).sum()
            + turn.changes().count(CryptoChange.PutAsked.class::isInstance);
    return own < MOST_HELD && all < MOST_OF_ALL && (all < MOST_OF_UNLISTED || isListed(by));
  }

  private boolean isListed(DeviceId device) {
    return lists.listed(List.of(store.device().user())).stream()
        .anyMatch(d -> d.ref().device().equals(device));
  }

  /** Queues answers; what has to be claimed before others can be given is returned. */
  List<OutgoingRequest.KeysClaim> answer(Turn turn) {
    Set<DeviceId> askers = store.asked().keySet();
    Tracked us = lists.of(store.device().user());
    if (askers.isEmpty() || us == null || us.outdated()) {
      return List.of();
    }
    Map<DeviceId, Device> ours =
        signing.isProven()
            ? lists.listed(List.of(us.user())).stream()
                .filter(d -> Identities.vouches(us, d))
                .collect(Collectors.toMap(d -> d.ref().device(), d -> d))
            : Map.of();
    List<DeviceRef> sessionless = new ArrayList<>();
    int each = Math.max(AT_LEAST, AT_ONCE / askers.size());
    for (DeviceId asker : askers) {
      Device device = ours.get(asker);
      if (device == null) {
        refuseOld(asker, HELD, turn);
      } else if (outbox.reaches(device)) {
        give(device, each, turn);
      } else {
        refuseOld(asker, UNREACHED, turn);
        sessionless.add(device.ref());
      }
    }
    return claims.claims(sessionless, turn.now());
  }

  /** Who is not signed may be in an hour's time, and who has no one-time key tomorrow. */
  private void refuseOld(DeviceId asker, Duration held, Turn turn) {
    for (AskedKey asked : store.asked(asker, MOST_HELD)) {
      if (asked.at().plus(held).isBefore(turn.now())) {
        boolean unused = turn.refuse(Incident.REFUSED_KEY_REQUEST);
        turn.add(new CryptoChange.DropAsked(asker, asked.id()));
      }
    }
  }

  private void give(Device device, int limit, Turn turn) {
    Set<SessionRef> given = new HashSet<>();
    for (AskedKey asked : store.asked(device.ref().device(), limit)) {
      if (given.add(asked.ref())) {
        forward(asked.ref(), turn).ifPresent(content -> send(device, content, turn));
      }
      turn.add(new CryptoChange.DropAsked(asked.by(), asked.id()));
    }
  }

  private void send(Device device, ObjectNode content, Turn turn) {
    ObjectNode messages = Json.object();
    OlmOutbox.address(
        messages, device.ref(), outbox.encrypt(device, "m.forwarded_room_key", content));
    turn.add(
        new CryptoChange.Queue(
            new QueuedMessage(OlmOutbox.request("m.room.encrypted", messages), null)));
  }

  /** The key, from where this device was given it. */
  private Optional<ObjectNode> forward(SessionRef ref, Turn turn) {
    OptionalLong allowed = store.received(ref);
    Optional<InboundSession> found = find(ref, turn);
    if (allowed.isEmpty() || found.isEmpty()) {
      return Optional.empty();
    }
    try (InboundSession session = found.get()) {
      long from = Math.max(allowed.getAsLong(), session.megolm().firstKnownIndex());
      return session.megolm().exportAt(from).map(key -> content(ref, key, session.info()));
    }
  }

  private Optional<InboundSession> find(SessionRef ref, Turn turn) {
    try {
      return keys.findAnew(ref.room(), ref.session());
    } catch (DamagedRowException e) {
      // reason: what does not open cannot be passed on; the next request is answered.
      boolean unused = turn.refuse(Incident.DAMAGED_ROW);
      return Optional.empty();
    }
  }

  private static ObjectNode content(SessionRef ref, String key, RoomKeyInfo info) {
    ObjectNode content =
        Json.object()
            .put("algorithm", AccountKeeper.MEGOLM)
            .put("room_id", ref.room().value())
            .put("session_id", ref.session())
            .put("session_key", key)
            .put("sender_key", info.senderKey())
            .put("sender_claimed_ed25519_key", info.signingKey())
            .put("shared_history", info.sharedHistory());
    ArrayNode chain = content.putArray("forwarding_curve25519_key_chain");
    info.forwardedBy().forEach(chain::add);
    return content;
  }
}
