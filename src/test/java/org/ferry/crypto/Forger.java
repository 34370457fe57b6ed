package org.ferry.crypto;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.ferry.crypto.vodozemac.Curve25519Key;
import org.ferry.crypto.vodozemac.Ed25519Keypair;
import org.ferry.crypto.vodozemac.OlmAccount;
import org.ferry.crypto.vodozemac.OlmMessage;
import org.ferry.crypto.vodozemac.OlmSession;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/** A device that says over Olm whatever it likes. */
final class Forger implements AutoCloseable {
  final DeviceRef ref;
  private final KeyRelay relay;
  private final Peer to;
  private final OlmAccount account = OlmAccount.create();
  private final OlmSession session;

  Forger(String user, String device, KeyRelay relay, Peer to) {
    this.ref = new DeviceRef(new UserId(user), new DeviceId(device));
    this.relay = relay;
    this.to = to;
    ObjectNode keys = keys();
    relay.deviceKeys.put(ref, keys);
    relay.changes.add(user);
    JsonNode key = requireNonNull(relay.claim(to.ref)).getValue();
    this.session =
        account.createOutboundSession(
            Curve25519Key.parse(to.machine.curve25519()),
            Curve25519Key.parse(key.path("key").asText()));
  }

  private ObjectNode keys() {
    String id = ref.device().value();
    ObjectNode keys = Json.object().put("user_id", ref.user().value()).put("device_id", id);
    keys.putArray("algorithms").add(AccountKeeper.OLM).add(AccountKeeper.MEGOLM);
    keys.putObject("keys")
        .put("curve25519:" + id, account.identityKeys().curve25519().base64())
        .put("ed25519:" + id, account.identityKeys().ed25519().base64());
    SignedJson.sign(keys, ref.user(), "ed25519:" + id, account::sign);
    return keys;
  }

  /** Has the device signed by its user's identity. */
  void sign(Secret selfSigning) throws KeyRelay.Refusal {
    Device device = DeviceCheck.read(ref.user(), null, keys()).orElseThrow();
    byte[] seed = Base64.getDecoder().decode(selfSigning.reveal());
    try (Ed25519Keypair pair = Ed25519Keypair.fromSeed(seed)) {
      var body = SelfSigning.signature(device, pair);
      JsonNode unused = relay.take(ref, new OutgoingRequest.SignatureUpload("sign", body));
    }
  }

  /** Signs the master key of its user's identity, as the device does that makes one. */
  void signIdentity() {
    JsonNode identity = requireNonNull(relay.identities.get(ref.user()));
    ObjectNode master = (ObjectNode) identity.path("master_key");
    SignedJson.sign(master, ref.user(), "ed25519:" + ref.device(), account::sign);
  }

  /** Says something; it lies with the relay then. */
  void say(String type, ObjectNode content) {
    ObjectNode event = Json.object().put("type", type).put("sender", ref.user().value());
    event.set("content", content);
    event.put("recipient", to.ref.user().value());
    event.putObject("recipient_keys").put("ed25519", to.machine.ed25519());
    event.putObject("keys").put("ed25519", account.identityKeys().ed25519().base64());
    OlmMessage message = session.encrypt(Json.text(event).getBytes(StandardCharsets.UTF_8));
    ObjectNode sent = Json.object().put("type", "m.room.encrypted");
    ObjectNode envelope = sent.put("sender", ref.user().value()).putObject("content");
    envelope
        .put("algorithm", AccountKeeper.OLM)
        .put("sender_key", account.identityKeys().curve25519().base64())
        .putObject("ciphertext")
        .putObject(to.machine.curve25519())
        .put("type", message.type())
        .put("body", message.body());
    relay.deliver(to.ref, sent);
  }

  @Override
  public void close() {
    session.close();
    account.close();
  }
}
