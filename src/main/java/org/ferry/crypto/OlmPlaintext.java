package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * What an Olm message said, once its claims were checked (specification, "Validation of incoming
 * decrypted events").
 *
 * @param type of the event in it
 * @param content of the event in it
 * @param sender who sent it
 * @param senderKey the Curve25519 key that the message was opened with
 * @param signingKey the Ed25519 key that the sending device claims
 * @param device the sending device, where the message brought its keys; null elsewhere
 */
record OlmPlaintext(
    String type,
    ObjectNode content,
    UserId sender,
    String senderKey,
    String signingKey,
    @Nullable Device device) {

  /** Who is to have been meant. */
  record Us(DeviceRef ref, String ed25519) {}

  /** A check that failed. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    private final Incident incident;

    Refused(Incident incident) {
      super(incident.word(), null, false, false);
      this.incident = incident;
    }

    Incident incident() {
      return incident;
    }
  }

  /**
   * Reads and checks.
   *
   * @param utf8 what was decrypted
   * @param us this device
   * @param sender who sent it, as the homeserver says
   * @param senderKey the key it was opened with
   * @param lists what is known of the sender's devices
   * @throws Refused where a claim is missing, of a wrong type or wrong
   */
  static OlmPlaintext read(byte[] utf8, Us us, UserId sender, String senderKey, DeviceLists lists)
      throws Refused {
    ObjectNode event = parse(utf8);
    require(event.path("sender").asText().equals(sender.value()), Incident.WRONG_SENDER);
    require(
        event.path("recipient").asText().equals(us.ref().user().value()), Incident.WRONG_RECIPIENT);
    require(
        event.path("recipient_keys").path("ed25519").asText().equals(us.ed25519()),
        Incident.WRONG_RECIPIENT);
    JsonNode claimed = event.path("keys").path("ed25519");
    require(!ToDevice.word(claimed).isEmpty(), Incident.WRONG_SENDER_KEYS);
    String signingKey = claimed.textValue();
    Device device = attached(event, sender, senderKey, signingKey);
    // Of others nothing follows: anybody can upload a copy of somebody's public key.
    for (Device known : lists.byKey(senderKey)) {
      boolean other = known.ref().user().equals(sender) && !known.ed25519().equals(signingKey);
      require(!other, Incident.WRONG_SENDER_KEYS);
    }
    require(event.path("type").isTextual() && event.path("content").isObject(), Incident.MALFORMED);
    return new OlmPlaintext(
        event.path("type").textValue(),
        (ObjectNode) event.path("content"),
        sender,
        senderKey,
        signingKey,
        device);
  }

  private static ObjectNode parse(byte[] utf8) throws Refused {
    try {
      return Json.parseSecret(utf8);
    } catch (IllegalArgumentException e) {
      // reason: what the other side encrypted is no event; said as such to the caller.
      throw new Refused(Incident.MALFORMED);
    }
  }

  /** The device keys that came along (MSC4147), which must be those of the sending device. */
  private static @Nullable Device attached(
      ObjectNode event, UserId sender, String senderKey, String signingKey) throws Refused {
    JsonNode keys = event.path("sender_device_keys");
    if (keys.isMissingNode()) {
      keys = event.path("org.matrix.msc4147.device_keys");
    }
    if (keys.isMissingNode()) {
      return null;
    }
    Optional<Device> device = DeviceCheck.read(sender, null, keys);
    require(device.isPresent(), Incident.FORGED_DEVICE_KEYS);
    Device there = device.orElseThrow();
    require(there.curve25519().equals(senderKey), Incident.FORGED_DEVICE_KEYS);
    require(there.ed25519().equals(signingKey), Incident.FORGED_DEVICE_KEYS);
    return there;
  }

  private static void require(boolean holds, Incident otherwise) throws Refused {
    if (!holds) {
      throw new Refused(otherwise);
    }
  }
}
