package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.Curve25519Key;
import org.ferry.crypto.vodozemac.Ed25519Key;
import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/** Checks device keys that somebody gave (specification, "Key and signature security"). */
final class DeviceCheck {
  private DeviceCheck() {}

  /**
   * Reads device keys.
   *
   * @param user whose they are to be
   * @param deviceId which device they are to be of; null for the one they name
   * @param keys as they came
   * @return the device; empty where ids, keys or the device's own signature are wrong
   */
  static Optional<Device> read(UserId user, @Nullable String deviceId, JsonNode keys) {
    String named = keys.path("device_id").asText();
    String id = deviceId == null ? named : deviceId;
    if (!(keys instanceof ObjectNode object)
        || !isName(id)
        || !id.equals(named)
        || !user.value().equals(keys.path("user_id").asText())) {
      return Optional.empty();
    }
    try {
      String curve = Curve25519Key.parse(key(keys, "curve25519:" + id)).base64();
      String ed = Ed25519Key.parse(key(keys, "ed25519:" + id)).base64();
      return SignedJson.isSigned(object, user, "ed25519:" + id, ed)
          ? Optional.of(new Device(new DeviceRef(user, new DeviceId(id)), curve, ed, object, null))
          : Optional.empty();
    } catch (CryptoException e) {
      // reason: a key that cannot be used makes no device; the caller counts it.
      return Optional.empty();
    }
  }

  private static String key(JsonNode keys, String name) {
    return keys.path("keys").path(name).asText();
  }

  /** Within the limits of a device id, and without what a database refuses. */
  static boolean isName(String id) {
    return !id.isEmpty() && id.length() <= 512 && id.indexOf(0) < 0;
  }
}
