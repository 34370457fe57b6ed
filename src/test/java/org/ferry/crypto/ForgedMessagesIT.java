package org.ferry.crypto;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.ferry.crypto.vodozemac.Curve25519Key;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.crypto.vodozemac.OlmAccount;
import org.ferry.crypto.vodozemac.OlmMessage;
import org.ferry.crypto.vodozemac.OlmSession;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.testing.Tier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Somebody with an Olm account of her own says of herself and of others what is not so. */
class ForgedMessagesIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");
  private static final UserId EVE = new UserId("@eve:example.org");

  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final Peer bob = new Peer("@bob:example.org", "BOB", relay, clock).send();
  private final OlmAccount eve = OlmAccount.create();
  private final MegolmOutbound group = MegolmOutbound.create();
  private final OlmSession session = begin();

  @AfterEach
  void close() {
    session.close();
    group.close();
    eve.close();
    bob.close();
  }

  private OlmSession begin() {
    JsonNode key = requireNonNull(relay.claim(bob.ref)).getValue();
    return eve.createOutboundSession(
        Curve25519Key.parse(bob.machine.curve25519()),
        Curve25519Key.parse(key.path("key").asText()));
  }

  private ObjectNode deviceKeys(UserId user) {
    var identity = eve.identityKeys();
    ObjectNode keys = Json.object().put("user_id", user.value()).put("device_id", "EVE");
    keys.putArray("algorithms").add(AccountKeeper.OLM).add(AccountKeeper.MEGOLM);
    keys.putObject("keys")
        .put("curve25519:EVE", identity.curve25519().base64())
        .put("ed25519:EVE", identity.ed25519().base64());
    SignedJson.sign(keys, user, "ed25519:EVE", eve::sign);
    return keys;
  }

  /** A room key as an honest Eve sends it. */
  private ObjectNode honest() {
    ObjectNode event = Json.object().put("type", "m.room_key").put("sender", EVE.value());
    event
        .putObject("content")
        .put("algorithm", AccountKeeper.MEGOLM)
        .put("room_id", ROOM.value())
        .put("session_id", group.sessionId())
        .put("session_key", group.sessionKey());
    event.put("recipient", bob.ref.user().value());
    event.putObject("recipient_keys").put("ed25519", bob.machine.ed25519());
    event.putObject("keys").put("ed25519", eve.identityKeys().ed25519().base64());
    event.set("sender_device_keys", deviceKeys(EVE));
    return event;
  }

  private SyncOutcome receive(ObjectNode clear) {
    OlmMessage message = session.encrypt(Json.text(clear).getBytes(StandardCharsets.UTF_8));
    ObjectNode event = Json.object().put("type", "m.room.encrypted").put("sender", EVE.value());
    ObjectNode content = event.putObject("content").put("algorithm", AccountKeeper.OLM);
    content.put("sender_key", eve.identityKeys().curve25519().base64());
    content
        .putObject("ciphertext")
        .putObject(bob.machine.curve25519())
        .put("type", message.type())
        .put("body", message.body());
    relay.deliver(bob.ref, event);
    return bob.sync();
  }

  private static Consumer<ObjectNode> put(String field, JsonNode value) {
    return event -> event.set(field, value);
  }

  private static Consumer<ObjectNode> remove(String field) {
    return event -> {
      var unused = event.remove(field);
    };
  }

  private Map<String, Consumer<ObjectNode>> forgeries() {
    Map<String, Consumer<ObjectNode>> all = new LinkedHashMap<>();
    ObjectNode text = Json.object().put("v", "@alice:example.org").put("n", 1);
    all.put("another sender", put("sender", text.path("v")));
    all.put("no sender", remove("sender"));
    all.put("another recipient", put("recipient", text.path("v")));
    all.put("a number as recipient", put("recipient", text.path("n")));
    all.put("no recipient keys", remove("recipient_keys"));
    all.put(
        "another recipient key",
        e -> e.putObject("recipient_keys").put("ed25519", eve.identityKeys().ed25519().base64()));
    all.put("no keys", remove("keys"));
    all.put("a number as key", e -> e.putObject("keys").put("ed25519", 1));
    all.put("another's key", e -> e.putObject("keys").put("ed25519", bob.machine.ed25519()));
    all.put(
        "device keys of another user", // CVE-2026-45056
        put("sender_device_keys", deviceKeys(new UserId("@alice:example.org"))));
    all.put(
        "device keys that are not signed",
        e -> ((ObjectNode) e.path("sender_device_keys")).remove(List.of("signatures")));
    all.put("device keys that are text", put("sender_device_keys", text.path("v")));
    all.put(
        "device keys under the unstable name",
        e -> {
          ObjectNode keys = deviceKeys(EVE);
          ((ObjectNode) keys.path("keys")).put("curve25519:EVE", bob.machine.curve25519());
          var unused = e.remove("sender_device_keys");
          e.set("org.matrix.msc4147.device_keys", keys);
        });
    all.put("no type", remove("type"));
    all.put("content that is text", put("content", text.path("v")));
    all.put(
        "a session id that does not follow",
        e -> ((ObjectNode) e.path("content")).put("session_id", "another"));
    all.put(
        "a key that is cut",
        e -> ((ObjectNode) e.path("content")).put("session_key", group.sessionKey().substring(9)));
    // What a database refuses: rows of an index that do not compress, and NUL.
    all.put(
        "a room id of thousands of letters",
        e -> ((ObjectNode) e.path("content")).put("room_id", "!" + letters(4000)));
    all.put(
        "a signing key with a NUL", e -> e.putObject("keys").put("ed25519", "a" + (char) 0 + "b"));
    all.put("a forwarded key that nobody asked for", e -> e.put("type", "m.forwarded_room_key"));
    return all;
  }

  private static String letters(int n) {
    return new Random(7)
        .ints(n, 'a', 'z' + 1)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** The sync goes on: nothing that a stranger chooses keeps its token from advancing. */
  @Test
  void anIdOfThousandsOfLettersStopsNothing() {
    ObjectNode withheld =
        Json.object().put("type", "m.room_key.withheld").put("sender", EVE.value());
    withheld
        .putObject("content")
        .put("algorithm", AccountKeeper.MEGOLM)
        .put("room_id", ROOM.value())
        .put("session_id", letters(4000))
        .put("sender_key", eve.identityKeys().curve25519().base64())
        .put("code", "m.blacklisted");
    relay.deliver(bob.ref, withheld);
    relay.deliver(bob.ref, withheld.deepCopy().put("sender", "@" + letters(4000) + ":x.org"));
    SyncOutcome unused = bob.sync();
    assertThat(receive(honest()).newKeys())
        .containsExactly(new SessionRef(ROOM, group.sessionId()));
  }

  @Test
  void whatIsForgedIsThrownAwayAndTheNextHonestMessageIsRead() {
    forgeries()
        .forEach((name, forge) -> {
          ObjectNode event = honest();
          forge.accept(event);
          SyncOutcome outcome = receive(event);
          assertThat(outcome.rejected()).as(name).isEqualTo(1);
          assertThat(outcome.newKeys()).as(name).isEmpty();
        });
    assertThat(bob.keys.find(ROOM, group.sessionId())).isEmpty();
    assertThat(bob.machine.incidents()).doesNotContainKey(Incident.WEDGED);
    assertThat(receive(honest()).newKeys())
        .containsExactly(new SessionRef(ROOM, group.sessionId()));
  }

  @Test
  void aKeyOfALowOrderOrATornEnvelopeIsNoMessage() {
    ObjectNode event = Json.object().put("type", "m.room.encrypted").put("sender", EVE.value());
    ObjectNode content = event.putObject("content").put("algorithm", AccountKeeper.OLM);
    content.put("sender_key", "A".repeat(43));
    ObjectNode mine = content.putObject("ciphertext").putObject(bob.machine.curve25519());
    mine.put("type", 0).put("body", "AwoA");
    relay.deliver(bob.ref, event);
    relay.deliver(bob.ref, event.deepCopy().put("sender", "nobody"));
    relay.deliver(bob.ref, event.deepCopy().put("type", 7));
    relay.deliver(bob.ref, Json.object());
    ObjectNode wrongType = event.deepCopy();
    ((ObjectNode) wrongType.path("content"))
        .put("sender_key", eve.identityKeys().curve25519().base64());
    ((ObjectNode)
            wrongType.at("/content/ciphertext/" + bob.machine.curve25519().replace("/", "~1")))
        .put("type", 2);
    relay.deliver(bob.ref, wrongType);
    assertThat(bob.sync().rejected()).isEqualTo(5);
    assertThat(receive(honest()).newKeys()).hasSize(1);
  }

  /** What only Olm may carry: E-07. */
  @Test
  void secretsInTheClearOrInsideMegolmAreIgnored() {
    var secret = List.of("m.room_key", "m.forwarded_room_key", "m.secret.send", "m.dummy");
    for (String type : secret) {
      ObjectNode event = Json.object().put("type", type).put("sender", EVE.value());
      event.set("content", honest().path("content"));
      relay.deliver(bob.ref, event);
    }
    SyncOutcome outcome = bob.sync();
    assertThat(outcome.rejected()).isEqualTo(4);
    assertThat(outcome.newKeys()).isEmpty();
    assertThat(receive(honest()).newKeys()).hasSize(1);
    int number = 0;
    for (String type : secret) {
      ObjectNode clear = Json.object().put("type", type).put("room_id", ROOM.value());
      clear.putObject("content");
      assertThat(read(clear, ++number))
          .isEqualTo(new DecryptOutcome.Rejected(Incident.NOT_OVER_OLM));
    }
    ObjectNode elsewhere = Json.object().put("type", "m.room.message").put("room_id", "!other:a");
    elsewhere.putObject("content");
    assertThat(read(elsewhere, ++number))
        .isEqualTo(new DecryptOutcome.Rejected(Incident.WRONG_ROOM));
    ObjectNode redaction = Json.object().put("type", "m.room.redaction");
    redaction.put("room_id", ROOM.value()).putObject("content");
    assertThat(read(redaction, ++number))
        .isEqualTo(new DecryptOutcome.Rejected(Incident.BAD_CLEAR_TEXT));
  }

  private DecryptOutcome read(ObjectNode clear, int number) {
    ObjectNode event =
        Json.object()
            .put("type", "m.room.encrypted")
            .put("event_id", "$" + number)
            .put("sender", EVE.value())
            .put("origin_server_ts", number);
    event
        .putObject("content")
        .put("algorithm", AccountKeeper.MEGOLM)
        .put("session_id", group.sessionId())
        .put("ciphertext", group.encrypt(Json.text(clear).getBytes(StandardCharsets.UTF_8)));
    return bob.machine.decrypt(ROOM, event);
  }

  /** Changes and answers that overtake each other: E-16. */
  @Test
  void theNewestListOfDevicesStays() {
    bob.machine.track(List.of(EVE));
    relay.deviceKeys.put(new DeviceRef(EVE, new DeviceId("EVE")), deviceKeys(EVE));
    JsonNode withDevice = relay.query(Set.of(EVE));
    relay.deviceKeys.clear();
    JsonNode without = relay.query(Set.of(EVE));
    int changes = Tier.Count.DEVICE_LIST_CHANGES.now();
    for (int i = 0; i < changes; i++) {
      var early = query();
      // The change comes while the first question is on its way.
      assertThat(bob.machine.receive(changed(i)).rejected()).isZero();
      var late = query();
      boolean there = i % 2 == 0;
      bob.machine.answered(late, there ? withDevice : without);
      bob.machine.answered(early, there ? without : withDevice);
      assertThat(bob.store.devices(List.of(EVE)))
          .singleElement()
          .satisfies(d -> assertThat(d.gone()).isEqualTo(!there));
      assertThat(bob.machine.receive(changed(i)).rejected()).isZero();
      bob.machine.failed(query(), new RequestFailure(502, "", "down"));
      bob.restart();
      assertThat(bob.store.tracked())
          .filteredOn(t -> t.user().equals(EVE))
          .allSatisfy(t -> assertThat(t.outdated()).isTrue());
      clock.pass(java.time.Duration.ofHours(2));
    }
  }

  private SyncInput changed(int i) {
    return new SyncInput(
        List.of(),
        List.of(EVE.value()),
        List.of(),
        Map.of("signed_curve25519", 50),
        Set.of("signed_curve25519"),
        "changed-" + i + "-" + Instant.EPOCH);
  }

  private OutgoingRequest.KeysQuery query() {
    return bob.machine.outgoing().stream()
        .filter(OutgoingRequest.KeysQuery.class::isInstance)
        .map(OutgoingRequest.KeysQuery.class::cast)
        .filter(q -> q.users().contains(EVE))
        .findFirst()
        .orElseThrow();
  }
}
