package org.ferry.crypto;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.store.crypto.PgCryptoStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a device knows of others: when it was learnt, how long it is kept, and from whom. */
class AcquaintanceIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");

  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final Peer alice = new Peer("@alice:example.org", "ALICE", relay, clock).send();
  private final Peer bob = new Peer("@bob:example.org", "BOB", relay, clock).send();
  private final Set<UserId> both = Set.of(alice.ref.user(), bob.ref.user());

  @AfterEach
  void close() {
    alice.close();
    bob.close();
  }

  private DecryptOutcome.Clear clear(ObjectNode event) {
    return (DecryptOutcome.Clear) bob.machine.decrypt(ROOM, event);
  }

  @CanIgnoreReturnValue
  private ObjectNode say(String words) {
    clock.pass(Duration.ofSeconds(1));
    alice.machine.rotate(ROOM);
    ObjectNode event = alice.say(ROOM, both, words);
    bob.sync();
    return event;
  }

  private void signed() {
    assertThat(alice.machine.createIdentity()).isTrue();
    alice.send();
  }

  private void left(UserId user) {
    SyncInput page = bob.page();
    var unused =
        bob.machine.receive(
            new SyncInput(
                List.of(),
                page.changed(),
                List.of(user.value()),
                page.oneTimeKeyCounts(),
                page.unusedFallback(),
                page.nextBatch()));
  }

  /** Checklist 57: what was seen first is not forgotten with the last shared room. */
  @Test
  void anIdentityThatChangedWhileNobodyLookedIsNoticed() {
    signed();
    ObjectNode before = say("signed");
    assertThat(clear(before).trust()).isEqualTo(Trust.VERIFIED);
    left(alice.ref.user());
    assertThat(bob.store.tracked()).extracting(Tracked::user).containsExactly(bob.ref.user());
    assertThat(clear(before).trust()).as("as it was judged").isEqualTo(Trust.VERIFIED);
    relay.identities.clear();
    try (Peer other = new Peer("@alice:example.org", "OTHER", relay, clock)) {
      other.send();
      assertThat(other.machine.createIdentity()).isTrue();
      other.send();
    }
    bob.restart();
    assertThat(clear(say("another identity")).trust()).isEqualTo(Trust.UNVERIFIED);
    assertThat(bob.alarms).singleElement().asString().contains("@alice:example.org");
    assertThat(bob.machine.incidents()).containsEntry(Incident.CHANGED_IDENTITY, 1L);
  }

  /** Synapse tells no application service that a room is shared no more. */
  @Test
  void whoIsNotNeededIsNotFollowedAndKnownAgainWhenHeIs() {
    signed();
    say("hello");
    Instant since = clock.now;
    followedSince(since);
    clock.pass(Housekeeping.FOLLOWED.minusDays(1));
    bob.send();
    assertThat(bob.store.tracked()).hasSize(2);
    clock.pass(Duration.ofDays(2));
    bob.send();
    assertThat(bob.store.tracked()).extracting(Tracked::user).containsExactly(bob.ref.user());
    assertThat(clear(say("and again")).trust()).isEqualTo(Trust.VERIFIED);
    assertThat(bob.store.tracked()).hasSize(2);
    assertThat(
            bob.lab.text(
                "select string_agg(user_id, ' ') from ferry.olm_tracked"
                    + " where followed_at <> '%s'".formatted(since)))
        .as("whose thirty days begin anew")
        .isEqualTo(alice.ref.user().value());
    // To whom a key was given, it may have to be given again.
    bob.say(ROOM, both, "answer");
    followedSince(clock.now);
    clock.pass(Housekeeping.FOLLOWED.multipliedBy(2));
    bob.send();
    assertThat(bob.store.tracked()).hasSize(2);
  }

  /** The database's clock is another one than the machine's. */
  private void followedSince(Instant time) {
    bob.sql("update ferry.olm_tracked set followed_at = '%s'".formatted(time));
  }

  /** Ghosts have no devices, and machines are opened again after each rest. */
  @Test
  void aMachineThatOpensAgainKeepsWhoHasNoDevicesAndHowLateTheyAreAskedFor() {
    UserId ghost = new UserId("@ghost:example.org");
    Set<UserId> members = Set.of(bob.ref.user(), ghost);
    bob.prepare(ROOM, members, Peer.SETTINGS);
    followedSince(clock.now);
    bob.restart();
    bob.send();
    assertThat(bob.store.tracked()).extracting(Tracked::user).contains(ghost);
    relay.changes.add(ghost.value());
    var unused = bob.machine.receive(bob.page());
    bob.machine
        .outgoing()
        .forEach(r -> bob.machine.failed(r, new RequestFailure(503, "M_UNKNOWN", "away")));
    left(ghost);
    bob.prepare(ROOM, members, Peer.SETTINGS);
    assertThat(bob.store.tracked())
        .filteredOn(t -> t.user().equals(ghost))
        .singleElement()
        .satisfies(t -> assertThat(t.failures()).isEqualTo(1))
        .satisfies(t -> assertThat(t.due(clock.now)).isFalse());
  }

  @Test
  void whatComesFromADeviceThatIsGoneProvesNothing() {
    signed();
    ObjectNode before = say("listed");
    clock.pass(Duration.ofSeconds(1));
    relay.deviceKeys.remove(alice.ref);
    relay.changes.add(alice.ref.user().value());
    bob.sync();
    assertThat(clear(before).trust()).isEqualTo(Trust.VERIFIED);
    ObjectNode after = say("stolen");
    assertThat(clear(after).trust()).isEqualTo(Trust.UNKNOWN_DEVICE);
    assertThat(clear(after).asking()).isFalse();
    after.put("sender", bob.ref.user().value()).put("event_id", "$another");
    assertThat(bob.machine.incidents()).doesNotContainKey(Incident.WEDGED);
    assertThat(clear(before).trust()).isEqualTo(Trust.VERIFIED);
  }

  /** A ghost's device is given the key, and the bot's reads the room. */
  @Test
  void whatAnotherOfFerrysDevicesWasGivenIsJudgedByWhatThatOneKnows() {
    signed();
    DeviceRef ref = new DeviceRef(new UserId("@ghost:example.org"), new DeviceId("GHOST"));
    PgCryptoStore store = PgCryptoStore.of(bob.lab.database(), bob.keys, ref);
    Lease lease = store.claim("test", Duration.ofMinutes(5)).orElseThrow();
    try (OlmMachine ghost =
        OlmMachine.open(store, bob.keys, bob.keyring, lease, clock, bob.alarms::add)) {
      send(ghost);
      ObjectNode event = alice.say(ROOM, Set.of(alice.ref.user(), ref.user()), "to the ghost");
      assertThat(ghost.receive(relay.sync(ref, "", 1000)).newKeys()).hasSize(1);
      assertThat(clear(event).trust()).isEqualTo(Trust.UNKNOWN_DEVICE);
      assertThat(clear(event).asking()).as("her devices are asked for next").isTrue();
      send(ghost);
      assertThat(clear(event).trust()).isEqualTo(Trust.VERIFIED);
      assertThat(clear(event).asking()).isFalse();
      event.put("sender", "@mallory:example.org");
      assertThat(clear(event).trust()).isEqualTo(Trust.MISMATCHED_SENDER);
    }
  }

  private void send(OlmMachine machine) {
    for (int i = 0; i < 20; i++) {
      List<OutgoingRequest> wanted = machine.outgoing();
      for (OutgoingRequest request : wanted) {
        try {
          machine.answered(request, relay.take(machine.device(), request));
        } catch (KeyRelay.Refusal e) {
          machine.failed(request, e.failure);
        }
      }
    }
  }

  @Test
  void nobodyIsWaitedForWhereTheKeyProvesNothingAnyway() {
    ObjectNode event = alice.say(ROOM, Set.of(alice.ref.user()), "from a file");
    String session = event.path("content").path("session_id").asText();
    try (InboundSession found = alice.keys.find(ROOM, session).orElseThrow()) {
      RoomKey key = KeyJson.read(KeyJson.write(found), KeyOrigin.EXPORT, clock.now);
      assertThat(bob.keys.add(key)).isEqualTo(RoomKeys.Added.NEW);
      key.session().close();
    }
    assertThat(clear(event).trust()).isEqualTo(Trust.UNKNOWN_DEVICE);
    assertThat(clear(event).asking()).isFalse();
  }

  /** Checklist 48. */
  @Test
  void thatThereIsNoWayToADeviceIsSaidOnce() {
    var keys = requireNonNull(relay.oneTimeKeys.get(bob.ref));
    Map<String, ?> kept = Map.copyOf(keys);
    keys.clear();
    var fallback = requireNonNull(relay.fallback.remove(bob.ref));
    for (int i = 0; i < 3; i++) {
      alice.machine.rotate(ROOM);
      alice.say(ROOM, both, "unread");
      alice.restart();
      alice.send();
    }
    assertThat(bob.page().toDevice())
        .singleElement()
        .satisfies(e -> assertThat(e.at("/content/code").asText()).isEqualTo("m.no_olm"));
    assertThat(kept).isNotEmpty();
    relay.fallback.put(bob.ref, fallback);
    bob.sync();
    alice.sync();
    assertThat(clear(say("read")).content().path("body").asText()).isEqualTo("read");
    assertThat(alice.lab.number("select count(*) from ferry.olm_peer where no_olm"))
        .as("the next time that it has no key it is told again")
        .isZero();
  }

  @Test
  void aSessionThatCannotBeMendedIsGivenUp() {
    say("hello");
    requireNonNull(relay.oneTimeKeys.get(alice.ref)).clear();
    var fallback = requireNonNull(relay.fallback.remove(alice.ref));
    want();
    bob.send();
    assertThat(bob.store.unwedgings()).as("it may have keys tomorrow").hasSize(1);
    clock.pass(Duration.ofDays(8));
    bob.send();
    assertThat(bob.store.unwedgings()).isEmpty();
    want();
    relay.fallback.put(alice.ref, fallback);
    relay.deviceKeys.remove(alice.ref);
    relay.changes.add(alice.ref.user().value());
    bob.sync();
    assertThat(bob.store.unwedgings()).as("the device is gone").isEmpty();
  }

  private void want() {
    bob.sql(
        "insert into ferry.olm_unwedging (device, sender_key, user_id, device_id, at, wanted)"
            + " select device, curve25519, user_id, device_id, '%s', true from ferry.olm_peer where user_id = '%s'"
                .formatted(clock.now, alice.ref.user())
            + " on conflict (device, sender_key) do update set wanted = true, at = excluded.at");
  }

  @Test
  void sessionsWithDevicesThatAreGoneAreForgotten() {
    say("hello");
    clock.pass(Housekeeping.UNLISTED.plusDays(1));
    bob.send();
    assertThat(sessions()).as("her device is listed").isEqualTo(1);
    say("again");
    relay.deviceKeys.remove(alice.ref);
    relay.changes.add(alice.ref.user().value());
    bob.sync();
    clock.pass(Housekeeping.UNLISTED.minusDays(1));
    bob.send();
    assertThat(sessions()).isEqualTo(1);
    clock.pass(Duration.ofDays(2));
    bob.send();
    assertThat(sessions()).isZero();
  }

  /** Anybody may begin a session with any key, and with as many as they like. */
  @Test
  void sessionsWithDevicesThatWereNeverListedAreForgottenSoon() {
    say("hello");
    bob.sql("delete from ferry.olm_peer");
    clock.pass(Housekeeping.UNKNOWN.minusDays(1));
    bob.send();
    assertThat(sessions()).isEqualTo(1);
    clock.pass(Duration.ofDays(2));
    bob.send();
    assertThat(sessions()).isZero();
  }

  private long sessions() {
    return bob.lab.number("select count(*) from ferry.olm_session");
  }

  /** A homeserver can make somebody a device, and not sign it. */
  @Test
  void aNewDeviceThatAKnownIdentityHasNotSignedIsCounted() {
    signed();
    say("hello");
    assertThat(bob.machine.incidents()).isEmpty();
    try (Peer other = new Peer("@alice:example.org", "OTHER", relay, clock)) {
      other.send();
      bob.sync();
      bob.sync();
    }
    assertThat(bob.machine.incidents()).containsOnly(Map.entry(Incident.UNSIGNED_DEVICE, 1L));
  }

  @Test
  void aStrangerDoesNotFillTheDatabase() {
    gave(alice.ref.user());
    assertThat(bob.machine.decrypt(ROOM, say("one too many")))
        .isInstanceOf(DecryptOutcome.Waiting.class);
    assertThat(bob.machine.incidents()).containsEntry(Incident.STRANGE_ROOM_KEY, 1L);
    bob.sql("update ferry.megolm_received set at = now() - interval '31 days'");
    assertThat(bob.machine.decrypt(ROOM, say("a month later")))
        .isInstanceOf(DecryptOutcome.Clear.class);
    bob.sql("update ferry.megolm_received set at = now()");
    bob.sql(
        "insert into ferry.followed_room (user_id, room) values ('%s', '%s')"
            .formatted(bob.ref.user(), ROOM));
    assertThat(bob.machine.decrypt(ROOM, say("of a room that Bob is in")))
        .isInstanceOf(DecryptOutcome.Clear.class);
  }

  private void gave(UserId sender) {
    bob.sql(
        "insert into ferry.megolm_received (device, room_id, session_id, first_index, sender)"
            + " select id, '!r' || n || ':example.org', 's', 0, '%s'".formatted(sender)
            + " from ferry.olm_device, generate_series(1, %d) n"
                .formatted(RoomKeyInbox.MOST_STRANGE));
  }

  /** Users are made up easily, and a homeserver that hangs takes ten seconds for each question. */
  @Test
  void whoIsMadeUpIsAskedForWithinBoundsAndLast() {
    ObjectNode event = alice.say(ROOM, both, "of a room that nobody here knows");
    SyncInput strangers = closed(0, DeviceLists.MOST_STRANGERS + 5);
    List<JsonNode> all = new ArrayList<>(strangers.toDevice());
    all.addAll(bob.page().toDevice());
    var unused =
        bob.machine.receive(
            new SyncInput(all, List.of(), List.of(), Map.of(), null, strangers.nextBatch()));
    assertThat(bob.store.tracked())
        .as("and Bob himself")
        .hasSize(1 + DeviceLists.MOST_STRANGERS)
        .extracting(Tracked::user)
        .doesNotContain(alice.ref.user());
    assertThat(clear(event).trust()).isEqualTo(Trust.UNKNOWN_DEVICE);
    bob.machine.track(both);
    List<OutgoingRequest> wanted = bob.machine.outgoing();
    int questions = DeviceLists.MOST_QUESTIONS;
    assertThat(wanted.subList(wanted.size() - questions, wanted.size()))
        .allMatch(OutgoingRequest.KeysQuery.class::isInstance);
    assertThat(wanted.subList(0, wanted.size() - questions))
        .noneMatch(OutgoingRequest.KeysQuery.class::isInstance);
    // Whose homeserver stays away gives way to the next.
    for (int i = 0; i < 16; i++) {
      for (OutgoingRequest request : bob.machine.outgoing()) {
        if (request instanceof OutgoingRequest.KeysQuery) {
          bob.machine.failed(request, new RequestFailure(504, "M_UNKNOWN", "away"));
        }
      }
      clock.pass(Duration.ofMinutes(1));
    }
    unused = bob.machine.receive(closed(5_000, 1));
    assertThat(bob.store.tracked())
        .extracting(t -> t.user().value())
        .contains("@u5000:slow.example", alice.ref.user().value())
        .hasSizeLessThan(10);
  }

  /** Messages that no session opens. */
  private SyncInput closed(int from, int count) {
    List<JsonNode> events = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      ObjectNode event =
          Json.object()
              .put("type", "m.room.encrypted")
              .put("sender", "@u%d:slow.example".formatted(i));
      event
          .putObject("content")
          .put("algorithm", AccountKeeper.OLM)
          .put("sender_key", key(i))
          .putObject("ciphertext")
          .putObject(bob.machine.curve25519())
          .put("type", 1)
          .put("body", "AwogZ2liYmVyaXNo");
      events.add(event);
    }
    return new SyncInput(events, List.of(), List.of(), Map.of(), null, "of strangers " + from);
  }

  private static String key(int n) {
    byte[] bytes = new byte[32];
    bytes[0] = 9;
    bytes[1] = (byte) n;
    bytes[2] = (byte) (n >> 8);
    return Base64.getEncoder().withoutPadding().encodeToString(bytes);
  }

  /** She began when nobody here knew of her device, and had no key. */
  @Test
  void whoSaysThatThereIsNoWayIsAskedForAndGivenOne() {
    ObjectNode event =
        Json.object().put("type", "m.room_key.withheld").put("sender", alice.ref.user().value());
    event
        .putObject("content")
        .put("algorithm", AccountKeeper.MEGOLM)
        .put("sender_key", alice.machine.curve25519())
        .put("code", "m.no_olm");
    relay.deliver(bob.ref, event);
    bob.sync();
    bob.send();
    assertThat(bob.store.sessions(alice.machine.curve25519())).hasSize(1);
    alice.sync();
    assertThat(alice.store.sessions(bob.machine.curve25519())).hasSize(1);
  }

  @Test
  void nobodyIsAStrangerToHisOwnDevices() {
    try (Peer other = new Peer("@bob:example.org", "OTHER", relay, clock)) {
      other.send();
      bob.sync();
      gave(bob.ref.user());
      ObjectNode event = other.say(ROOM, Set.of(bob.ref.user()), "from the other device");
      bob.sync();
      assertThat(bob.machine.decrypt(ROOM, event)).isInstanceOf(DecryptOutcome.Clear.class);
    }
  }

  /** Checklist 52: signatures of the one would pass for signatures of the other. */
  @Test
  void noDeviceIsNamedLikeAKeyThatSigns() {
    signed();
    say("hello");
    for (String kind : List.of("master_key", "self_signing_key", "user_signing_key")) {
      String key =
          requireNonNull(relay.identities.get(alice.ref.user()))
              .path(kind)
              .path("keys")
              .elements()
              .next()
              .asText();
      try (Peer named = new Peer("@alice:example.org", key, relay, clock)) {
        named.send();
      }
      bob.sync();
    }
    assertThat(bob.machine.incidents().get(Incident.BAD_DEVICE)).isGreaterThanOrEqualTo(3);
    assertThat(bob.store.devices(List.of(alice.ref.user()))).hasSize(1);
  }
}
