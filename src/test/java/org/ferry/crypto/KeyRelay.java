package org.ferry.crypto;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** What a homeserver keeps for devices, in memory: keys, to-device messages, changes of lists. */
final class KeyRelay {
  final Map<DeviceRef, ObjectNode> deviceKeys = new TreeMap<>();
  final Map<UserId, ObjectNode> identities = new HashMap<>();
  final Map<DeviceRef, Map<String, JsonNode>> oneTimeKeys = new HashMap<>();
  final Map<DeviceRef, Map<String, JsonNode>> everUploaded = new HashMap<>();
  final Map<DeviceRef, Map.Entry<String, JsonNode>> fallback = new HashMap<>();
  final Set<DeviceRef> fallbackUsed = new HashSet<>();
  final List<String> changes = new ArrayList<>();
  final List<ObjectNode> roomKeyRequests = new ArrayList<>();

  /** What is answered to each signature, which is thrown away then; null where they are kept. */
  @Nullable ObjectNode signatureAnswer;

  int signatureUploads;
  private final Map<DeviceRef, List<ObjectNode>> inbox = new HashMap<>();
  private final Set<String> transactions = new HashSet<>();

  /** A refusal as of a homeserver. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;
    final transient RequestFailure failure;

    Refusal(int status, String errcode, String message) {
      super(message);
      failure = new RequestFailure(status, errcode, message);
    }
  }

  synchronized JsonNode take(DeviceRef from, OutgoingRequest request) throws Refusal {
    return switch (request) {
      case OutgoingRequest.KeysUpload r -> upload(from, r.body());
      case OutgoingRequest.KeysQuery r -> query(r.users());
      case OutgoingRequest.KeysClaim r -> claim(r.body());
      case OutgoingRequest.ToDevice r -> toDevice(from, r);
      case OutgoingRequest.CrossSigningUpload r -> identity(from, r.body());
      case OutgoingRequest.SignatureUpload r -> signatures(r.body());
    };
  }

  private JsonNode upload(DeviceRef from, ObjectNode body) throws Refusal {
    if (body.has("device_keys")) {
      deviceKeys.put(from, (ObjectNode) body.path("device_keys"));
      changes.add(from.user().value());
    }
    var mine = oneTimeKeys.computeIfAbsent(from, f -> new LinkedHashMap<>());
    var ever = everUploaded.computeIfAbsent(from, f -> new HashMap<>());
    for (var key : body.path("one_time_keys").properties()) {
      JsonNode before = mine.get(key.getKey());
      if (before != null && !before.equals(key.getValue())) {
        throw new Refusal(400, "M_UNKNOWN", "One time key " + key.getKey() + " already exists.");
      }
    }
    for (var key : body.path("one_time_keys").properties()) {
      if (ever.put(key.getKey(), key.getValue()) == null) {
        mine.put(key.getKey(), key.getValue());
      }
    }
    for (var key : body.path("fallback_keys").properties()) {
      fallback.put(from, key);
      fallbackUsed.remove(from);
    }
    ObjectNode answer = Json.object();
    answer.putObject("one_time_key_counts").put("signed_curve25519", mine.size());
    return answer;
  }

  JsonNode query(Set<UserId> users) {
    ObjectNode answer = Json.object();
    answer.putObject("failures");
    ObjectNode keys = answer.putObject("device_keys");
    users.forEach(u -> keys.putObject(u.value()));
    deviceKeys.forEach((ref, k) -> {
      if (users.contains(ref.user())) {
        ((ObjectNode) keys.path(ref.user().value())).set(ref.device().value(), k.deepCopy());
      }
    });
    for (UserId user : users) {
      ObjectNode identity = identities.get(user);
      if (identity != null) {
        answer.withObjectProperty("master_keys").set(user.value(), identity.path("master_key"));
        answer
            .withObjectProperty("self_signing_keys")
            .set(user.value(), identity.path("self_signing_key"));
        answer
            .withObjectProperty("user_signing_keys")
            .set(user.value(), identity.path("user_signing_key"));
      }
    }
    return answer;
  }

  private JsonNode claim(ObjectNode body) {
    ObjectNode answer = Json.object();
    ObjectNode keys = answer.putObject("one_time_keys");
    body.path("one_time_keys")
        .properties()
        .forEach(user ->
            user.getValue()
                .fieldNames()
                .forEachRemaining(d -> {
                  var ref = new DeviceRef(new UserId(user.getKey()), new DeviceId(d));
                  var key = claim(ref);
                  if (key != null) {
                    keys.withObjectProperty(user.getKey())
                        .putObject(d)
                        .set(key.getKey(), key.getValue());
                  }
                }));
    return answer;
  }

  /** One key of a device: the oldest, or the fallback key, or null. */
  Map.@Nullable Entry<String, JsonNode> claim(DeviceRef ref) {
    var mine = oneTimeKeys.getOrDefault(ref, Map.of());
    if (mine.isEmpty()) {
      fallbackUsed.add(ref);
      return fallback.get(ref);
    }
    var first = Map.copyOf(mine).entrySet().iterator().next();
    mine.remove(first.getKey());
    return first;
  }

  private JsonNode toDevice(DeviceRef from, OutgoingRequest.ToDevice request) {
    if (!transactions.add(from + request.id())) {
      return Json.object();
    }
    for (var user : request.body().path("messages").properties()) {
      for (var device : user.getValue().properties()) {
        ObjectNode event =
            Json.object().put("type", request.eventType()).put("sender", from.user().value());
        event.set("content", device.getValue());
        if (device.getKey().equals("*")) {
          roomKeyRequests.add(event.deepCopy().put("to", user.getKey()));
          deviceKeys.keySet().stream()
              .filter(d -> d.user().value().equals(user.getKey()))
              .forEach(d -> deliver(d, event));
        } else {
          deliver(new DeviceRef(new UserId(user.getKey()), new DeviceId(device.getKey())), event);
        }
      }
    }
    return Json.object();
  }

  synchronized void deliver(DeviceRef to, ObjectNode event) {
    inbox.computeIfAbsent(to, t -> new ArrayList<>()).add(event);
  }

  private JsonNode identity(DeviceRef from, ObjectNode body) {
    identities.put(from.user(), body);
    changes.add(from.user().value());
    return Json.object();
  }

  private JsonNode signatures(ObjectNode body) {
    signatureUploads++;
    if (signatureAnswer != null) {
      return signatureAnswer;
    }
    for (var user : body.properties()) {
      for (var device : user.getValue().properties()) {
        var ref = new DeviceRef(new UserId(user.getKey()), new DeviceId(device.getKey()));
        ObjectNode known = requireNonNull(deviceKeys.get(ref)).withObjectProperty("signatures");
        JsonNode given = device.getValue().path("signatures").path(user.getKey());
        given
            .properties()
            .forEach(s -> known.withObjectProperty(user.getKey()).set(s.getKey(), s.getValue()));
        changes.add(user.getKey());
      }
    }
    return Json.object();
  }

  /** What a sync since a token says; tokens are {@code to-device position/list position}. */
  synchronized SyncInput sync(DeviceRef of, String since, int limit) {
    int at = since.isEmpty() ? 0 : Integer.parseInt(since.split("/", -1)[0]);
    int list = since.isEmpty() ? 0 : Integer.parseInt(since.split("/", -1)[1]);
    List<ObjectNode> all = inbox.getOrDefault(of, List.of());
    int end = Math.min(all.size(), at + limit);
    Set<String> unused =
        fallback.containsKey(of) && !fallbackUsed.contains(of)
            ? Set.of("signed_curve25519")
            : Set.of();
    int keys = oneTimeKeys.getOrDefault(of, Map.of()).size();
    return new SyncInput(
        List.copyOf(all.subList(at, end)),
        changes.subList(list, changes.size()).stream().distinct().toList(),
        List.of(),
        keys == 0 ? Map.of() : Map.of("signed_curve25519", keys),
        unused,
        end + "/" + changes.size());
  }
}
