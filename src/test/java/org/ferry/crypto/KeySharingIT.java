package org.ferry.crypto;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.crypto.vodozemac.Vodozemac;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.store.crypto.PgCryptoStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One person's devices ask each other for room keys and secrets, and others try to. */
class KeySharingIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");
  private static final String ALICE = "@alice:example.org";

  private final long handles = Vodozemac.openHandles();
  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final Peer ferry = new Peer(ALICE, "FERRY", relay, clock).send();
  private final Peer bob = new Peer("@bob:example.org", "BOB", relay, clock).send();
  private final Set<UserId> both = Set.of(ferry.ref.user(), bob.ref.user());
  private final List<AutoCloseable> others = new ArrayList<>(List.of(ferry, bob));

  @BeforeEach
  void identity() {
    assertThat(ferry.machine.createIdentity()).isTrue();
    ferry.send();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable other : others) {
      other.close();
    }
    assertThat(Vodozemac.openHandles()).isEqualTo(handles);
  }

  private Secret selfSigning() {
    return requireNonNull(ferry.machine.identitySecrets().get(SelfSigning.SELF));
  }

  /** Another device of Alice's, signed or not. */
  private Peer phone(String device, boolean signed) {
    Peer phone = new Peer(ALICE, device, relay, clock).send();
    others.add(phone);
    if (signed) {
      assertThat(phone.machine.adoptIdentity(SelfSigning.SELF, selfSigning())).isTrue();
      phone.send();
      assertThat(phone.machine.isSigned()).isTrue();
    }
    ferry.sync();
    return phone;
  }

  private Forger forger(String user, String device, boolean signed) throws KeyRelay.Refusal {
    Forger forger = new Forger(user, device, relay, ferry);
    others.add(forger);
    if (signed) {
      forger.sign(selfSigning());
    }
    ferry.sync();
    return forger;
  }

  /**
   * MSC4268: nothing of it is fetched or believed, not even from a signed device of the same user.
   */
  @Test
  void aBundleOfKeysIsLeftAndCounted() throws Exception {
    Forger signed = forger(ALICE, "SIGNED", true);
    ObjectNode bundle = Json.object().put("room_id", ROOM.value());
    bundle.putObject("file").put("url", "mxc://example.org/bundle").put("v", "v2");
    for (String type : List.of("m.room_key_bundle", "io.element.msc4268.room_key_bundle")) {
      signed.say(type, bundle);
    }
    SyncOutcome outcome = ferry.sync();
    assertThat(outcome.rejected()).isEqualTo(2);
    assertThat(outcome.newKeys()).isEmpty();
    assertThat(ferry.machine.incidents()).containsEntry(Incident.KEY_BUNDLE_LEFT, 2L);
  }

  private static SessionRef session(ObjectNode event) {
    return new SessionRef(ROOM, event.path("content").path("session_id").asText());
  }

  private static long firstIndex(Peer of, SessionRef ref) {
    try (InboundSession session = of.keys.find(ref.room(), ref.session()).orElseThrow()) {
      return session.megolm().firstKnownIndex();
    }
  }

  /** Bob speaks before the phone is there, so that it lacks the key; it asks after its patience. */
  private void lacks(Peer phone, ObjectNode event) {
    assertThat(phone.machine.decrypt(ROOM, event)).isInstanceOf(DecryptOutcome.Waiting.class);
    clock.pass(Duration.ofSeconds(31));
    phone.send();
  }

  @Test
  void anOwnSignedDeviceIsGivenTheKeyAndSaysThatItNeedsItNoMore() {
    ObjectNode event = bob.say(ROOM, both, "before the phone");
    ferry.sync();
    Peer phone = phone("PHONE", true);
    lacks(phone, event);
    ferry.sync();
    assertThat(phone.sync().newKeys()).containsExactly(session(event));
    Peer.Released released = phone.released().getFirst();
    assertThat(((DecryptOutcome.Clear) released.outcome()).content().path("body").asText())
        .isEqualTo("before the phone");
    assertThat(((DecryptOutcome.Clear) released.outcome()).trust()).isNotEqualTo(Trust.VERIFIED);
    phone.machine.handled(List.of(released.id()));
    phone.send();
    assertThat(relay.roomKeyRequests)
        .filteredOn(r -> r.path("content").path("action").asText().equals("request_cancellation"))
        .extracting(r -> r.path("to").asText())
        .containsExactlyInAnyOrder(ALICE, bob.ref.user().value());
    assertThat(phone.store.request(session(event))).isEmpty();
    ferry.sync();
    bob.sync();
    assertThat(ferry.store.asked()).isEmpty();
    assertThat(ferry.machine.incidents()).isEmpty();
    // Bob is another user: his devices answer nothing, and ours none of his.
    assertThat(bob.machine.incidents()).containsKey(Incident.REFUSED_KEY_REQUEST);
  }

  /** Another account of Ferry's may have brought more of the session into the same database. */
  @Test
  void aDeviceIsGivenNoMoreThanThisOneWasGivenItself() {
    UserId bobOnly = bob.ref.user();
    ObjectNode early = bob.say(ROOM, Set.of(bobOnly), "before alice");
    ObjectNode late = bob.say(ROOM, both, "with alice");
    ferry.sync();
    SessionRef ref = session(late);
    assertThat(session(early)).isEqualTo(ref);
    assertThat(firstIndex(ferry, ref)).isEqualTo(1);
    try (InboundSession whole = bob.keys.find(ROOM, ref.session()).orElseThrow();
        MegolmInbound from0 =
            MegolmInbound.fromExportedKey(whole.megolm().exportAtFirstKnownIndex())) {
      var info = new RoomKeyInfo(KeyOrigin.EXPORT, "", "", null, List.of(), false, clock.now);
      assertThat(ferry.keys.add(new RoomKey(ROOM, from0, info))).isEqualTo(RoomKeys.Added.BETTER);
    }
    assertThat(firstIndex(ferry, ref)).isZero();
    Peer phone = phone("PHONE", true);
    lacks(phone, late);
    ferry.sync();
    assertThat(phone.sync().newKeys()).containsExactly(ref);
    assertThat(firstIndex(phone, ref)).isEqualTo(1);
  }

  @Test
  void whatOnlyAnotherAccountWasGivenIsNotGiven() {
    ObjectNode event = bob.say(ROOM, Set.of(bob.ref.user()), "not for alice");
    SessionRef ref = session(event);
    try (InboundSession whole = bob.keys.find(ROOM, ref.session()).orElseThrow();
        MegolmInbound copy =
            MegolmInbound.fromExportedKey(whole.megolm().exportAtFirstKnownIndex())) {
      var info = new RoomKeyInfo(KeyOrigin.EXPORT, "", "", null, List.of(), false, clock.now);
      assertThat(ferry.keys.add(new RoomKey(ROOM, copy, info))).isEqualTo(RoomKeys.Added.NEW);
    }
    Peer phone = phone("PHONE", true);
    lacks(phone, event);
    ferry.sync();
    assertThat(ferry.store.asked()).isEmpty();
    assertThat(phone.sync().newKeys()).isEmpty();
  }

  @Test
  void anUnsignedDeviceWaitsAndIsRefusedAfterAnHour() {
    ObjectNode event = bob.say(ROOM, both, "before the phone");
    ferry.sync();
    Peer phone = phone("PHONE", false);
    lacks(phone, event);
    ferry.sync();
    assertThat(phone.sync().newKeys()).isEmpty();
    assertThat(ferry.store.asked()).containsOnlyKeys(phone.ref.device());
    // A device that is signed meanwhile is answered without asking again.
    Peer later = phone("LATER", false);
    lacks(later, event);
    ferry.sync();
    assertThat(later.machine.adoptIdentity(SelfSigning.SELF, selfSigning())).isTrue();
    later.send();
    ferry.sync();
    assertThat(later.sync().newKeys()).containsExactly(session(event));
    clock.pass(Duration.ofMinutes(61));
    ferry.sync();
    assertThat(ferry.store.asked()).isEmpty();
    assertThat(ferry.machine.incidents()).containsEntry(Incident.REFUSED_KEY_REQUEST, 1L);
    assertThat(phone.sync().newKeys()).isEmpty();
  }

  /** Ghosts and the bot send each other no keys; they read with those that Ferry has. */
  @Test
  void anotherDeviceOfFerrysIsKnownAndVerifiedByItsOwnIdentity() throws KeyRelay.Refusal {
    DeviceRef ref = new DeviceRef(new UserId("@ghost:example.org"), new DeviceId("GHOST"));
    PgCryptoStore store = PgCryptoStore.of(ferry.lab.database(), ferry.keys, ref);
    Lease lease = store.claim("test", Duration.ofMinutes(5)).orElseThrow();
    try (OlmMachine ghost =
        OlmMachine.open(store, ferry.keys, ferry.keyring, lease, clock, ferry.alarms::add)) {
      send(ghost);
      Set<UserId> alone = Set.of(ref.user());
      for (OutgoingRequest request : ghost.prepare(ROOM, alone, Peer.SETTINGS)) {
        ghost.answered(request, relay.take(ref, request));
      }
      assertThat(ghost.prepare(ROOM, alone, Peer.SETTINGS)).isEmpty();
      ObjectNode content = Json.object().put("body", "as a ghost");
      ObjectNode event =
          Json.object()
              .put("type", "m.room.encrypted")
              .put("event_id", "$ghost")
              .put("sender", ref.user().value())
              .put("origin_server_ts", 1)
              .set("content", ghost.encrypt(ROOM, "txn", "m.room.message", content));
      assertThat(trust(event)).isEqualTo(Trust.UNVERIFIED);
      assertThat(ghost.createIdentity()).isTrue();
      send(ghost);
      assertThat(trust(event)).isEqualTo(Trust.VERIFIED);
      assertThat(trust(event.deepCopy().put("sender", ALICE)))
          .as("another's word")
          .isEqualTo(Trust.MISMATCHED_SENDER);
    }
  }

  private Trust trust(ObjectNode event) {
    return ((DecryptOutcome.Clear) ferry.machine.decrypt(ROOM, event)).trust();
  }

  private void send(OlmMachine machine) throws KeyRelay.Refusal {
    for (int i = 0; i < 5; i++) {
      for (OutgoingRequest request : machine.outgoing()) {
        machine.answered(request, relay.take(machine.device(), request));
      }
    }
  }

  /** The homeserver can make up an identity with devices, but not the key that is here. */
  @Test
  void nobodyIsAnsweredOnTheWordOfAnIdentityThatOnlyTheHomeserverShows() {
    ObjectNode event = bob.say(ROOM, both, "hello");
    ferry.sync();
    Peer phone = phone("PHONE", true);
    ferry.sql("delete from ferry.olm_secret");
    lacks(phone, event);
    ferry.sync();
    assertThat(phone.sync().newKeys()).isEmpty();
    assertThat(ferry.store.asked()).isNotEmpty();
  }

  @Test
  void aFloodOfRequestsIsCutAndARequestThatWasTakenBackIsNotAnswered() {
    ObjectNode event = bob.say(ROOM, both, "hello");
    ferry.sync();
    Peer phone = phone("PHONE", false);
    for (int page = 0; page < 6; page++) {
      for (int i = 0; i < 100; i++) {
        relay.deliver(ferry.ref, request(phone, "flood " + page + " " + i, session(event)));
      }
      ferry.sync();
    }
    assertThat(ferry.store.asked(phone.ref.device(), 10_000)).hasSize(KeyGiver.MOST_HELD);
    assertThat(ferry.machine.incidents()).containsEntry(Incident.REFUSED_KEY_REQUEST, 100L);
    for (int i = 0; i < 500; i++) {
      ObjectNode back = request(phone, "flood " + i / 100 + " " + i % 100, session(event));
      ((ObjectNode) back.path("content")).put("action", "request_cancellation").remove("body");
      relay.deliver(ferry.ref, back);
    }
    ferry.sync();
    assertThat(ferry.store.asked()).isEmpty();
    ObjectNode torn = request(phone, "torn\0", session(event));
    relay.deliver(ferry.ref, torn);
    relay.deliver(ferry.ref, request(phone, "x".repeat(1000), session(event)));
    relay.deliver(
        ferry.ref, request(phone, "y", new SessionRef(new RoomId("!other:x"), "unknown")));
    assertThat(ferry.sync().rejected()).isEqualTo(2);
    assertThat(ferry.store.asked()).isEmpty();
  }

  /** The names of devices cost nothing; those of real ones are still kept. */
  @Test
  void inventedDevicesDoNotCrowdOutRealOnes() {
    ObjectNode event = bob.say(ROOM, both, "hello");
    ferry.sync();
    Peer phone = phone("PHONE", false);
    for (int i = 0; i < KeyGiver.MOST_OF_UNLISTED + 100; i++) {
      ObjectNode request = request(phone, "flood " + i, session(event));
      ((ObjectNode) request.path("content")).put("requesting_device_id", "INVENTED" + i / 40);
      relay.deliver(ferry.ref, request);
    }
    for (int i = 0; i < KeyGiver.MOST_HELD + 50; i++) {
      relay.deliver(ferry.ref, request(phone, "mine " + i, session(event)));
    }
    assertThat(ferry.sync().rejected() + ferry.sync().rejected()).isEqualTo(150);
    assertThat(ferry.store.asked()).containsEntry(phone.ref.device(), KeyGiver.MOST_HELD);
    assertThat(ferry.lab.number("select count(*) from ferry.megolm_asked"))
        .isEqualTo(KeyGiver.MOST_OF_UNLISTED + KeyGiver.MOST_HELD);
    clock.pass(Duration.ofMinutes(61));
    ferry.sync();
    assertThat(ferry.store.asked()).isEmpty();
  }

  /** Signed when it asked: what counts is what it is when it would be answered. */
  @Test
  void whoIsNotTrustedAnyMoreWhenItWouldBeAnsweredGetsNothing() {
    ObjectNode event = bob.say(ROOM, both, "before the phone");
    ferry.sync();
    Peer phone = phone("PHONE", true);
    Peer gone = phone("GONE", true);
    // Neither has a one-time key, so that no answer can be made yet.
    for (Peer peer : List.of(phone, gone)) {
      relay.oneTimeKeys.remove(peer.ref);
      relay.fallback.remove(peer.ref);
      relay.deliver(ferry.ref, request(peer, "1", session(event)));
    }
    ferry.sync();
    assertThat(ferry.store.asked()).hasSize(2);
    // One is logged out; of the other the signature is taken away.
    relay.deviceKeys.remove(gone.ref);
    ObjectNode unsigned = requireNonNull(relay.deviceKeys.get(phone.ref)).deepCopy();
    ((ObjectNode) unsigned.path("signatures").path(ALICE))
        .retain("ed25519:" + phone.ref.device().value());
    relay.deviceKeys.put(phone.ref, unsigned);
    relay.changes.add(ALICE);
    clock.pass(Duration.ofMinutes(30));
    ferry.sync();
    assertThat(ferry.store.asked()).as("an hour is not over").hasSize(2);
    clock.pass(Duration.ofMinutes(31));
    ferry.sync();
    assertThat(ferry.store.asked()).isEmpty();
    assertThat(ferry.machine.incidents()).containsEntry(Incident.REFUSED_KEY_REQUEST, 2L);
    assertThat(forwards(phone.ref) + forwards(gone.ref)).isZero();
  }

  @Test
  void anotherIdentityThanWhenItWasAskedEndsTheAnswers() {
    ObjectNode event = bob.say(ROOM, both, "before the phone");
    ferry.sync();
    Peer phone = phone("PHONE", true);
    relay.deliver(ferry.ref, request(phone, "1", session(event)));
    // With the request comes the news that the account's identity was replaced.
    relay.identities.clear();
    try (Peer thief = new Peer(ALICE, "THIEF", relay, clock).send()) {
      assertThat(thief.machine.createIdentity()).isTrue();
      thief.send();
      relay.deliver(ferry.ref, request(thief, "2", session(event)));
      ferry.sync();
      assertThat(forwards(phone.ref) + forwards(thief.ref)).isZero();
      clock.pass(Duration.ofMinutes(61));
      ferry.sync();
    }
    assertThat(ferry.store.asked()).isEmpty();
    assertThat(ferry.machine.incidents()).containsEntry(Incident.REFUSED_KEY_REQUEST, 2L);
  }

  @Test
  void aSignedDeviceWithoutOneTimeKeysIsNotWaitedForForEver() {
    ObjectNode event = bob.say(ROOM, both, "before the phone");
    ferry.sync();
    Peer phone = phone("PHONE", true);
    relay.oneTimeKeys.remove(phone.ref);
    relay.fallback.remove(phone.ref);
    relay.deliver(ferry.ref, request(phone, "1", session(event)));
    ferry.sync();
    clock.pass(Duration.ofHours(2));
    ferry.sync();
    assertThat(ferry.store.asked()).containsOnlyKeys(phone.ref.device());
    clock.pass(Duration.ofHours(23));
    ferry.sync();
    assertThat(ferry.store.asked()).isEmpty();
  }

  private long forwards(DeviceRef to) {
    return relay.sync(to, "", 100_000).toDevice().stream()
        .filter(e -> e.path("type").asText().equals("m.room.encrypted"))
        .count();
  }

  private static ObjectNode request(Peer by, String id, SessionRef ref) {
    ObjectNode event = Json.object().put("type", KeyRequests.TYPE);
    event
        .put("sender", by.ref.user().value())
        .putObject("content")
        .put("action", "request")
        .put("request_id", id)
        .put("requesting_device_id", by.ref.device().value())
        .putObject("body")
        .put("algorithm", AccountKeeper.MEGOLM)
        .put("room_id", ref.room().value())
        .put("session_id", ref.session());
    return event;
  }

  /** E-08: of six only the one is kept that was asked for and comes from an own signed device. */
  @Test
  void ofForwardedKeysOnlyTheHonestOneIsKept() throws KeyRelay.Refusal {
    try (MegolmOutbound group = MegolmOutbound.create();
        MegolmInbound whole = MegolmInbound.fromSessionKey(group.sessionKey());
        MegolmOutbound stranger = MegolmOutbound.create();
        MegolmInbound other = MegolmInbound.fromSessionKey(stranger.sessionKey())) {
      SessionRef ref = new SessionRef(ROOM, group.sessionId());
      Forger signed = forger(ALICE, "SIGNED", true);
      Forger unsigned = forger(ALICE, "UNSIGNED", false);
      Forger eve = forger("@eve:example.org", "EVE", false);
      ObjectNode honest = forward(group.sessionId(), whole.exportAt(2).orElseThrow());
      signed.say("m.forwarded_room_key", honest);
      assertThat(ferry.sync().rejected()).as("nobody asked").isEqualTo(1);
      ObjectNode waits = event(group, "$1");
      assertThat(ferry.machine.decrypt(ROOM, waits)).isInstanceOf(DecryptOutcome.Waiting.class);
      clock.pass(Duration.ofSeconds(31));
      ferry.send();
      assertThat(ferry.store.request(ref)).isPresent();
      unsigned.say("m.forwarded_room_key", honest);
      eve.say("m.forwarded_room_key", honest);
      signed.say(
          "m.forwarded_room_key", forward(group.sessionId(), other.exportAtFirstKnownIndex()));
      assertThat(ferry.sync().rejected()).isEqualTo(3);
      assertThat(ferry.keys.find(ROOM, ref.session())).isEmpty();
      signed.say("m.forwarded_room_key", honest);
      assertThat(ferry.sync().newKeys()).containsExactly(ref);
      // It does not open what waits, so that it is asked for anew, but not again and again.
      assertThat(ferry.machine.decrypt(ROOM, waits)).isInstanceOf(DecryptOutcome.Waiting.class);
      clock.pass(Duration.ofSeconds(31));
      ferry.send();
      int asked = relay.roomKeyRequests.size();
      signed.say(
          "m.forwarded_room_key", forward(group.sessionId(), whole.exportAt(5).orElseThrow()));
      assertThat(ferry.sync().newKeys()).as("no better").isEmpty();
      assertThat(firstIndex(ferry, ref)).isEqualTo(2);
      assertThat(ferry.machine.incidents())
          .containsEntry(Incident.UNSOLICITED_FORWARD, 1L)
          .containsEntry(Incident.UNTRUSTED_FORWARD, 2L)
          .containsEntry(Incident.BAD_ROOM_KEY, 1L)
          .containsEntry(Incident.NO_BETTER_ROOM_KEY, 1L);
      clock.pass(Duration.ofSeconds(31));
      ferry.send();
      assertThat(relay.roomKeyRequests).hasSize(asked);
      signed.say(
          "m.forwarded_room_key", forward(group.sessionId(), whole.exportAt(0).orElseThrow()));
      assertThat(ferry.sync().newKeys()).containsExactly(ref);
      DecryptOutcome.Clear clear = (DecryptOutcome.Clear) ferry.machine.decrypt(ROOM, waits);
      assertThat(clear.trust()).isEqualTo(Trust.UNKNOWN_DEVICE);
    }
  }

  private ObjectNode event(MegolmOutbound group, String id) {
    ObjectNode clear = Json.object().put("type", "m.room.message").put("room_id", ROOM.value());
    clear.putObject("content").put("body", "x");
    ObjectNode event = Json.object().put("type", "m.room.encrypted").put("event_id", id);
    event.put("sender", "@bob:example.org").put("origin_server_ts", 1);
    event
        .putObject("content")
        .put("algorithm", AccountKeeper.MEGOLM)
        .put("session_id", group.sessionId())
        .put(
            "ciphertext",
            group.encrypt(Json.text(clear).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    return event;
  }

  private static ObjectNode forward(String session, String key) {
    ObjectNode content = Json.object().put("algorithm", AccountKeeper.MEGOLM);
    content.put("room_id", ROOM.value()).put("session_id", session).put("session_key", key);
    content.put("sender_key", "A".repeat(43)).put("sender_claimed_ed25519_key", "B".repeat(43));
    content.putArray("forwarding_curve25519_key_chain");
    return content;
  }

  /** Alice's account is an ordinary one: Ferry's device there was signed by somebody else. */
  @Test
  void secretsAreTakenFromWhoWasAskedAndFromNobodyElse() throws KeyRelay.Refusal {
    Peer device = new Peer(ALICE, "DEVICE", relay, clock).send();
    others.add(device);
    Forger phone = new Forger(ALICE, "PHONE", relay, device);
    Forger unsigned = new Forger(ALICE, "UNSIGNED", relay, device);
    others.addAll(List.of(phone, unsigned));
    phone.sign(selfSigning());
    Device listed =
        DeviceCheck.read(device.ref.user(), null, requireNonNull(relay.deviceKeys.get(device.ref)))
            .orElseThrow();
    byte[] seed = Base64.getDecoder().decode(selfSigning().reveal());
    try (var pair = org.ferry.crypto.vodozemac.Ed25519Keypair.fromSeed(seed)) {
      var upload = new OutgoingRequest.SignatureUpload("sign", SelfSigning.signature(listed, pair));
      assertThat(relay.take(phone.ref, upload)).isNotNull();
    }
    String key = Base64.getEncoder().withoutPadding().encodeToString(new byte[32]);
    phone.say("m.secret.send", Json.object().put("request_id", "guess").put("secret", key));
    device.sync();
    assertThat(device.machine.incidents()).containsEntry(Incident.UNSOLICITED_SECRET, 1L);
    clock.pass(Duration.ofSeconds(31));
    device.sync();
    var asked = asked(phone.ref);
    assertThat(asked).containsOnlyKeys(SecretRequests.BACKUP, SelfSigning.SELF);
    assertThat(asked(unsigned.ref)).isEmpty();
    ObjectNode backup =
        Json.object().put("request_id", asked.get(SecretRequests.BACKUP)).put("secret", key);
    unsigned.say("m.secret.send", backup);
    phone.say("m.secret.send", backup.deepCopy().put("secret", "short"));
    phone.say(
        "m.secret.send",
        Json.object().put("request_id", asked.get(SelfSigning.SELF)).put("secret", key));
    device.sync();
    assertThat(device.machine.backupKey()).isEmpty();
    assertThat(device.machine.incidents())
        .containsEntry(Incident.UNTRUSTED_SECRET, 1L)
        .containsEntry(Incident.BAD_SECRET, 2L);
    phone.say("m.secret.send", backup);
    phone.say(
        "m.secret.send",
        Json.object()
            .put("request_id", asked.get(SelfSigning.SELF))
            .put("secret", selfSigning().reveal()));
    device.sync();
    device.restart();
    assertThat(device.machine.backupKey()).contains(Secret.of(key));
    // Another's word for the identity does not make other devices ours.
    assertThat(device.machine.identitySecrets()).isEmpty();
    phone.say("m.secret.send", backup);
    device.sync();
    assertThat(device.machine.incidents()).containsEntry(Incident.UNSOLICITED_SECRET, 1L);
    device.machine.dropBackupKey();
    assertThat(device.machine.backupKey()).isEmpty();
    clock.pass(Duration.ofDays(2));
    device.sync();
    assertThat(asked(phone.ref).get(SecretRequests.BACKUP))
        .isNotEqualTo(asked.get(SecretRequests.BACKUP));
    // Who made the identity asks nobody.
    assertThat(ferry.store.secretRequest(SecretRequests.BACKUP)).isEmpty();
  }

  @Test
  void secretsThatDidNotComeOrCameAnotherWayAreNotAskedForAnyMore() {
    Peer phone = phone("PHONE", true);
    Peer device = phone("NEW", true);
    // A device that was signed by another asks for what the other has.
    device.sql("delete from ferry.olm_secret");
    device.restart();
    device.sync();
    String first = requireNonNull(asked(phone.ref).get(SecretRequests.BACKUP));
    assertThat(cancelled(phone.ref)).isEmpty();
    clock.pass(Duration.ofHours(25));
    device.sync();
    String second = requireNonNull(asked(phone.ref).get(SecretRequests.BACKUP));
    assertThat(second).isNotEqualTo(first);
    assertThat(cancelled(phone.ref)).contains(first).doesNotContain(second);
    assertThat(
            device.machine.keepBackupKey(
                Secret.of(Base64.getEncoder().encodeToString(new byte[32]))))
        .isTrue();
    clock.pass(Duration.ofMinutes(1));
    device.sync();
    assertThat(cancelled(phone.ref)).contains(second);
    int told = cancelled(phone.ref).size();
    clock.pass(Duration.ofMinutes(1));
    device.restart();
    device.sync();
    assertThat(cancelled(phone.ref)).as("once").hasSize(told);
  }

  private List<String> cancelled(DeviceRef device) {
    return relay.sync(device, "", 100_000).toDevice().stream()
        .map(e -> e.path("content"))
        .filter(c -> c.path("action").asText().equals("request_cancellation"))
        .map(c -> c.path("request_id").asText())
        .toList();
  }

  /** The ids of the open requests that a device was sent, by the secret's name. */
  private java.util.Map<String, String> asked(DeviceRef device) {
    int end =
        IntStream.iterate(0, i -> i + 1)
            .filter(i -> relay.sync(device, i + "/0", 1).toDevice().isEmpty())
            .findFirst()
            .orElseThrow();
    return IntStream.range(0, end)
        .mapToObj(i -> relay.sync(device, i + "/0", 1).toDevice().getFirst())
        .filter(e -> e.path("type").asText().equals("m.secret.request"))
        .map(e -> e.path("content"))
        .filter(c -> c.path("action").asText().equals("request"))
        .collect(
            Collectors.toMap(
                c -> c.path("name").asText(), c -> c.path("request_id").asText(), (a, b) -> b));
  }
}
