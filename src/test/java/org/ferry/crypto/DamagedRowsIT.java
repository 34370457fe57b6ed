package org.ferry.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A row that a disk spoiled, or that somebody changed, costs what it held and nothing else: the
 * next honest message is read and the next one is sent.
 */
class DamagedRowsIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");

  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final Peer alice = new Peer("@alice:example.org", "ALICE", relay, clock).send();
  private final Peer bob = new Peer("@bob:example.org", "BOB", relay, clock).send();
  private final Set<org.ferry.id.UserId> both = Set.of(alice.ref.user(), bob.ref.user());

  @AfterEach
  void close() {
    alice.close();
    bob.close();
  }

  private void assertRead(Peer by, ObjectNode event, String words) {
    assertThat(by.machine.decrypt(ROOM, event))
        .isInstanceOfSatisfying(
            DecryptOutcome.Clear.class,
            c -> assertThat(c.content().path("body").asText()).isEqualTo(words));
  }

  private static long damaged(Peer peer) {
    return peer.machine.incidents().getOrDefault(Incident.DAMAGED_ROW, 0L);
  }

  private void talk() {
    ObjectNode first = alice.say(ROOM, both, "first");
    bob.sync();
    assertRead(bob, first, "first");
    bob.say(ROOM, both, "answer");
    alice.sync();
    alice.machine.rotate(ROOM);
    alice.say(ROOM, both, "second");
    bob.sync();
  }

  @Test
  void anOlmSessionIsDroppedAndHeals() {
    talk();
    bob.sql("update ferry.olm_session set pickle = 'spoiled'");
    bob.restart();
    alice.machine.rotate(ROOM);
    alice.say(ROOM, both, "lost");
    assertThat(bob.sync().rejected()).isEqualTo(1);
    assertThat(damaged(bob)).isPositive();
    assertThat(bob.machine.incidents()).containsKey(Incident.WEDGED);
    alice.sync();
    alice.machine.rotate(ROOM);
    ObjectNode healed = alice.say(ROOM, both, "healed");
    assertThat(bob.sync().newKeys()).hasSize(1);
    assertRead(bob, healed, "healed");
    assertThat(bob.store.sessions(alice.machine.curve25519())).hasSize(1);
  }

  @Test
  void aRoomGetsAnotherOutgoingSession() {
    talk();
    alice.sql("update ferry.megolm_outbound set pickle = 'spoiled'");
    ObjectNode next = alice.say(ROOM, both, "said all the same");
    bob.sync();
    assertRead(bob, next, "said all the same");
    assertThat(damaged(alice)).isEqualTo(1);
  }

  @Test
  void aGoodKeyTakesTheDamagedOnesPlace() {
    ObjectNode first = alice.say(ROOM, both, "first");
    bob.sync();
    bob.sql("update ferry.room_key set pickle = 'spoiled'");
    assertThat(bob.machine.decrypt(ROOM, first))
        .isEqualTo(new DecryptOutcome.Waiting(DecryptOutcome.Reason.BROKEN_KEY, null));
    assertThat(damaged(bob)).isEqualTo(1);
    String untried = "select count(*) from ferry.megolm_waiting where known_index is null";
    assertThat(bob.lab.number(untried)).as("nothing is tried again and again").isZero();
    clock.pass(Duration.ofSeconds(31));
    bob.send();
    assertThat(relay.roomKeyRequests).as("it is asked for").hasSize(1);
    String session = first.path("content").path("session_id").asText();
    try (InboundSession lent = alice.keys.find(ROOM, session).orElseThrow();
        MegolmInbound copy =
            MegolmInbound.fromExportedKey(lent.megolm().exportAt(0).orElseThrow())) {
      RoomKeyInfo info =
          new RoomKeyInfo(KeyOrigin.EXPORT, "", "", null, List.of(), false, clock.now);
      assertThat(bob.keys.addAll(List.of(new RoomKey(ROOM, copy, info))))
          .containsExactly(RoomKeys.Added.REPLACED);
    }
    assertThat(bob.lab.number(untried)).isEqualTo(1);
    assertRead(bob, first, "first");
  }

  @Test
  void aSecretIsDoneWithoutAndSaidOnce() {
    assertThat(bob.machine.createIdentity()).isTrue();
    bob.send();
    bob.sql("update ferry.olm_secret set sealed = 'spoiled'");
    bob.restart();
    bob.sync();
    assertThat(bob.machine.identitySecrets()).isEmpty();
    assertThat(bob.machine.backupKey()).isEmpty();
    ObjectNode first = alice.say(ROOM, both, "first");
    bob.sync();
    assertRead(bob, first, "first");
    assertThat(bob.alarms).filteredOn(a -> a.contains("self_signing")).hasSize(1);
    assertThat(
            bob.machine.keepBackupKey(Secret.of(Base64.getEncoder().encodeToString(new byte[32]))))
        .isTrue();
    assertThat(bob.machine.backupKey()).isPresent();
  }

  @Test
  void anAccountStopsItsDeviceWithTheRemedy() {
    bob.sql("update ferry.olm_account set pickle = 'spoiled'");
    bob.machine.close();
    assertThatThrownBy(bob::open)
        .isInstanceOf(DeviceBrokenException.class)
        .hasMessageContaining("does not open")
        .hasMessageContaining("ferry accounts login @bob:example.org --new-device");
    bob.sql("delete from ferry.olm_account");
    bob.machine = bob.open();
  }
}
