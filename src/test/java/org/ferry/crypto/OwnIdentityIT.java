package org.ferry.crypto;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ferry.crypto.vodozemac.Ed25519Keypair;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgDevices;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The identity of one of Ferry's own users outlives the device that it was made for. */
class OwnIdentityIT {
  private static final String BOT = "@bot:example.org";
  private static final UserId USER = new UserId(BOT);

  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final Peer first = new Peer(BOT, "FIRST", relay, clock).send();
  private final List<String> alarms = new ArrayList<>();

  @BeforeEach
  void theFirstDeviceIsSignedAndDeleted() {
    assertThat(first.machine.createIdentity()).isTrue();
    first.send();
    assertThat(first.machine.isSigned()).isTrue();
    relay.deviceKeys.remove(first.ref);
  }

  @AfterEach
  void close() {
    first.close();
  }

  private OlmMachine open(String device) {
    PgCryptoStore store =
        PgCryptoStore.of(
            first.lab.database(), first.keys, new DeviceRef(USER, new DeviceId(device)));
    Lease lease = store.claim("test", Duration.ofMinutes(5)).orElseThrow();
    return OlmMachine.open(store, first.keys, first.keyring, lease, clock, alarms::add);
  }

  private void send(OlmMachine machine) {
    for (int i = 0; i < 10; i++) {
      List<OutgoingRequest> wanted = machine.outgoing();
      if (wanted.isEmpty()) {
        return;
      }
      for (OutgoingRequest request : wanted) {
        try {
          machine.answered(request, relay.take(machine.device(), request));
        } catch (KeyRelay.Refusal e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  private ObjectNode identity() {
    return requireNonNull(relay.identities.get(USER));
  }

  private static List<String> secrets(OlmMachine machine) {
    return machine.identitySecrets().entrySet().stream()
        .map(e -> e.getKey() + " " + e.getValue().reveal())
        .toList();
  }

  @Test
  void aNewDeviceGoesOnWithIt() {
    ObjectNode before = identity();
    try (OlmMachine next = open("NEXT")) {
      send(next);
      assertThat(next.isSigned()).isFalse();
      assertThat(next.createIdentity()).isTrue();
      send(next);
      assertThat(next.isSigned()).isTrue();
      assertThat(secrets(next)).hasSize(3).isEqualTo(secrets(first.machine));
      assertThat(next.createIdentity()).isFalse();
    }
    // It is sealed for the new device, and opens after a start.
    try (OlmMachine next = open("NEXT")) {
      assertThat(secrets(next)).isEqualTo(secrets(first.machine));
    }
    assertThat(identity()).isEqualTo(before);
    assertThat(alarms).isEmpty();
  }

  @Test
  void whereNobodyHasItsKeysAnotherTakesItsPlaceWithAnAlarm() {
    ObjectNode before = identity();
    first.sql("delete from ferry.olm_secret");
    try (OlmMachine next = open("NEXT")) {
      send(next);
      assertThat(next.createIdentity()).isTrue();
    }
    // A kill before the upload changes nothing of it.
    try (OlmMachine next = open("NEXT")) {
      send(next);
      assertThat(identity()).isNotEqualTo(before);
      assertThat(next.isSigned()).isTrue();
    }
    assertThat(alarms).singleElement().asString().contains("nobody has the keys", BOT, "NEXT");
  }

  /** Only the identity that was found without keys gives way, not one that somebody makes later. */
  @Test
  void whoReplacesItLaterIsNotFought() {
    first.sql("delete from ferry.olm_secret");
    try (OlmMachine next = open("NEXT");
        Peer other = new Peer(BOT, "OTHER", relay, clock)) {
      send(next);
      assertThat(next.createIdentity()).isTrue();
      send(next);
      other.send();
      assertThat(other.machine.createIdentity()).isTrue();
      other.send();
      ObjectNode theirs = identity();
      var unused =
          next.receive(new SyncInput(List.of(), List.of(BOT), List.of(), Map.of(), null, "next"));
      send(next);
      assertThat(next.isSigned()).isFalse();
      assertThat(next.createIdentity()).isFalse();
      assertThat(identity()).isEqualTo(theirs);
      assertThat(alarms).anyMatch(a -> a.contains("was replaced"));
    }
  }

  /** Who resets an account in another client gets another recovery key, and gives Ferry that. */
  @Test
  void theRecoveryKeyOfAnotherIdentityMakesThatOneCount() {
    try (OlmMachine next = open("NEXT");
        Peer other = new Peer(BOT, "OTHER", relay, clock)) {
      send(next);
      adopt(next, first, SelfSigning.SELF);
      send(next);
      assertThat(next.isSigned()).isTrue();
      relay.identities.clear();
      other.send();
      assertThat(other.machine.createIdentity()).isTrue();
      other.send();
      var unused =
          next.receive(new SyncInput(List.of(), List.of(BOT), List.of(), Map.of(), null, "next"));
      send(next);
      assertThat(next.isSigned()).isFalse();
      // By that key alone the homeserver could have another identity pass for the account's.
      adopt(next, other, SelfSigning.SELF);
      send(next);
      assertThat(next.isSigned()).isFalse();
      assertThat(next.outgoing()).as("nothing is uploaded again and again").isEmpty();
      adopt(next, other, SelfSigning.MASTER);
      send(next);
      assertThat(next.isSigned()).isTrue();
      assertThat(next.outgoing()).isEmpty();
      assertThat(next.identitySecrets()).containsOnlyKeys(SelfSigning.SELF);
    }
  }

  /** A client that keeps no master key in secret storage makes an identity with its device. */
  @Test
  void anIdentityThatADeviceOfItsOwnMadeCountsByItsSigningKey() throws Exception {
    try (OlmMachine next = open("NEXT");
        Peer other = new Peer(BOT, "OTHER", relay, clock)) {
      replacedBy(other, next);
      try (Forger maker = new Forger(BOT, "MAKER", relay, other)) {
        maker.signIdentity();
        news(next);
        adopt(next, other, SelfSigning.SELF);
        send(next);
        assertThat(next.isSigned()).as("anybody may have that device").isFalse();
        maker.sign(requireNonNull(other.machine.identitySecrets().get(SelfSigning.SELF)));
        news(next);
        assertThat(next.isSigned()).as("nobody gave the key since").isFalse();
        adopt(next, other, SelfSigning.SELF);
        assertThat(next.isSigned()).isTrue();
      }
    }
  }

  /** Its owner says so, while another process has the device open. */
  @Test
  void anIdentityThatIsConfirmedByHandCountsFromThenOn() {
    try (OlmMachine next = open("NEXT");
        Peer other = new Peer(BOT, "OTHER", relay, clock)) {
      replacedBy(other, next);
      adopt(next, other, SelfSigning.SELF);
      send(next);
      assertThat(next.isSigned()).isFalse();
      confirm(next.device(), "another master key");
      send(next);
      assertThat(next.isSigned()).isFalse();
      confirm(next.device(), identity().path("master_key").path("keys").iterator().next().asText());
      send(next);
      assertThat(next.isSigned()).isTrue();
      assertThat(alarms).filteredOn(a -> a.contains("confirmed by hand")).hasSize(1);
    }
    try (OlmMachine next = open("NEXT")) {
      send(next);
      assertThat(next.isSigned()).isTrue();
    }
  }

  /** A homeserver may sign the public half of the account's own key with any master key. */
  @Test
  void anotherMasterKeyOverTheSameSigningKeyIsContradictedByTheAccountsOwn() {
    Secret master = requireNonNull(first.machine.identitySecrets().get(SelfSigning.MASTER));
    Secret signing = requireNonNull(first.machine.identitySecrets().get(SelfSigning.SELF));
    try (OlmMachine next = open("NEXT")) {
      send(next);
      assertThat(next.refuteIdentity(master, signing)).isFalse();
      adopt(next, first, SelfSigning.SELF);
      send(next);
      assertThat(next.isSigned()).isTrue();
      ObjectNode genuine = identity().deepCopy();
      String forged = forgeMasterKey();
      news(next);
      assertThat(next.isSigned()).isFalse();
      assertThat(next.refuteIdentity(master, signing)).isTrue();
      // A word for it that nothing contradicted was taken, and is found out later.
      confirm(next.device(), forged);
      send(next);
      assertThat(next.isSigned()).isTrue();
      assertThat(next.refuteIdentity(master, signing)).isTrue();
      assertThat(next.isSigned()).isFalse();
      relay.identities.put(USER, genuine);
      news(next);
      assertThat(next.isSigned()).isTrue();
    }
  }

  /** A command that has the recovery key tells the daemon that has none. */
  @Test
  void whatTheStorageHoldsEndsTheWordForAnother() {
    Secret master = requireNonNull(first.machine.identitySecrets().get(SelfSigning.MASTER));
    String own = DeviceSignature.publicKey(master).orElseThrow();
    try (OlmMachine next = open("NEXT")) {
      send(next);
      adopt(next, first, SelfSigning.SELF);
      send(next);
      ObjectNode genuine = identity().deepCopy();
      confirm(next.device(), forgeMasterKey());
      news(next);
      assertThat(next.isSigned()).isTrue();
      leave(next.device(), ConfirmedIdentity.PROVEN, own);
      send(next);
      assertThat(next.isSigned()).isFalse();
      relay.identities.put(USER, genuine);
      news(next);
      assertThat(next.isSigned()).isTrue();
      assertThat(alarms).filteredOn(a -> a.contains("proves which identity")).hasSize(1);
    }
  }

  /** Nobody but Ferry has the keys of an identity that it made. */
  @Test
  void noWordCountsAgainstAnIdentityThatFerryMade() {
    ObjectNode own = identity().deepCopy();
    try (OlmMachine next = open("NEXT");
        Peer other = new Peer(BOT, "OTHER", relay, clock)) {
      send(next);
      assertThat(next.createIdentity()).isTrue();
      send(next);
      assertThat(next.isSigned()).isTrue();
      replacedBy(other, next);
      confirm(next.device(), identity().path("master_key").path("keys").iterator().next().asText());
      send(next);
      assertThat(alarms)
          .noneMatch(a -> a.contains("confirmed by hand"))
          .anyMatch(a -> a.contains("was replaced") && a.contains("--new-device"));
      relay.identities.put(USER, own);
      news(next);
      assertThat(next.isSigned()).isTrue();
    }
  }

  /** The homeserver shows another master key, which has signed the account's self-signing key. */
  private String forgeMasterKey() {
    try (Ed25519Keypair theirs = Ed25519Keypair.create()) {
      String key = theirs.publicKey().base64();
      ObjectNode forged = Json.object().put("user_id", BOT);
      forged.putArray("usage").add("master");
      forged.putObject("keys").put("ed25519:" + key, key);
      ObjectNode self = (ObjectNode) identity().path("self_signing_key");
      SignedJson.sign(self, USER, "ed25519:" + key, theirs::sign);
      identity().set("master_key", forged);
      return key;
    }
  }

  /** Whoever took a person's word before may not be taken back to it after the next reset. */
  @Test
  void aWordForAnIdentityEndsWhereAnythingElseMakesOneCount() {
    try (OlmMachine next = open("NEXT");
        Peer second = new Peer(BOT, "SECOND", relay, clock);
        Peer third = new Peer(BOT, "THIRD", relay, clock)) {
      replacedBy(second, next);
      ObjectNode former = identity().deepCopy();
      confirm(next.device(), former.path("master_key").path("keys").iterator().next().asText());
      adopt(next, second, SelfSigning.MASTER);
      adopt(next, second, SelfSigning.SELF);
      send(next);
      assertThat(next.isSigned()).isTrue();
      replacedBy(third, next);
      adopt(next, third, SelfSigning.MASTER);
      relay.identities.put(USER, former);
      news(next);
      assertThat(next.isSigned()).isFalse();
    }
  }

  private void confirm(DeviceRef device, String master) {
    leave(device, ConfirmedIdentity.NAME, master);
  }

  private void leave(DeviceRef device, String name, String master) {
    new PgDevices(first.lab.database())
        .leave(device, name, ConfirmedIdentity.seal(name, first.keyring, device, master));
  }

  private void replacedBy(Peer other, OlmMachine next) {
    send(next);
    relay.identities.clear();
    other.send();
    assertThat(other.machine.createIdentity()).isTrue();
    other.send();
    news(next);
  }

  private void news(OlmMachine next) {
    var unused =
        next.receive(new SyncInput(List.of(), List.of(BOT), List.of(), Map.of(), null, "next"));
    send(next);
  }

  @Test
  void aHomeserverThatNeverShowsASignatureIsGivenItEverLessOften() {
    relay.signatureAnswer = Json.object();
    try (OlmMachine next = open("NEXT")) {
      send(next);
      assertThat(next.createIdentity()).isTrue();
      int before = relay.signatureUploads;
      for (int seconds = 0; seconds < 3600; seconds += 5) {
        send(next);
        clock.pass(Duration.ofSeconds(5));
      }
      assertThat(relay.signatureUploads - before).isBetween(5, 10);
      assertThat(alarms)
          .singleElement()
          .asString()
          .contains("accepts the signature of the device " + next.device());
      relay.signatureAnswer = null;
      clock.pass(Duration.ofHours(6));
      send(next);
      assertThat(next.isSigned()).isTrue();
    }
  }

  @Test
  void whyASignatureWasNotTakenIsSaidOnce() {
    ObjectNode answer = Json.object();
    answer
        .putObject("failures")
        .putObject(BOT)
        .putObject("NEXT")
        .put("errcode", "M_INVALID_SIGNATURE")
        .put("error", "words\nof a homeserver");
    relay.signatureAnswer = answer;
    try (OlmMachine next = open("NEXT")) {
      send(next);
      assertThat(next.createIdentity()).isTrue();
      for (int i = 0; i < 5; i++) {
        send(next);
        clock.pass(Duration.ofMinutes(2));
      }
    }
    assertThat(alarms)
        .singleElement()
        .asString()
        .contains("does not take the signature", "(M_INVALID_SIGNATURE)");
  }

  private static void adopt(OlmMachine by, Peer of, String name) {
    Secret secret = requireNonNull(of.machine.identitySecrets().get(name));
    assertThat(by.adoptIdentity(name, secret)).isTrue();
  }
}
