package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Cross-signing identities (specification, "Cross-signing"): a user's master key, and the
 * self-signing key that it signs and that signs the user's devices.
 */
final class Identities {
  private static final String ED25519 = "ed25519:";
  private static final String BY_DEVICE = "by_device";

  /** One device makes an identity; whoever has many sign it gets no more checked. */
  private static final int MOST_SIGNERS = 20;

  private Identities() {}

  /**
   * Reads and checks an identity of an answer to {@code /keys/query}.
   *
   * @return the public keys, {@code master} and {@code self_signing}; null where the user has none
   *     or it does not hold
   */
  static @Nullable ObjectNode read(JsonNode response, UserId user, Turn turn) {
    JsonNode master = response.path("master_keys").path(user.value());
    JsonNode selfSigning = response.path("self_signing_keys").path(user.value());
    if (master.isMissingNode()) {
      return null;
    }
    String masterKey = key(master, user, "master");
    String signingKey = key(selfSigning, user, "self_signing");
    if (masterKey == null
        || signingKey == null
        || !(selfSigning instanceof ObjectNode signed)
        || !SignedJson.isSigned(signed, user, "ed25519:" + masterKey, masterKey)) {
      boolean unused = turn.refuse(Incident.BAD_IDENTITY);
      return null;
    }
    return Json.object().put("master", masterKey).put("self_signing", signingKey);
  }

  /**
   * Reads and checks the identity of a device's own user.
   *
   * @param known the user's devices as they were known before the answer
   * @return as of anybody, and {@code by_device} where one of these devices that the keys vouch for
   *     has signed the master key
   */
  static @Nullable ObjectNode readOwn(
      JsonNode response, UserId user, Collection<Device> known, Turn turn) {
    ObjectNode identity = read(response, user, turn);
    if (identity != null && isMadeByDevice(identity, response, user, known)) {
      identity.put(BY_DEVICE, true);
    }
    return identity;
  }

  /** Whoever makes an identity signs its master key with the device that makes it. */
  private static boolean isMadeByDevice(
      ObjectNode identity, JsonNode response, UserId user, Collection<Device> known) {
    if (!(response.path("master_keys").path(user.value()) instanceof ObjectNode signed)) {
      return false;
    }
    int tried = 0;
    for (String id : names(signed.path("signatures").path(user.value()))) {
      String name = id.startsWith(ED25519) ? id.substring(ED25519.length()) : "";
      JsonNode keys = response.path("device_keys").path(user.value()).path(name);
      if (keys.isObject() && ++tried <= MOST_SIGNERS) {
        boolean signs =
            DeviceCheck.read(user, name, keys)
                .filter(d -> isAmong(known, d))
                .filter(
                    d -> signs(identity, d) && SignedJson.isSigned(signed, user, id, d.ed25519()))
                .isPresent();
        if (signs) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whoever was deleted, or has other keys by now, made nothing. */
  private static boolean isAmong(Collection<Device> known, Device device) {
    return known.stream()
        .anyMatch(k ->
            !k.gone()
                && k.ref().equals(device.ref())
                && k.ed25519().equals(device.ed25519())
                && k.curve25519().equals(device.curve25519()));
  }

  private static List<String> names(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }

  /** Whether a device of the user's made the identity, as its signature on the master key says. */
  static boolean isMadeByDevice(ObjectNode identity) {
    return identity.path(BY_DEVICE).asBoolean();
  }

  /** All that an answer calls a cross-signing key of a user, whether or not it holds. */
  static Set<String> named(JsonNode response, UserId user) {
    Set<String> names = new HashSet<>();
    for (String kind : List.of("master_keys", "self_signing_keys", "user_signing_keys")) {
      for (JsonNode key : response.path(kind).path(user.value()).path("keys")) {
        boolean unused = names.add(key.asText());
      }
    }
    return names;
  }

  /** The one key of a cross-signing object of this user and usage. */
  private static @Nullable String key(JsonNode object, UserId user, String usage) {
    boolean used = false;
    for (JsonNode word : object.path("usage")) {
      used |= word.asText().equals(usage);
    }
    JsonNode keys = object.path("keys");
    if (!used || !object.path("user_id").asText().equals(user.value()) || keys.size() != 1) {
      return null;
    }
    Map.Entry<String, JsonNode> only = keys.properties().iterator().next();
    String key = only.getValue().asText();
    return only.getKey().equals("ed25519:" + key) ? key : null;
  }

  /** Whether a device is signed by its owner's identity, and that is the one seen first. */
  static boolean vouches(@Nullable Tracked owner, Device device) {
    if (owner == null) {
      return false;
    }
    ObjectNode identity = owner.identity();
    return identity != null
        && identity.path("master").asText().equals(owner.pinned())
        && signs(identity, device);
  }

  /** Whether a device is signed by an identity of its owner, be it the one seen first or not. */
  static boolean signs(ObjectNode identity, Device device) {
    String key = identity.path("self_signing").asText();
    return SignedJson.isSigned(device.keys(), device.ref().user(), "ed25519:" + key, key);
  }
}
