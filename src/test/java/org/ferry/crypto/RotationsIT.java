package org.ferry.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.crypto.PgRoomKeys;
import org.ferry.store.crypto.PgRotation;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.Test;

/** The pickle key changes twice, one change right after the other, while messages come and go. */
class RotationsIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");
  private static final int EACH = 4;

  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final List<ObjectNode> said = new CopyOnWriteArrayList<>();
  private final AtomicBoolean enough = new AtomicBoolean();

  /** Each message of both has a room key of its own, so that Olm sessions move as well. */
  private void talk(Peer alice, Peer bob) {
    Set<UserId> both = Set.of(alice.ref.user(), bob.ref.user());
    while (!enough.get()) {
      for (Peer by : List.of(alice, bob)) {
        Peer other = by == alice ? bob : alice;
        by.machine.rotate(ROOM);
        ObjectNode event = by.say(ROOM, both, "words " + said.size());
        other.sync();
        assertThat(other.machine.decrypt(ROOM, event)).isInstanceOf(DecryptOutcome.Clear.class);
        said.add(event);
      }
    }
  }

  private void more() {
    int before = said.size();
    Wait.until(Duration.ofMinutes(1), "more messages", () -> said.size() >= before + EACH);
  }

  private void change(Peer of, PickleKey from, PickleKey to) throws InterruptedException {
    PgRotation rotation = new PgRotation(of.lab.database(), from, to);
    long unused = rotation.rewrite(done -> {});
    more();
    rotation.finish();
    assertThat(rotation.damaged()).isEmpty();
    more();
  }

  @Test
  void messagesComeAndGoThroughTwoChangesAndAStartAfterThem() throws Exception {
    PickleKey second = PickleKey.random();
    PickleKey third = PickleKey.random();
    try (Peer alice = new Peer("@alice:example.org", "ALICE", relay, clock).send();
        Peer bob = new Peer("@bob:example.org", "BOB", relay, clock).send();
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> talk = executor.submit(() -> talk(alice, bob));
      try {
        more();
        change(bob, bob.pickleKey, second);
        change(bob, second, third);
      } finally {
        enough.set(true);
      }
      assertThat(talk.get()).isNull();
      bob.machine.close();
      for (PickleKey former : List.of(bob.pickleKey, second)) {
        assertThatThrownBy(() -> PgKeyring.open(bob.lab.database(), former))
            .isInstanceOf(KeyException.class);
      }
      everythingOpensUnder(third, alice, bob);
    }
  }

  private void everythingOpensUnder(PickleKey key, Peer alice, Peer bob) {
    try (PgKeyring keyring = PgKeyring.open(bob.lab.database(), key);
        PgRoomKeys keys = new PgRoomKeys(bob.lab.database(), keyring, 10)) {
      PgCryptoStore store = PgCryptoStore.of(bob.lab.database(), keys, bob.ref);
      Lease lease = store.claim("test", Duration.ofMinutes(5)).orElseThrow();
      try (OlmMachine machine =
          OlmMachine.open(store, keys, keyring, lease, clock, bob.alarms::add)) {
        for (ObjectNode event : said) {
          assertThat(machine.decrypt(ROOM, event)).isInstanceOf(DecryptOutcome.Clear.class);
        }
        ObjectNode last =
            alice.say(ROOM, Set.of(alice.ref.user(), bob.ref.user()), "after all of it");
        var unused = machine.receive(bob.page());
        assertThat(machine.decrypt(ROOM, last)).isInstanceOf(DecryptOutcome.Clear.class);
        assertThat(machine.incidents()).isEmpty();
      }
      assertThat(bob.lab.number("select count(distinct key_generation) from ferry.room_key"))
          .isEqualTo(1);
    }
    assertThat(bob.alarms).isEmpty();
  }
}
