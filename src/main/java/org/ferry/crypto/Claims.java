package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.Curve25519Key;
import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/** Claims one-time keys of other devices and begins sessions with them. */
final class Claims {
  /** How many devices one request asks for. */
  static final int BATCH = 250;

  private static final Duration PAUSE = Duration.ofHours(1);

  /** For how long a device without keys is tried whose session broke, unless it is gone before. */
  private static final Duration PATIENCE = Duration.ofDays(7);

  private final CryptoStore store;
  private final AccountKeeper account;
  private final OlmSessions sessions;
  private final OlmOutbox outbox;

  /** Devices that had no key; asked again later. */
  private final Map<DeviceRef, Instant> keyless = new HashMap<>();

  Claims(CryptoStore store, AccountKeeper account, OlmSessions sessions, OlmOutbox outbox) {
    this.store = store;
    this.account = account;
    this.sessions = sessions;
    this.outbox = outbox;
  }

  /** Whether a device had no key a short time ago. */
  boolean isKeyless(DeviceRef device, Instant now) {
    Instant at = keyless.get(device);
    return at != null && Clocks.lasts(at, PAUSE, now);
  }

  /** What to ask for these devices, without those that had none. */
  List<OutgoingRequest.KeysClaim> claims(Collection<DeviceRef> devices, Instant now) {
    List<DeviceRef> asked =
        devices.stream().filter(d -> !isKeyless(d, now)).distinct().sorted().toList();
    List<OutgoingRequest.KeysClaim> claims = new ArrayList<>();
    for (int i = 0; i < asked.size(); i += BATCH) {
      ObjectNode body = Json.object().put("timeout", 10_000);
      ObjectNode keys = body.putObject("one_time_keys");
      for (DeviceRef d : asked.subList(i, Math.min(asked.size(), i + BATCH))) {
        var unused =
            keys.withObjectProperty(d.user().value())
                .put(d.device().value(), AccountKeeper.SIGNED_KEY);
      }
      String id = UUID.nameUUIDFromBytes(SignedJson.signed(body)).toString();
      claims.add(new OutgoingRequest.KeysClaim("claim-" + id, body));
    }
    return claims;
  }

  /** What is to be asked for devices whose sessions broke; of one that is gone nothing. */
  List<OutgoingRequest.KeysClaim> unwedging(Turn turn) {
    List<Unwedging> wanted = store.unwedgings();
    if (wanted.isEmpty()) {
      return List.of();
    }
    Set<DeviceRef> listed =
        store.devices(wanted.stream().map(u -> u.device().user()).distinct().toList()).stream()
            .filter(d -> !d.gone())
            .map(Device::ref)
            .collect(Collectors.toSet());
    wanted.stream().filter(u -> !listed.contains(u.device())).forEach(u -> done(u, turn));
    return claims(
        wanted.stream().map(Unwedging::device).filter(listed::contains).toList(), turn.now());
  }

  /** Begins a session with each device whose key came and holds. */
  void answered(OutgoingRequest.KeysClaim request, JsonNode response, Turn turn) {
    List<DeviceRef> asked = asked(request);
    // What is over is not kept: devices come and go, and anybody may list many.
    keyless.values().removeIf(at -> !Clocks.lasts(at, PAUSE, turn.now()));
    Map<DeviceRef, Device> devices =
        store.devices(asked.stream().map(DeviceRef::user).distinct().toList()).stream()
            .filter(d -> !d.gone())
            .collect(Collectors.toMap(Device::ref, d -> d));
    Map<DeviceRef, Unwedging> wedged =
        store.unwedgings().stream().collect(Collectors.toMap(Unwedging::device, u -> u));
    for (DeviceRef ref : asked) {
      Device device = devices.get(ref);
      JsonNode keys =
          response.path("one_time_keys").path(ref.user().value()).path(ref.device().value());
      if (device != null && begin(device, keys, turn)) {
        Optional.ofNullable(wedged.get(ref)).ifPresent(u -> greet(device, u, turn));
      } else {
        keyless.put(ref, turn.now());
        Optional.ofNullable(wedged.get(ref))
            .filter(u -> !Clocks.lasts(u.at(), PATIENCE, turn.now()))
            .ifPresent(u -> done(u, turn));
      }
    }
  }

  private boolean begin(Device device, JsonNode keys, Turn turn) {
    for (Map.Entry<String, JsonNode> entry : keys.properties()) {
      DeviceRef ref = device.ref();
      if (!entry.getKey().startsWith(AccountKeeper.SIGNED_KEY + ":")
          || !(entry.getValue() instanceof ObjectNode key)
          || !SignedJson.isSigned(key, ref.user(), "ed25519:" + ref.device(), device.ed25519())) {
        boolean unused = turn.refuse(Incident.BAD_ONE_TIME_KEY);
        continue;
      }
      try {
        sessions.begun(
            device.curve25519(),
            account.outbound(
                Curve25519Key.parse(device.curve25519()),
                Curve25519Key.parse(key.path("key").asText())),
            turn);
        var unused = keyless.remove(ref);
        return true;
      } catch (CryptoException e) {
        // reason: a signed key of low order is still no key.
        boolean unused = turn.refuse(Incident.BAD_ONE_TIME_KEY);
      }
    }
    return false;
  }

  /** Tells the device of the new session: an empty message (m.dummy). */
  private void greet(Device device, Unwedging wedged, Turn turn) {
    ObjectNode messages = Json.object();
    OlmOutbox.address(messages, device.ref(), outbox.encrypt(device, "m.dummy", Json.object()));
    turn.add(
        new CryptoChange.Queue(
            new QueuedMessage(OlmOutbox.request("m.room.encrypted", messages), null)));
    done(wedged, turn);
  }

  private static void done(Unwedging wedged, Turn turn) {
    turn.add(
        new CryptoChange.PutUnwedging(
            new Unwedging(wedged.senderKey(), wedged.device(), wedged.at(), false)));
  }

  /** Nobody answered: asked again after the pause. */
  void failed(OutgoingRequest.KeysClaim request, Instant now) {
    asked(request).forEach(d -> keyless.put(d, now.minus(PAUSE).plusSeconds(30)));
  }

  private static List<DeviceRef> asked(OutgoingRequest.KeysClaim request) {
    List<DeviceRef> asked = new ArrayList<>();
    request
        .body()
        .path("one_time_keys")
        .properties()
        .forEach(user ->
            user.getValue()
                .fieldNames()
                .forEachRemaining(
                    d -> asked.add(new DeviceRef(new UserId(user.getKey()), new DeviceId(d)))));
    return asked;
  }
}
