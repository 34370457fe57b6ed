package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ferry.crypto.vodozemac.Ed25519Keypair;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/**
 * Signs this device by the account's own identity (specification, "Cross-signing"). An identity is
 * made only where the account has none and somebody allowed it; another one is never replaced.
 */
final class SelfSigning {
  static final String MASTER = "m.cross_signing.master";
  static final String SELF = "m.cross_signing.self_signing";
  static final String USER = "m.cross_signing.user_signing";
  private static final List<String> NAMES = List.of(MASTER, SELF, USER);

  private final CryptoStore store;
  private final Pickler pickler;
  private final DeviceLists lists;
  private boolean told;

  SelfSigning(CryptoStore store, Pickler pickler, DeviceLists lists) {
    this.store = store;
    this.pickler = pickler;
    this.lists = lists;
  }

  /** Makes an identity where the homeserver has said that the account has none. */
  boolean create(Turn turn) {
    Tracked self = lists.of(store.device().user());
    if (self == null
        || self.answeredAt() == 0
        || self.identity() != null
        || store.secret(MASTER).isPresent()) {
      return false;
    }
    for (String name : NAMES) {
      try (Ed25519Keypair pair = Ed25519Keypair.create()) {
        turn.add(new CryptoChange.PutSecret(name, pickler.sealSecret(name, pair.seed())));
      }
    }
    return true;
  }

  /**
   * Takes over a private key of the account's identity.
   *
   * @return false where it is not the one that belongs to the identity on the homeserver
   */
  boolean adopt(String name, Secret base64, Turn turn) {
    Tracked self = lists.of(store.device().user());
    ObjectNode identity = self == null ? null : self.identity();
    byte[] seed = Base64.getDecoder().decode(base64.reveal());
    try (Ed25519Keypair pair = Ed25519Keypair.fromSeed(seed)) {
      String field = name.equals(MASTER) ? "master" : "self_signing";
      boolean ours =
          identity != null
              && (name.equals(USER)
                  || identity.path(field).asText().equals(pair.publicKey().base64()));
      if (ours) {
        turn.add(new CryptoChange.PutSecret(name, pickler.sealSecret(name, seed)));
      }
      return ours;
    }
  }

  /** The private keys that are here, as secret storage keeps them: unpadded base64. */
  Map<String, Secret> secrets() {
    Map<String, Secret> secrets = new LinkedHashMap<>();
    for (String name : NAMES) {
      seed(name)
          .ifPresent(s ->
              secrets.put(name, Secret.of(Base64.getEncoder().withoutPadding().encodeToString(s))));
    }
    return secrets;
  }

  private Optional<byte[]> seed(String name) {
    return store.secret(name).map(s -> pickler.openSecret(name, s));
  }

  /** What is missing on the homeserver; empty while it was not asked. */
  List<OutgoingRequest> wanted(Turn turn) {
    Tracked self = lists.of(store.device().user());
    Optional<byte[]> signing = seed(SELF);
    if (self == null || self.outdated() || signing.isEmpty()) {
      return List.of();
    }
    List<OutgoingRequest> wanted = new ArrayList<>();
    ObjectNode identity = self.identity();
    if (identity == null) {
      upload().ifPresent(wanted::add);
      return wanted;
    }
    try (Ed25519Keypair pair = Ed25519Keypair.fromSeed(signing.get())) {
      if (identity.path("self_signing").asText().equals(pair.publicKey().base64())) {
        lists.listed(List.of(store.device().user())).stream()
            .filter(d -> d.ref().equals(store.device()) && !Identities.vouches(self, d))
            .forEach(d ->
                wanted.add(
                    new OutgoingRequest.SignatureUpload(
                        "sign-" + d.ref().device(), signature(d, pair))));
      } else if (!told) {
        told = true;
        turn.alarm(
            "the cross-signing identity of %s was replaced; Ferry's device %s is not signed by the new one. Give Ferry its recovery key."
                .formatted(store.device().user(), store.device().device()));
      }
    }
    return wanted;
  }

  /** The body of an upload of signatures with that of one device. */
  static ObjectNode signature(Device device, Ed25519Keypair pair) {
    ObjectNode keys = device.keys().deepCopy();
    var unused = keys.remove("unsigned");
    UserId user = device.ref().user();
    unused = keys.remove("signatures");
    SignedJson.sign(keys, user, "ed25519:" + pair.publicKey().base64(), pair::sign);
    ObjectNode body = Json.object();
    body.putObject(user.value()).set(device.ref().device().value(), keys);
    return body;
  }

  /** The public keys, each signed by the master key. */
  private Optional<OutgoingRequest> upload() {
    Optional<byte[]> master = seed(MASTER);
    Optional<byte[]> user = seed(USER);
    Optional<byte[]> self = seed(SELF);
    if (master.isEmpty() || user.isEmpty() || self.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode body = Json.object();
    try (Ed25519Keypair pair = Ed25519Keypair.fromSeed(master.get())) {
      body.set("master_key", key("master", pair));
      body.set("self_signing_key", signed("self_signing", self.get(), pair));
      body.set("user_signing_key", signed("user_signing", user.get(), pair));
    }
    return Optional.of(new OutgoingRequest.CrossSigningUpload("identity", body));
  }

  private ObjectNode signed(String usage, byte[] seed, Ed25519Keypair master) {
    try (Ed25519Keypair pair = Ed25519Keypair.fromSeed(seed)) {
      ObjectNode key = key(usage, pair);
      String id = "ed25519:" + master.publicKey().base64();
      SignedJson.sign(key, store.device().user(), id, master::sign);
      return key;
    }
  }

  private ObjectNode key(String usage, Ed25519Keypair pair) {
    String key = pair.publicKey().base64();
    ObjectNode object = Json.object().put("user_id", store.device().user().value());
    object.putArray("usage").add(usage);
    object.putObject("keys").put("ed25519:" + key, key);
    return object;
  }
}
