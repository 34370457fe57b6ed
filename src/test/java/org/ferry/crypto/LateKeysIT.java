package org.ferry.crypto;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgRoomKeys;
import org.ferry.testing.Tier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Keys that come late, in bursts and in any order, and messages that come again. */
class LateKeysIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");
  private static final int IN_A_SESSION = 10;

  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final Peer bob = new Peer("@bob:example.org", "BOB", relay, clock).send();
  private final List<Peer> others = new ArrayList<>();

  @AfterEach
  void close() {
    others.forEach(Peer::close);
    bob.close();
  }

  private Peer peer(String name) {
    Peer peer =
        new Peer("@" + name + ":example.org", name.toUpperCase(Locale.ROOT), relay, clock).send();
    others.add(peer);
    return peer;
  }

  private Set<UserId> with(Peer peer) {
    return Set.of(bob.ref.user(), peer.ref.user());
  }

  private static String session(ObjectNode event) {
    return event.path("content").path("session_id").asText();
  }

  private static String body(DecryptOutcome outcome) {
    return ((DecryptOutcome.Clear) outcome).content().path("body").asText();
  }

  /** A key from an index on, as a file or a backup would bring it. */
  private void give(Peer from, String session, long index) {
    try (InboundSession whole = from.keys.find(ROOM, session).orElseThrow();
        MegolmInbound copy =
            MegolmInbound.fromExportedKey(whole.megolm().exportAt(index).orElseThrow())) {
      var info = new RoomKeyInfo(KeyOrigin.EXPORT, "", "", null, List.of(), false, clock.now);
      assertThat(bob.keys.add(new RoomKey(ROOM, copy, info)))
          .isIn(RoomKeys.Added.NEW, RoomKeys.Added.BETTER);
    }
  }

  /**
   * E-11: events that wait are released once each, in the order of their session, whenever their
   * key comes and however little of it at first.
   */
  @Test
  void eachEventIsReleasedOnceHoweverLateItsKey() {
    Peer alice = peer("alice");
    int sessions = Tier.Count.LATE_EVENTS.now() / IN_A_SESSION;
    Map<String, List<EventId>> sent = new HashMap<>();
    Set<UserId> alone = Set.of(alice.ref.user());
    for (int i = 0; i < sessions; i++) {
      alice.machine.rotate(ROOM);
      for (int j = 0; j < IN_A_SESSION; j++) {
        ObjectNode event = alice.say(ROOM, alone, "late");
        sent.computeIfAbsent(session(event), s -> new ArrayList<>())
            .add(new EventId(event.path("event_id").asText()));
        assertThat(bob.machine.decrypt(ROOM, event)).isInstanceOf(DecryptOutcome.Waiting.class);
      }
    }
    assertThat(sent).hasSize(sessions);
    List<String> order = new ArrayList<>(sent.keySet());
    Collections.shuffle(order, new Random(11));
    List<Duration> waits =
        List.of(Duration.ZERO, Duration.ofSeconds(5), Duration.ofHours(1), Duration.ofDays(30));
    Set<EventId> released = new HashSet<>();
    for (int i = 0; i < order.size(); i++) {
      clock.pass(waits.get(i % waits.size()));
      if (i % 7 == 6) {
        bob.restart();
      }
      List<EventId> events = requireNonNull(sent.get(order.get(i)));
      give(alice, order.get(i), 4);
      assertThat(release(released)).isEqualTo(events.subList(4, IN_A_SESSION));
      give(alice, order.get(i), 0);
      assertThat(release(released)).isEqualTo(events.subList(0, 4));
    }
    assertThat(released).hasSize(sessions * IN_A_SESSION);
    assertThat(bob.machine.missing(1)).isEmpty();
  }

  private List<EventId> release(Set<EventId> all) {
    List<Peer.Released> ready = bob.released();
    ready.forEach(r -> assertThat(body(r.outcome())).isEqualTo("late"));
    List<EventId> ids = ready.stream().map(r -> r.id()).toList();
    ids.forEach(id -> assertThat(all.add(id)).as("released once").isTrue());
    bob.machine.handled(ids);
    return ids;
  }

  /** Anybody who knows the public key of a backup can put a wrong key into it. */
  @Test
  void aWrongKeyFromABackupDoesNotKeepTheRightOneOut() {
    Peer alice = peer("alice");
    ObjectNode event = alice.say(ROOM, with(alice), "right");
    SessionRef ref = new SessionRef(ROOM, session(event));
    try (MegolmInbound wrong = forged(alice, ref.session())) {
      var info = new RoomKeyInfo(KeyOrigin.BACKUP, "", "", null, List.of(), false, clock.now);
      assertThat(bob.machine.restored(List.of(new RoomKey(ROOM, wrong, info))))
          .containsExactly(ref);
    }
    assertThat(bob.machine.decrypt(ROOM, event))
        .isEqualTo(new DecryptOutcome.Waiting(DecryptOutcome.Reason.NO_KEY, null));
    assertThat(bob.released()).isEmpty();
    clock.pass(Duration.ofSeconds(6));
    assertThat(bob.machine.missing(1)).as("asked for").containsExactly(ref);
    assertThat(bob.store.received(ref)).hasValue(0);
    assertThat(bob.sync().newKeys()).containsExactly(ref);
    List<Peer.Released> released = bob.released();
    assertThat(released).hasSize(1);
    assertThat(body(released.getFirst().outcome())).isEqualTo("right");
    assertThat(((DecryptOutcome.Clear) released.getFirst().outcome()).trust())
        .isEqualTo(Trust.UNVERIFIED);
  }

  /** Another account of the same Ferry that was given the wrong key has no right to this one. */
  @Test
  void whoHadTheWrongKeyIsNotGivenTheRightOne() {
    Peer alice = peer("alice");
    ObjectNode event = alice.say(ROOM, with(alice), "right");
    SessionRef ref = new SessionRef(ROOM, session(event));
    PgCryptoStore other =
        PgCryptoStore.of(
            bob.lab.database(), bob.keys, new DeviceRef(alice.ref.user(), new DeviceId("OTHER")));
    Lease lease = other.claim("test", Duration.ofMinutes(5)).orElseThrow();
    try (MegolmInbound wrong = forged(alice, ref.session())) {
      var info = new RoomKeyInfo(KeyOrigin.BACKUP, "", "", null, List.of(), false, clock.now);
      var put = new CryptoChange.PutRoomKey(new RoomKey(ROOM, wrong, info));
      assertThat(other.commit(lease, List.of(put))).containsEntry(ref, RoomKeys.Added.NEW);
    }
    assertThat(other.received(ref)).isPresent();
    assertThat(bob.sync().newKeys()).containsExactly(ref);
    assertThat(bob.store.received(ref)).isPresent();
    assertThat(other.received(ref)).isEmpty();
  }

  /** A key with the id of somebody's session and another ratchet. */
  private static MegolmInbound forged(Peer from, String session) {
    try (InboundSession whole = from.keys.find(ROOM, session).orElseThrow()) {
      byte[] key = Base64.getDecoder().decode(whole.megolm().exportAtFirstKnownIndex());
      key[10] ^= 1;
      return MegolmInbound.fromExportedKey(
          Base64.getEncoder().withoutPadding().encodeToString(key));
    }
  }

  /** E-13: more keys of one Olm chain than it skips, in pages, some served twice. */
  @Test
  void aBurstOfKeysInPagesIsReadWhole() {
    int burst = Tier.Count.BURST_KEYS.now();
    Peer alice = peer("alice");
    List<ObjectNode> events = new ArrayList<>();
    for (int i = 0; i < burst; i++) {
      alice.machine.rotate(ROOM);
      events.add(alice.say(ROOM, with(alice), "burst " + i));
    }
    for (String name : List.of("carol", "dave", "erin")) {
      Peer peer = peer(name);
      for (int i = 0; i < burst / 10; i++) {
        peer.machine.rotate(ROOM);
        events.add(peer.say(ROOM, with(peer), "burst " + i));
      }
    }
    int keys = 0;
    for (SyncInput page = page(); !page.toDevice().isEmpty(); page = page()) {
      keys += bob.machine.receive(page).newKeys().size();
      if (keys % 2 == 0) {
        // The answer was lost: the homeserver serves the page again.
        bob.restart();
        assertThat(bob.machine.receive(page).newKeys()).isEmpty();
      }
    }
    assertThat(keys).isEqualTo(events.size());
    assertThat(events.stream().map(e -> bob.machine.decrypt(ROOM, e)))
        .allMatch(o -> o instanceof DecryptOutcome.Clear);
    assertThat(bob.machine.incidents()).doesNotContainKey(Incident.WEDGED);
    assertThat(bob.store.unwedgings()).isEmpty();
  }

  private SyncInput page() {
    return relay.sync(bob.ref, bob.store.syncToken().orElse(""), 20);
  }

  /** E-10: of two events with one index all processes take the same one, and always it. */
  @Test
  void processesThatRaceTakeTheSameEventForAnIndex() throws Exception {
    Peer alice = peer("alice");
    int events = Tier.Count.RACED_INDEXES.now();
    List<OlmMachine> machines = new ArrayList<>(List.of(bob.machine));
    List<PgRoomKeys> keys = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (int i = 1; i < 3; i++) {
        PgRoomKeys of = new PgRoomKeys(bob.lab.database(), bob.keyring, 100);
        keys.add(of);
        var store =
            PgCryptoStore.of(
                bob.lab.database(), of, new DeviceRef(bob.ref.user(), new DeviceId("BOB" + i)));
        Lease lease = store.claim("test", Duration.ofMinutes(5)).orElseThrow();
        machines.add(OlmMachine.open(store, of, bob.keyring, lease, clock, bob.alarms::add));
      }
      CyclicBarrier start = new CyclicBarrier(3);
      for (int i = 0; i < events; i++) {
        ObjectNode event = alice.say(ROOM, with(alice), "once");
        ObjectNode replay = event.deepCopy().put("event_id", "$replay" + i);
        bob.sync();
        List<Future<List<Boolean>>> outcomes = new ArrayList<>();
        for (int m = 0; m < 3; m++) {
          List<ObjectNode> order = m == 1 ? List.of(replay, event) : List.of(event, replay);
          outcomes.add(threads.submit(race(machines.get(m), start, order, event)));
        }
        Set<List<Boolean>> seen = new HashSet<>();
        for (Future<List<Boolean>> outcome : outcomes) {
          boolean unused = seen.add(outcome.get());
        }
        assertThat(seen).as("all processes agree").hasSize(1);
        assertThat(seen.iterator().next()).containsExactlyInAnyOrder(true, false);
      }
    } finally {
      machines.stream().skip(1).forEach(OlmMachine::close);
      keys.forEach(PgRoomKeys::close);
    }
  }

  /** Whether the event, and its replay, were taken; both again and again. */
  private static Callable<List<Boolean>> race(
      OlmMachine machine, CyclicBarrier start, List<ObjectNode> order, ObjectNode event) {
    return () -> {
      int unused = start.await();
      Map<Boolean, Boolean> taken = new HashMap<>();
      for (int again = 0; again < 5; again++) {
        for (ObjectNode each : order) {
          boolean clear = machine.decrypt(ROOM, each) instanceof DecryptOutcome.Clear;
          Boolean before = taken.put(each.equals(event), clear);
          assertThat(before == null || before == clear).as("always the same").isTrue();
        }
      }
      return List.of(taken.getOrDefault(true, false), taken.getOrDefault(false, false));
    };
  }
}
