package org.ferry.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgKeyCounts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Events that wait for keys: how many, how long, and in what order their keys are asked for. */
class WaitingIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");
  private static final RoomId BUSY = new RoomId("!busy:example.org");

  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final Peer alice = new Peer("@alice:example.org", "ALICE", relay, clock).send();
  private final Peer bob = new Peer("@bob:example.org", "BOB", relay, clock).send();
  private final Set<UserId> alone = Set.of(alice.ref.user());

  @AfterEach
  void close() {
    alice.close();
    bob.close();
  }

  private ObjectNode waits(String words) {
    alice.machine.rotate(ROOM);
    ObjectNode event = alice.say(ROOM, alone, words);
    assertThat(bob.machine.decrypt(ROOM, event)).isInstanceOf(DecryptOutcome.Waiting.class);
    return event;
  }

  private static SessionRef session(ObjectNode event) {
    return new SessionRef(ROOM, event.path("content").path("session_id").asText());
  }

  /** Events of the busy room, each of a session of its own. */
  private void busy(int events) {
    bob.sql(
        """
        insert into ferry.megolm_waiting (device, event_id, room_id, session_id, event, since, reason)
        select d.id, '$busy' || n, '%s', 's' || n, '{"sender":"@alice:example.org"}', '%s', 'NO_KEY'
        from ferry.olm_device d, generate_series(1, %d) n
        """
            .formatted(BUSY.value(), clock.now, events));
  }

  private long count(String from) {
    return bob.lab.number("select count(*) from " + from);
  }

  private long givenUp() {
    return bob.lab.number("select sum(given_up) from ferry.olm_device");
  }

  /** Gives Bob a key that opens everything of a session. */
  private void give(SessionRef ref) {
    try (InboundSession whole = alice.keys.find(ref.room(), ref.session()).orElseThrow()) {
      RoomKey key = KeyJson.read(KeyJson.write(whole), KeyOrigin.EXPORT, clock.now);
      try (var session = key.session()) {
        assertThat(session.sessionId()).isEqualTo(ref.session());
        assertThat(bob.keys.add(key)).isEqualTo(RoomKeys.Added.NEW);
      }
    }
  }

  /** Somebody ended the session of an account: its next device looks for what the former lacked. */
  @Test
  void whatAFormerDeviceWaitedForTheNextOneWaitsFor() {
    SessionRef ref = session(waits("before the next device"));
    PgCryptoStore store =
        PgCryptoStore.of(
            bob.lab.database(), bob.keys, new DeviceRef(bob.ref.user(), new DeviceId("NEXT")));
    Lease lease = store.claim("test", Duration.ofMinutes(5)).orElseThrow();
    try (OlmMachine next =
        OlmMachine.open(store, bob.keys, bob.keyring, lease, clock, bob.alarms::add)) {
      var unused = next.outgoing();
      assertThat(bob.store.waiting(ref, 10)).as("somebody works with it").hasSize(1);
      bob.store.release(bob.lease);
      clock.pass(Duration.ofHours(2));
      unused = next.outgoing();
      assertThat(next.missing(10)).containsExactly(ref);
      assertThat(bob.store.waiting(ref, 10)).isEmpty();
    }
  }

  /** What a start reads does not grow with the sessions; measured, for who changes that. */
  @Test
  void aDeviceOfManyRoomsIsReadyInSeconds() {
    int rooms = 200;
    List<RoomKey> keys = new ArrayList<>();
    var info = new RoomKeyInfo(KeyOrigin.OLM, "c", "e", null, List.of(), false, clock.now);
    for (int i = 0; i < 10 * rooms; i++) {
      try (MegolmOutbound group = MegolmOutbound.create()) {
        RoomId room = new RoomId("!r" + i % rooms);
        keys.add(new RoomKey(room, MegolmInbound.fromSessionKey(group.sessionKey()), info));
      }
    }
    assertThat(bob.keys.addAll(keys)).hasSize(10 * rooms).containsOnly(RoomKeys.Added.NEW);
    keys.forEach(k -> k.session().close());
    bob.sql(
        "insert into ferry.olm_tracked (device, user_id, outdated, changed_at, answered_at,"
            + " failures) select id, '@u' || n || ':example.org', false, 1, 1, 0"
            + " from ferry.olm_device, generate_series(1, 2000) n");
    busy(2_000);
    long start = System.nanoTime();
    bob.restart();
    List<OutgoingRequest> wanted = bob.machine.outgoing();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    System.out.println(
        "a device with 200 rooms and 2,000 sessions was ready in " + took.toMillis() + " ms");
    assertThat(wanted).isNotEmpty();
    assertThat(took).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void whatIsCountedLacksItsKeyAndSaysWhyAsEventsDo() {
    ObjectNode came = waits("its key came");
    ObjectNode unused = waits("its key did not");
    assertThat(undecryptable()).containsExactly(Map.entry("no_key", 2L));
    give(session(came));
    assertThat(undecryptable()).containsExactly(Map.entry("no_key", 1L));
  }

  private Map<String, Long> undecryptable() {
    return PgKeyCounts.of(bob.lab.database()).undecryptable();
  }

  @Test
  void whatNobodyBringsAKeyForIsGivenUpAfterWeeksAndNothingSooner() {
    ObjectNode old = waits("old");
    ObjectNode settled = waits("its key came another way");
    give(session(settled));
    clock.pass(Housekeeping.WAITS.minusHours(2));
    bob.send();
    ObjectNode young = waits("young");
    assertThat(count("ferry.megolm_waiting")).isEqualTo(3);
    assertThat(bob.alarms).isEmpty();
    clock.pass(Duration.ofHours(3));
    bob.send();
    assertThat(bob.store.waiting(session(old), 10)).isEmpty();
    assertThat(bob.store.waiting(session(young), 10)).hasSize(1);
    assertThat(givenUp()).as("what was settled is not counted").isEqualTo(1);
    assertThat(bob.alarms).singleElement().asString().startsWith("1 encrypted events");
    bob.send();
    assertThat(bob.store.request(session(old))).as("not asked for any more").isEmpty();
    give(session(young));
    assertThat(bob.released())
        .singleElement()
        .satisfies(r -> assertThat(r.id()).isEqualTo(new EventId(young.path("event_id").asText())));
  }

  @Test
  void aRoomThatFillsTheDatabaseLosesItsOldestAndOthersNothing() {
    ObjectNode quiet = waits("elsewhere");
    busy(Housekeeping.WAIT_IN_A_ROOM + 7);
    clock.pass(Duration.ofHours(2));
    var unused = bob.machine.outgoing();
    assertThat(bob.store.waiting(session(quiet), 10)).hasSize(1);
    String ofBusy = "ferry.megolm_waiting where room_id = '" + BUSY.value() + "'";
    assertThat(count(ofBusy)).isEqualTo(Housekeeping.WAIT_IN_A_ROOM);
    assertThat(count(ofBusy + " and event_id in ('$busy7', '$busy8')")).isEqualTo(1);
    assertThat(givenUp()).isEqualTo(7);
  }

  @Test
  void aBusyRoomLeavesOthersTheirTurnToBeAskedFor() {
    busy(1_000);
    ObjectNode quiet = waits("quiet");
    clock.pass(Duration.ofSeconds(31));
    var unused = bob.machine.outgoing();
    assertThat(bob.store.request(session(quiet))).isPresent();
  }

  private long keyRequests() {
    return bob.machine.outgoing().stream()
        .filter(r -> r instanceof OutgoingRequest.ToDevice)
        .peek(bob::send)
        .count();
  }

  @Test
  void keysAreAskedForInPortionsWithOneRequestForManySenders() {
    busy(1_000);
    bob.sql(
        "update ferry.megolm_waiting set event ="
            + " replace(event, '@alice', '@u' || substr(event_id, 6))");
    clock.pass(Duration.ofSeconds(31));
    assertThat(keyRequests()).as("a hundred senders in one").isEqualTo(1);
    assertThat(keyRequests()).as("no more for now").isZero();
    assertThat(count("ferry.megolm_request")).isEqualTo(KeyRequests.AT_ONCE);
    assertThat(relay.roomKeyRequests).hasSize(KeyRequests.AT_ONCE);
    clock.pass(KeyRequests.EACH.multipliedBy(30));
    assertThat(keyRequests()).isEqualTo(1);
    assertThat(count("ferry.megolm_request")).isEqualTo(KeyRequests.AT_ONCE + 30);
    bob.sql("update ferry.megolm_waiting set event = '{\"sender\":\"@alice:example.org\"}'");
    clock.pass(Duration.ofMinutes(1));
    assertThat(keyRequests()).as("one sender").isEqualTo(KeyRequests.AT_ONCE);
    // What settles all at once is told in portions as well.
    bob.sql("delete from ferry.megolm_waiting");
    clock.pass(Duration.ofMinutes(1));
    assertThat(keyRequests()).isPositive();
    assertThat(count("ferry.megolm_request")).isEqualTo(130);
    assertThat(keyRequests()).isZero();
  }

  @Test
  void aBusyRoomLeavesOthersTheirTurnInTheBackup() {
    ObjectNode quiet = waits("quiet");
    busy(1_000);
    assertThat(bob.machine.missing(50)).as("it may only be late").isEmpty();
    clock.pass(Duration.ofSeconds(6));
    Set<SessionRef> asked = new HashSet<>();
    assertThat(bob.machine.missing(50)).contains(session(quiet));
    for (List<SessionRef> some = bob.machine.missing(50);
        !some.isEmpty();
        some = bob.machine.missing(50)) {
      some.forEach(s -> assertThat(asked.add(s)).as("asked once").isTrue());
      bob.machine.sought(some, Duration.ofHours(1));
    }
    assertThat(asked).hasSize(1_001);
    bob.restart();
    assertThat(bob.machine.missing(50)).as("a restart forgets nothing").isEmpty();
    clock.pass(Duration.ofMinutes(61));
    assertThat(bob.machine.missing(2_000)).hasSize(1_001);
    bob.machine.sought(List.copyOf(asked), Duration.ofHours(1));
    clock.pass(Duration.ofMinutes(61));
    assertThat(bob.machine.missing(50)).as("less and less often").isEmpty();
    clock.pass(Duration.ofMinutes(60));
    assertThat(bob.machine.missing(2_000)).hasSize(1_001);
  }
}
