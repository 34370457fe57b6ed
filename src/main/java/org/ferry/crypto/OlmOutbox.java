package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import org.ferry.crypto.vodozemac.OlmMessage;
import org.ferry.matrix.event.Json;

/** Encrypts events for single devices (specification, "m.olm.v1.curve25519-aes-sha2"). */
final class OlmOutbox {
  private final DeviceRef self;
  private final AccountKeeper account;
  private final OlmSessions sessions;

  OlmOutbox(DeviceRef self, AccountKeeper account, OlmSessions sessions) {
    this.self = self;
    this.account = account;
    this.sessions = sessions;
  }

  boolean reaches(Device device) {
    return sessions.has(device.curve25519());
  }

  /** The content of {@code m.room.encrypted} for a device with which there is a session. */
  ObjectNode encrypt(Device device, String type, ObjectNode content) {
    ObjectNode event = Json.object().put("type", type);
    event.set("content", content);
    event.put("sender", self.user().value()).put("recipient", device.ref().user().value());
    event.putObject("recipient_keys").put("ed25519", device.ed25519());
    event.putObject("keys").put("ed25519", account.ed25519());
    event.set("sender_device_keys", account.deviceKeys());
    OlmMessage message = sessions.encrypt(device.curve25519(), Json.secretText(event));
    ObjectNode encrypted = Json.object().put("algorithm", AccountKeeper.OLM);
    encrypted.put("sender_key", account.curve25519());
    encrypted
        .putObject("ciphertext")
        .putObject(device.curve25519())
        .put("type", message.type())
        .put("body", message.body());
    return encrypted.put("org.matrix.msgid", UUID.randomUUID().toString());
  }

  /** The body of a to-device request with one content for one device; more can be added. */
  static void address(ObjectNode messages, DeviceRef to, ObjectNode content) {
    messages.withObjectProperty(to.user().value()).set(to.device().value(), content);
  }

  /** A request that is kept until it was accepted. */
  static OutgoingRequest.ToDevice request(String type, ObjectNode messages) {
    ObjectNode body = Json.object();
    body.set("messages", messages);
    return new OutgoingRequest.ToDevice("ferry-" + UUID.randomUUID(), type, body);
  }
}
