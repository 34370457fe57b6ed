package org.ferry.crypto;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.ferry.crypto.vodozemac.Vodozemac;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two devices that talk to each other, each with a real database. */
class OlmMachineIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");

  private final long handles = Vodozemac.openHandles();
  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final Peer alice = new Peer("@alice:example.org", "ALICE", relay, clock).send();
  private final Peer bob = new Peer("@bob:example.org", "BOB", relay, clock).send();
  private final Set<UserId> both = Set.of(alice.ref.user(), bob.ref.user());

  @AfterEach
  void close() {
    alice.close();
    bob.close();
    assertThat(Vodozemac.openHandles()).isEqualTo(handles);
  }

  private DecryptOutcome.Clear clear(ObjectNode event) {
    return (DecryptOutcome.Clear) bob.machine.decrypt(ROOM, event);
  }

  private static String body(DecryptOutcome outcome) {
    return ((DecryptOutcome.Clear) outcome).content().path("body").asText();
  }

  @Test
  void whatOneEncryptsTheOtherReads() {
    ObjectNode event = alice.say(ROOM, both, "hello");
    assertThat(bob.sync().newKeys()).hasSize(1);
    var read = clear(event);
    assertThat(body(read)).isEqualTo("hello");
    assertThat(read.type()).isEqualTo("m.room.message");
    assertThat(read.trust()).isEqualTo(Trust.UNVERIFIED);
    assertThat(read.owner()).isEqualTo(alice.ref.user());
    assertThat(read.senderKey()).isEqualTo(alice.machine.curve25519());
    ObjectNode answer = bob.say(ROOM, both, "and you");
    alice.sync();
    assertThat(body(alice.machine.decrypt(ROOM, answer))).isEqualTo("and you");
    assertThat(alice.machine.incidents()).isEmpty();
    assertThat(bob.machine.incidents()).isEmpty();
  }

  @Test
  void aDeviceThatItsOwnerSignedIsVerified() {
    assertThat(alice.machine.createIdentity()).isTrue();
    alice.send();
    assertThat(alice.machine.isSigned()).isTrue();
    assertThat(alice.machine.outgoing()).isEmpty();
    assertThat(alice.machine.createIdentity()).isFalse();
    alice.restart();
    alice.send();
    assertThat(alice.machine.identitySecrets()).hasSize(3);
    ObjectNode event = alice.say(ROOM, both, "signed");
    bob.sync();
    assertThat(clear(event).trust()).isEqualTo(Trust.VERIFIED);
    // Somebody puts another identity in its place.
    relay.identities.clear();
    try (Peer other = new Peer("@alice:example.org", "OTHER", relay, clock)) {
      other.send();
      assertThat(other.machine.createIdentity()).isTrue();
      other.send();
    }
    bob.sync();
    assertThat(clear(event).trust()).isEqualTo(Trust.UNVERIFIED);
    assertThat(bob.alarms).singleElement().asString().contains("@alice:example.org");
    assertThat(bob.machine.incidents()).containsKey(Incident.CHANGED_IDENTITY);
  }

  @Test
  void aKeyFromElsewhereNamesADeviceAndProvesNone() {
    alice.say(ROOM, both, "so that Bob knows her device");
    bob.sync();
    alice.machine.rotate(ROOM);
    ObjectNode event = alice.say(ROOM, Set.of(alice.ref.user()), "from a file");
    try (InboundSession session = alice.keys.find(ROOM, session(event)).orElseThrow()) {
      RoomKey key = KeyJson.read(KeyJson.write(session), KeyOrigin.EXPORT, clock.now);
      assertThat(bob.keys.add(key)).isEqualTo(RoomKeys.Added.NEW);
      key.session().close();
    }
    assertThat(clear(event).owner()).isEqualTo(alice.ref.user());
    assertThat(clear(event).trust()).isEqualTo(Trust.UNKNOWN_DEVICE);
  }

  @Test
  void theSenderOfTheEventIsNotTheOwnerOfTheKey() {
    ObjectNode event = alice.say(ROOM, both, "as another");
    event.put("sender", "@ghost:example.org");
    bob.sync();
    assertThat(clear(event).trust()).isEqualTo(Trust.MISMATCHED_SENDER);
    assertThat(clear(event).ownerSigned()).isFalse();
    assertThat(alice.machine.createIdentity()).isTrue();
    alice.send();
    bob.sync();
    assertThat(clear(event).trust()).isEqualTo(Trust.MISMATCHED_SENDER);
    assertThat(clear(event).ownerSigned()).isTrue();
  }

  @Test
  void aKeyThatComesLateReleasesWhatWaited() {
    List<ObjectNode> events = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      events.add(alice.say(ROOM, both, "late " + i));
    }
    for (ObjectNode event : events) {
      assertThat(bob.machine.decrypt(ROOM, event))
          .isEqualTo(new DecryptOutcome.Waiting(DecryptOutcome.Reason.NO_KEY, null));
    }
    assertThat(bob.released()).isEmpty();
    clock.pass(Duration.ofDays(30));
    bob.restart();
    bob.sync();
    List<Peer.Released> released = bob.released();
    assertThat(released).hasSize(20);
    for (int i = 0; i < 20; i++) {
      assertThat(body(released.get(i).outcome())).isEqualTo("late " + i);
    }
    bob.machine.handled(released.stream().map(r -> r.id()).toList());
    assertThat(bob.released()).isEmpty();
  }

  @Test
  void whoComesLaterReadsFromThereOn() {
    ObjectNode before = alice.say(ROOM, Set.of(alice.ref.user()), "before");
    ObjectNode after = alice.say(ROOM, both, "after");
    bob.sync();
    assertThat(bob.machine.decrypt(ROOM, before))
        .isEqualTo(new DecryptOutcome.Waiting(DecryptOutcome.Reason.LATER_INDEX, null));
    assertThat(body(clear(after))).isEqualTo("after");
    assertThat(bob.released()).isEmpty();
    // A key of the same session that reaches further back comes from elsewhere.
    try (var whole = alice.keys.find(ROOM, session(before)).orElseThrow();
        var exported =
            org.ferry.crypto.vodozemac.MegolmInbound.fromExportedKey(
                whole.megolm().exportAtFirstKnownIndex())) {
      var info = new RoomKeyInfo(KeyOrigin.EXPORT, "", "", null, List.of(), false, clock.now);
      assertThat(bob.keys.add(new RoomKey(ROOM, exported, info))).isEqualTo(RoomKeys.Added.BETTER);
    }
    assertThat(bob.released())
        .singleElement()
        .satisfies(r -> assertThat(body(r.outcome())).isEqualTo("before"));
  }

  private static String session(ObjectNode event) {
    return event.path("content").path("session_id").asText();
  }

  @Test
  void anIndexIsReadForOneEventOnly() {
    ObjectNode event = alice.say(ROOM, both, "once");
    bob.sync();
    for (int i = 0; i < 100; i++) {
      assertThat(body(clear(event))).isEqualTo("once");
    }
    ObjectNode otherId = event.deepCopy().put("event_id", "$other");
    ObjectNode otherTime = event.deepCopy().put("origin_server_ts", 1);
    var replayed = new DecryptOutcome.Rejected(Incident.REPLAYED_INDEX);
    assertThat(bob.machine.decrypt(ROOM, otherId)).isEqualTo(replayed);
    assertThat(bob.machine.decrypt(ROOM, otherTime)).isEqualTo(replayed);
    RoomId elsewhere = new RoomId("!elsewhere:example.org");
    assertThat(bob.machine.decrypt(elsewhere, event)).isInstanceOf(DecryptOutcome.Waiting.class);
    assertThat(
            bob.machine.decrypt(
                List.of(
                    new EncryptedEvent(ROOM, event),
                    new EncryptedEvent(ROOM, otherId),
                    new EncryptedEvent(ROOM, event))))
        .extracting(o -> o instanceof DecryptOutcome.Clear)
        .containsExactly(true, false, true);
  }

  @Test
  void aPageThatComesTwiceHasOneEffect() {
    alice.say(ROOM, both, "one");
    SyncInput page = bob.page();
    assertThat(bob.machine.receive(page).newKeys()).hasSize(1);
    var sessions = bob.store.sessions(alice.machine.curve25519());
    assertThat(bob.machine.receive(page).newKeys()).isEmpty();
    bob.restart();
    SyncOutcome again = bob.machine.receive(page);
    assertThat(again.rejected()).isZero();
    assertThat(again.newKeys()).isEmpty();
    assertThat(bob.store.sessions(alice.machine.curve25519())).isEqualTo(sessions);
    assertThat(bob.store.unwedgings()).isEmpty();
    assertThat(bob.machine.incidents()).containsOnlyKeys(Incident.REPEATED);
  }

  @Test
  void aSessionThatWasRolledBackHealsOnceAnHour() {
    alice.say(ROOM, both, "first");
    bob.sync();
    bob.say(ROOM, both, "answer");
    alice.sync();
    String key = alice.machine.curve25519();
    // Bob's database loses the sessions.
    for (int i = 0; i < 3; i++) {
      alice.machine.rotate(ROOM);
      alice.say(ROOM, both, "rotated " + i);
    }
    bob.sync();
    bob.sql("delete from ferry.olm_session");
    bob.restart();
    assertThat(bob.store.sessions(key)).isEmpty();
    List<ObjectNode> lost = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      alice.machine.rotate(ROOM);
      lost.add(alice.say(ROOM, both, "lost " + i));
      var unused = bob.machine.receive(bob.page());
      if (i == 5) {
        bob.restart();
      }
    }
    assertThat(bob.machine.incidents().get(Incident.WEDGED)).isPositive();
    assertThat(bob.store.unwedgings()).hasSize(1);
    bob.send();
    assertThat(bob.store.unwedgings()).isEmpty();
    assertThat(bob.store.sessions(key)).hasSize(1);
    alice.sync();
    clock.pass(Duration.ofMinutes(1));
    lost.forEach(
        e -> assertThat(bob.machine.decrypt(ROOM, e)).isInstanceOf(DecryptOutcome.Waiting.class));
    clock.pass(Duration.ofMinutes(1));
    bob.send();
    assertThat(relay.roomKeyRequests)
        .as("of each session all devices of its sender; Bob has no other device")
        .hasSize(10)
        .allSatisfy(r -> assertThat(r.path("to").asText()).isEqualTo("@alice:example.org"));
    alice.machine.rotate(ROOM);
    ObjectNode healed = alice.say(ROOM, both, "healed");
    bob.sync();
    assertThat(body(clear(healed))).isEqualTo("healed");
  }

  /** What Bob was sent in the session that broke is lost, the key of the room among it. */
  @Test
  void whoBeginsASessionAnewIsGivenTheKeyOfTheRoomAgain() {
    alice.say(ROOM, both, "first");
    bob.sync();
    bob.say(ROOM, both, "answer");
    alice.sync();
    bob.sql("delete from ferry.olm_session");
    bob.restart();
    alice.machine.rotate(ROOM);
    ObjectNode lost = alice.say(ROOM, both, "lost");
    bob.sync();
    assertThat(bob.machine.decrypt(ROOM, lost)).isInstanceOf(DecryptOutcome.Waiting.class);
    alice.sync();
    ObjectNode healed = alice.say(ROOM, both, "healed");
    bob.sync();
    assertThat(body(clear(healed))).isEqualTo("healed");
    assertThat(session(healed)).as("nobody else is sent a key").isEqualTo(session(lost));
    alice.say(ROOM, both, "and goes on");
    assertThat(bob.page().toDevice()).as("once").isEmpty();
  }

  @Test
  void whoWasOvertakenWritesNothing() {
    Lease first = alice.lease;
    assertThat(alice.store.claim("another", Duration.ofMinutes(1))).isEmpty();
    alice.sql("update ferry.olm_device set lease_until = now() - interval '1 s'");
    alice.lease = alice.store.claim("another", Duration.ofMinutes(1)).orElseThrow();
    var second = alice.open();
    String before = alice.store.syncToken().orElse("");
    assertThatThrownBy(() -> alice.machine.receive(alice.page()))
        .isInstanceOf(FencedOutException.class)
        .hasMessageContaining("ALICE");
    assertThatThrownBy(() -> alice.store.renew(first)).isInstanceOf(FencedOutException.class);
    assertThat(alice.store.syncToken().orElse("")).isEqualTo(before);
    var unused = second.receive(alice.page());
    second.close();
  }

  /** The commit fails, at each table that it writes to; then the same is given again. */
  @Test
  void aCommitThatFailsLosesNothing() {
    bob.sql(
        "create function ferry.fail() returns trigger language plpgsql as"
            + " $$ begin raise exception 'no'; end $$");
    var tables = List.of("olm_account", "olm_session", "olm_processed", "olm_tracked", "room_key");
    List<ObjectNode> events = new ArrayList<>();
    for (String table : tables) {
      alice.machine.rotate(ROOM);
      events.add(alice.say(ROOM, both, table));
      bob.sql("delete from ferry.olm_tracked where user_id <> '@bob:example.org'");
      bob.restart();
      bob.sql(
          "create constraint trigger fail after insert or update or delete on ferry."
              + table
              + " deferrable initially deferred for each row execute function ferry.fail()");
      String token = bob.store.syncToken().orElse("");
      if (table.equals("olm_account")) {
        assertThat(relay.claim(bob.ref)).isNotNull();
      }
      assertThatThrownBy(() -> bob.machine.receive(bob.page()))
          .as(table)
          .hasMessageContaining("no");
      assertThat(bob.store.syncToken().orElse("")).isEqualTo(token);
      bob.sql("drop trigger fail on ferry." + table);
      assertThat(bob.sync().rejected()).as(table).isZero();
    }
    assertThat(events.stream().map(e -> body(clear(e)))).containsExactlyElementsOf(tables);
    assertThat(bob.machine.incidents()).doesNotContainKey(Incident.WEDGED);
  }

  @Test
  void aMessageIsEncryptedOnce() {
    bob.send();
    alice.prepare(ROOM, both, Peer.SETTINGS);
    ObjectNode content = Json.object().put("body", "x");
    ObjectNode first = alice.machine.encrypt(ROOM, "txn", "m.room.message", content);
    alice.restart();
    assertThat(alice.machine.encrypt(ROOM, "txn", "m.room.message", content)).isEqualTo(first);
    ObjectNode next = alice.machine.encrypt(ROOM, "txn2", "m.room.message", content);
    assertThat(next.path("session_id")).isEqualTo(first.path("session_id"));
    bob.sync();
    assertThat(
            Stream.of(first, next)
                .map(c -> bob.machine.decrypt(ROOM, alice.event(c)))
                .allMatch(o -> o instanceof DecryptOutcome.Clear))
        .isTrue();
    // A commit that fails hands nothing out, and the next index is a new one.
    alice.sql(
        "create function ferry.fail() returns trigger language plpgsql as"
            + " $$ begin raise exception 'no'; end $$; create constraint trigger fail after insert"
            + " on ferry.megolm_sent deferrable initially deferred for each row"
            + " execute function ferry.fail()");
    assertThatThrownBy(() -> alice.machine.encrypt(ROOM, "t3", "m.room.message", content))
        .hasMessageContaining("no");
    alice.sql("drop trigger fail on ferry.megolm_sent");
    ObjectNode third = alice.machine.encrypt(ROOM, "t3", "m.room.message", content);
    assertThat(bob.machine.decrypt(ROOM, alice.event(third)))
        .isInstanceOf(DecryptOutcome.Clear.class);
  }

  @Test
  void aSessionEndsWhenTheRoomSaysSo() {
    String first = session(alice.say(ROOM, both, "1"));
    assertThat(session(alice.say(ROOM, both, "2"))).isEqualTo(first);
    alice.restart();
    alice.send();
    assertThat(session(alice.say(ROOM, both, "after a restart"))).isEqualTo(first);
    var two = new RoomSettings(3, Duration.ofDays(7), "joined", false);
    String second = session(alice.say(ROOM, both, two, "a", "messages"));
    assertThat(second).isNotEqualTo(first);
    clock.pass(Duration.ofDays(8));
    String third = session(alice.say(ROOM, both, "time"));
    assertThat(third).isNotEqualTo(second);
    var shared = new RoomSettings(100, Duration.ofDays(7), "shared", false);
    String fourth = session(alice.say(ROOM, both, shared, "b", "visibility"));
    assertThat(fourth).isNotEqualTo(third);
    String fifth = session(alice.say(ROOM, Set.of(alice.ref.user()), shared, "c", "bob has left"));
    assertThat(fifth).isNotEqualTo(fourth);
    String sixth = session(alice.say(ROOM, both, shared, "d", "bob is back"));
    assertThat(sixth).isEqualTo(fifth);
    relay.deviceKeys.remove(bob.ref);
    relay.changes.add(bob.ref.user().value());
    alice.sync();
    assertThat(session(alice.say(ROOM, both, shared, "e", "his device is gone")))
        .isNotEqualTo(sixth);
  }

  /** Who had which key is kept for the present session; a ciphertext until it is accepted. */
  @Test
  void nothingIsKeptOfSessionsThatAreOverAndMessagesThatWereGivenUp() {
    var one = new RoomSettings(1, Duration.ofDays(7), "joined", false);
    for (String txn : List.of("a", "b", "c")) {
      alice.say(ROOM, both, one, txn, "of a session of its own");
    }
    String shares = "select count(*) from ferry.megolm_share";
    assertThat(alice.lab.number(shares)).isEqualTo(1);
    ObjectNode content = Json.object().put("body", "refused");
    ObjectNode given = sealed("refused", content);
    alice.store.prune(clock.instant());
    assertThat(sealed("refused", content)).isEqualTo(given);
    alice.sql("update ferry.megolm_sent set at = at - interval '3 days'");
    alice.store.prune(clock.instant());
    assertThat(alice.lab.number("select count(*) from ferry.megolm_sent")).isZero();
    alice.machine.rotate(ROOM);
    assertThat(alice.lab.number(shares)).isZero();
  }

  private ObjectNode sealed(String txn, ObjectNode content) {
    alice.prepare(ROOM, both, Peer.SETTINGS);
    return alice.machine.encrypt(ROOM, txn, "m.room.message", content);
  }

  @Test
  void whoIsNotVerifiedIsToldSoOnce() {
    var strict = new RoomSettings(100, Duration.ofDays(7), "joined", true);
    ObjectNode event = alice.say(ROOM, both, strict, "a", "secret");
    alice.say(ROOM, both, strict, "b", "secret");
    SyncInput page = bob.page();
    assertThat(page.toDevice())
        .singleElement()
        .satisfies(e -> assertThat(e.path("type").asText()).isEqualTo("m.room_key.withheld"));
    bob.sync();
    assertThat(bob.machine.decrypt(ROOM, event))
        .isEqualTo(new DecryptOutcome.Waiting(DecryptOutcome.Reason.WITHHELD, "m.unverified"));
    // A key that comes later still wins.
    alice.say(ROOM, both, Peer.SETTINGS, "c", "for all");
    assertThat(bob.sync().newKeys()).hasSize(1);
  }

  @Test
  void oneTimeKeysAreKeptUpAndNeverReplaced() {
    assertThat(relay.oneTimeKeys.get(bob.ref)).hasSize(50);
    for (int i = 0; i < 50; i++) {
      assertThat(relay.claim(bob.ref)).isNotEqualTo(relay.fallback.get(bob.ref));
    }
    // The count field is missing; the answer to the upload is lost; the process dies.
    var unused = bob.machine.receive(bob.page());
    var upload = (OutgoingRequest.KeysUpload) bob.machine.outgoing().getFirst();
    try {
      assertThat(relay.take(bob.ref, upload)).isNotNull();
    } catch (KeyRelay.Refusal e) {
      throw new AssertionError(e);
    }
    bob.restart();
    assertThat(bob.machine.outgoing().getFirst()).isEqualTo(upload);
    bob.send();
    assertThat(relay.oneTimeKeys.get(bob.ref)).hasSize(50);
    assertThat(bob.machine.outgoing()).isEmpty();
    assertThat(bob.machine.incidents()).isEmpty();
  }

  @Test
  void keysThatTheHomeserverHasOtherwiseAreGivenUp() {
    bob.sql("create table kept as select * from ferry.olm_account");
    for (int i = 0; i < 50; i++) {
      assertThat(relay.claim(bob.ref)).isNotNull();
    }
    bob.sync();
    bob.sql("delete from ferry.olm_account");
    bob.sql("insert into ferry.olm_account select * from kept");
    for (int i = 0; i < 10; i++) {
      assertThat(relay.claim(bob.ref)).isNotNull();
    }
    bob.restart();
    bob.sync();
    bob.sync();
    assertThat(bob.alarms).hasSizeBetween(1, 3);
    assertThat(bob.machine.incidents().get(Incident.KEY_ALREADY_EXISTS)).isBetween(1L, 3L);
    assertThat(bob.machine.outgoing()).isEmpty();
  }

  @Test
  void anotherIdentityUnderOurDeviceStopsUs() {
    try (Peer twin = new Peer("@bob:example.org", "BOB", relay, clock)) {
      twin.send();
    }
    assertThatThrownBy(() -> bob.sync()).isInstanceOf(DeviceBrokenException.class);
    assertThatThrownBy(() -> bob.machine.outgoing())
        .isInstanceOf(DeviceBrokenException.class)
        .hasMessageContaining("--new-device");
  }

  @Test
  void theFallbackKeyServesWhenAllAreGoneAndIsForgotten() {
    for (int i = 0; i < 50; i++) {
      assertThat(relay.claim(bob.ref)).isNotNull();
    }
    String first = requireNonNull(relay.fallback.get(bob.ref)).getKey();
    ObjectNode one = alice.say(ROOM, both, "by fallback");
    try (Peer carol = new Peer("@carol:example.org", "CAROL", relay, clock).send()) {
      ObjectNode two = carol.say(ROOM, both, "by the same");
      assertThat(relay.fallbackUsed).contains(bob.ref);
      assertThat(requireNonNull(relay.fallback.get(bob.ref)).getKey()).isEqualTo(first);
      bob.sync();
      assertThat(body(clear(one))).isEqualTo("by fallback");
      assertThat(body(clear(two))).isEqualTo("by the same");
    }
    assertThat(requireNonNull(relay.fallback.get(bob.ref)).getKey()).isNotEqualTo(first);
    clock.pass(Duration.ofMinutes(61));
    bob.sync();
    assertThat(bob.store.account().orElseThrow().forgetFallbackAt()).isNull();
    bob.machine.handled(List.of(new EventId("$none")));
  }
}
