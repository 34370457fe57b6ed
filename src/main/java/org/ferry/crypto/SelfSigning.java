package org.ferry.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.ferry.crypto.vodozemac.Ed25519Keypair;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Signs this device by the account's own identity (specification, "Cross-signing"). One is made, or
 * taken over from a former device, only where somebody allowed it, and none is replaced but by
 * that: where nobody has the keys of the one that is there.
 */
final class SelfSigning {
  static final String MASTER = "m.cross_signing.master";
  static final String SELF = "m.cross_signing.self_signing";
  static final String USER = "m.cross_signing.user_signing";
  private static final String SHARED = "shared ";

  /** The master key that a person has confirmed by hand, until it is the one that counts. */
  static final String CONFIRMED = "confirmed";

  /** The master key that the account's secret storage proves, until it is the one that counts. */
  static final String PROVEN = "proven";

  /** The master key of the identity that gives way to ours, until the homeserver has ours. */
  private static final String REPLACED = "replaced";

  private static final int SEED = 32;
  private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.]{1,64}");
  private static final List<String> NAMES = List.of(MASTER, SELF, USER);

  private final CryptoStore store;
  private final Pickler pickler;
  private final OwnSecrets own;
  private final DeviceLists lists;
  private final Insistence insistence;

  SelfSigning(
      CryptoStore store,
      Pickler pickler,
      OwnSecrets own,
      DeviceLists lists,
      Insistence insistence) {
    this.own = own;
    this.insistence = insistence;
    this.store = store;
    this.pickler = pickler;
    this.lists = lists;
  }

  /**
   * Takes over what a former device of the account left, else makes an identity, once the
   * homeserver has said which one the account has.
   */
  boolean create(Turn turn) {
    Tracked self = lists.of(store.device().user());
    if (self == null || self.answeredAt() == 0 || seed(MASTER).isPresent()) {
      return false;
    }
    ObjectNode identity = self.identity();
    if (identity != null && (self.outdated() || isSignedBy(self))) {
      return false;
    }
    keep(
        new FormerIdentity(store, pickler, NAMES)
            .find(identity)
            .orElseGet(() -> make(identity, turn)),
        turn);
    return true;
  }

  private boolean isSignedBy(Tracked self) {
    return listed().filter(d -> Identities.vouches(self, d)).isPresent();
  }

  /** This device, as the homeserver lists it. */
  private Optional<Device> listed() {
    return lists.listed(List.of(store.device().user())).stream()
        .filter(d -> d.ref().equals(store.device()))
        .findFirst();
  }

  private void keep(Map<String, byte[]> seeds, Turn turn) {
    seeds.forEach(
        (name, seed) -> turn.add(new CryptoChange.PutSecret(name, pickler.sealSecret(name, seed))));
    byte[] master = seeds.get(MASTER);
    if (master != null) {
      pin(publicKey(master), turn);
    }
  }

  /** Whatever makes an identity count ends a word for another, which would count again later. */
  private void pin(String master, Turn turn) {
    lists.pin(store.device().user(), master, turn);
    turn.add(new CryptoChange.DropSecret(CONFIRMED));
  }

  private Map<String, byte[]> make(@Nullable ObjectNode before, Turn turn) {
    if (before != null) {
      String master = before.path("master").asText();
      turn.add(
          new CryptoChange.PutSecret(
              REPLACED, pickler.sealSecret(REPLACED, master.getBytes(UTF_8))));
      turn.alarm(
          "nobody has the keys of the cross-signing identity of %s; Ferry makes another one for its device %s. Who verified the former one is told that it changed."
              .formatted(store.device().user(), store.device().device()));
    }
    Map<String, byte[]> seeds = new LinkedHashMap<>();
    for (String name : NAMES) {
      try (Ed25519Keypair pair = Ed25519Keypair.create()) {
        var unused = seeds.put(name, pair.seed());
      }
    }
    return seeds;
  }

  /** The public key of a seed, unpadded base64. */
  static String publicKey(byte[] seed) {
    try (Ed25519Keypair pair = Ed25519Keypair.fromSeed(seed)) {
      return pair.publicKey().base64();
    }
  }

  /**
   * Takes over a private key of the account's identity, which whoever gave it proves to be the
   * account's own. The master key is not kept: it proves that the identity which the homeserver
   * shows by now is the one that counts, whichever was seen first. The self-signing key proves that
   * where a device that it has signed has signed the master key, as clients do that make an
   * identity; by itself it does not, for a homeserver may sign its public half with any master key.
   *
   * @return false where it is not the one that belongs to the identity on the homeserver
   */
  boolean adopt(String name, Secret base64, Turn turn) {
    if (!name.equals(MASTER)) {
      return adopt(name, name, base64, turn) && count(turn);
    }
    byte[] seed = bytes(base64);
    boolean ours = seed.length == SEED && isOfIdentity(MASTER, seed);
    if (ours) {
      pin(publicKey(seed), turn);
    }
    return ours;
  }

  /**
   * Has the account's own master key count where the identity on the homeserver has the account's
   * own self-signing key under another one, whichever was seen first or accepted by whom. Whoever
   * resets an identity makes both anew; a homeserver has the public half of the one, and can sign
   * that with any other.
   *
   * @param master the account's private master key, base64
   * @param selfSigning its private self-signing key, base64
   * @return whether it is so
   */
  boolean refute(Secret master, Secret selfSigning, Turn turn) {
    byte[] seed = bytes(master);
    byte[] signing = bytes(selfSigning);
    boolean refuted =
        seed.length == SEED
            && signing.length == SEED
            && isOfIdentity(SELF, signing)
            && !isOfIdentity(MASTER, seed);
    if (refuted) {
      pin(publicKey(seed), turn);
    }
    return refuted;
  }

  private boolean count(Turn turn) {
    Tracked self = lists.of(store.device().user());
    ObjectNode identity = self == null ? null : self.identity();
    if (identity != null && Identities.isMadeByDevice(identity)) {
      pin(identity.path("master").asText(), turn);
    }
    return true;
  }

  /**
   * Has the identity count that Ferry made, that a command found in the account's storage, or that
   * a person confirmed by hand, the last where it is the one that is shown. For what Ferry made
   * nobody's word is taken.
   */
  private void confirm(Tracked self, Turn turn) {
    Optional<byte[]> proven = own.open(PROVEN);
    if (proven.isPresent()) {
      pin(new String(proven.get(), UTF_8), turn);
      turn.add(new CryptoChange.DropSecret(PROVEN));
      turn.alarm(
          "the secret storage of %s proves which identity is the account's: that is the one that counts now."
              .formatted(self.user()));
      return;
    }
    ObjectNode identity = self.identity();
    if (identity == null || identity.path("master").asText().equals(self.pinned())) {
      return;
    }
    Optional<byte[]> made = seed(MASTER);
    if (made.isPresent()) {
      lists.pin(self.user(), publicKey(made.get()), turn);
      return;
    }
    String master = identity.path("master").asText();
    if (own.open(CONFIRMED).filter(m -> master.equals(new String(m, UTF_8))).isPresent()) {
      pin(master, turn);
      turn.alarm(
          "the cross-signing identity of %s was confirmed by hand: it is the one that counts now."
              .formatted(self.user()));
    }
  }

  /** Takes over one that another device sent: it serves to sign this device, and proves nothing. */
  boolean adoptShared(String name, Secret base64, Turn turn) {
    return adopt(name, SHARED + name, base64, turn);
  }

  private boolean adopt(String name, String as, Secret base64, Turn turn) {
    byte[] seed = bytes(base64);
    if (seed.length != SEED || !isOfIdentity(name, seed)) {
      return false;
    }
    turn.add(new CryptoChange.PutSecret(as, pickler.sealSecret(as, seed)));
    return true;
  }

  private static byte[] bytes(Secret base64) {
    try {
      return Base64.getDecoder().decode(base64.reveal());
    } catch (IllegalArgumentException e) {
      // reason: what is not base64 is no key.
      return new byte[0];
    }
  }

  private boolean isOfIdentity(String name, byte[] seed) {
    Tracked self = lists.of(store.device().user());
    ObjectNode identity = self == null ? null : self.identity();
    String field = Map.of(MASTER, "master", SELF, "self_signing").getOrDefault(name, "");
    if (identity == null || field.isEmpty()) {
      return false;
    }
    return identity.path(field).asText().equals(publicKey(seed));
  }

  /**
   * Whether the identity that the homeserver shows is the account's own beyond doubt: the one seen
   * first, and its private key is here, not from another device.
   */
  boolean isProven() {
    Tracked self = lists.of(store.device().user());
    ObjectNode identity = self == null ? null : self.identity();
    return self != null
        && identity != null
        && identity.path("master").asText().equals(self.pinned())
        && seed(SELF).filter(s -> isOfIdentity(SELF, s)).isPresent();
  }

  /** A private key that is here, from wherever. */
  Optional<byte[]> secret(String name) {
    return seed(name).or(() -> seed(SHARED + name));
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
    return own.open(name);
  }

  /**
   * What is missing on the homeserver, and was not uploaded a short time ago; empty while the
   * homeserver was not asked.
   */
  List<OutgoingRequest> wanted(Turn turn) {
    return missing(turn).stream().filter(r -> insistence.isDue(r.id(), turn.now())).toList();
  }

  private List<OutgoingRequest> missing(Turn turn) {
    Tracked self = lists.of(store.device().user());
    if (self == null || self.outdated()) {
      return List.of();
    }
    confirm(self, turn);
    Optional<byte[]> signing = secret(SELF);
    if (signing.isEmpty()) {
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
        // Whether that identity counts is another question, which no signature changes.
        listed()
            .ifPresent(device -> {
              if (Identities.signs(identity, device)) {
                insistence.shown();
              } else {
                wanted.add(
                    new OutgoingRequest.SignatureUpload(
                        "sign-%s-%s".formatted(device.ref().device(), pair.publicKey().base64()),
                        signature(device, pair)));
              }
            });
      } else if (givesWay(identity)) {
        upload().ifPresent(wanted::add);
      } else {
        insistence.say(replaced(), turn);
      }
    }
    return wanted;
  }

  private String replaced() {
    UserId user = store.device().user();
    String remedy =
        seed(MASTER).isPresent()
            ? "Ferry had made the former one, and nobody else resets it: look who can log in as that user, or ask whoever runs the homeserver. ferry accounts login %s --new-device has Ferry make another one then."
                .formatted(user)
            : "Give Ferry its recovery key.";
    return "the cross-signing identity of %s was replaced; Ferry's device %s is not signed by the new one. %s"
        .formatted(user, store.device().device(), remedy);
  }

  /**
   * The homeserver took an upload. Whether it shows what was uploaded is asked for next; what it
   * did not take of it stands in the answer.
   */
  void answered(OutgoingRequest upload, JsonNode response, Turn turn) {
    Optional<String> failure = failure(response);
    if (failure.isPresent()) {
      insistence.refused(upload.id(), turn.now());
      insistence.say(
          "the homeserver does not take the signature of the device %s (%s); other clients may hide keys from it. Ferry tries again ever less often."
              .formatted(store.device(), failure.get()),
          turn);
    } else if (insistence.accepted(upload.id(), turn.now())) {
      insistence.say(
          "the homeserver accepts the signature of the device %s and does not show it; other clients may hide keys from it. Ferry tries again ever less often."
              .formatted(store.device()),
          turn);
    }
    lists.changed(List.of(store.device().user()), turn);
  }

  /** Why the first of the signatures was not taken; the rest is the homeserver's own words. */
  private static Optional<String> failure(JsonNode response) {
    for (JsonNode user : response.path("failures")) {
      for (JsonNode device : user) {
        String code = device.path("errcode").asText();
        return Optional.of(CODE.matcher(code).matches() ? code : "no errcode");
      }
    }
    return Optional.empty();
  }

  /** The homeserver refused an upload. */
  void refused(OutgoingRequest upload, RequestFailure failure, Turn turn) {
    insistence.refused(upload.id(), turn.now());
    insistence.say(
        "the homeserver refuses the signature of the device %s (%d %s); other clients may hide keys from it."
            .formatted(store.device(), failure.status(), failure.errcode()),
        turn);
  }

  private boolean givesWay(ObjectNode identity) {
    return seed(REPLACED)
        .filter(key -> identity.path("master").asText().equals(new String(key, UTF_8)))
        .isPresent();
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
    return Optional.of(
        new OutgoingRequest.CrossSigningUpload("identity-" + publicKey(master.get()), body));
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
