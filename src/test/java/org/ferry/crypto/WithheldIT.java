package org.ferry.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may say that a room key is withheld. */
class WithheldIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");
  private static final UserId EVE = new UserId("@eve:example.org");

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

  private void says(UserId who, ObjectNode event, String senderKey, String code) {
    ObjectNode withheld = Json.object().put("type", "m.room_key.withheld");
    withheld
        .put("sender", who.value())
        .putObject("content")
        .put("algorithm", AccountKeeper.MEGOLM)
        .put("room_id", ROOM.value())
        .put("session_id", event.path("content").path("session_id").asText())
        .put("sender_key", senderKey)
        .put("code", code);
    relay.deliver(bob.ref, withheld);
  }

  private DecryptOutcome.Waiting waiting(ObjectNode event) {
    return (DecryptOutcome.Waiting) bob.machine.decrypt(ROOM, event);
  }

  private long unfounded() {
    return bob.machine.incidents().getOrDefault(Incident.UNFOUNDED_WITHHELD, 0L);
  }

  /** Another device of the reader's own may have been given what this one was refused. */
  @Test
  void onlyOwnDevicesAreAskedForWhatIsRefused() {
    try (Peer phone = new Peer(bob.ref.user().value(), "PHONE", relay, clock).send()) {
      assertThat(phone.ref.user()).isEqualTo(bob.ref.user());
      bob.machine.track(alone);
      bob.sync();
      ObjectNode event = alice.say(ROOM, alone, "not for this device");
      says(alice.ref.user(), event, alice.machine.curve25519(), "m.unverified");
      bob.sync();
      assertThat(waiting(event).reason()).isEqualTo(DecryptOutcome.Reason.WITHHELD);
      clock.pass(Duration.ofSeconds(31));
      bob.send();
      assertThat(relay.roomKeyRequests)
          .singleElement()
          .satisfies(r -> assertThat(r.path("to").asText()).isEqualTo(bob.ref.user().value()));
    }
  }

  @Test
  void onlyTheSendersOwnWordCounts() {
    bob.machine.track(alone);
    bob.sync();
    ObjectNode event = alice.say(ROOM, alone, "not for bob");
    // Before the event is known, nobody knows whose session it is.
    says(EVE, event, "", "m.blacklisted");
    assertThat(bob.sync().rejected()).isZero();
    assertThat(waiting(event).reason()).isEqualTo(DecryptOutcome.Reason.NO_KEY);
    says(EVE, event, alice.machine.curve25519(), "m.blacklisted");
    says(EVE, event, "", "m.unverified");
    assertThat(bob.sync().rejected()).isEqualTo(2);
    assertThat(unfounded()).isEqualTo(2);
    assertThat(waiting(event).reason()).isEqualTo(DecryptOutcome.Reason.NO_KEY);
    says(alice.ref.user(), event, alice.machine.curve25519(), "m.unauthorised");
    says(EVE, event, alice.machine.curve25519(), "m.blacklisted");
    assertThat(bob.sync().rejected()).isEqualTo(1);
    assertThat(waiting(event))
        .isEqualTo(new DecryptOutcome.Waiting(DecryptOutcome.Reason.WITHHELD, "m.unauthorised"));
  }

  /** The ghosts of other bridges write with the session of their bot, and name its device. */
  @Test
  void theDeviceThatTheEventNamesMaySaySo() {
    bob.machine.track(alone);
    bob.sync();
    ObjectNode event = alice.say(ROOM, alone, "as a ghost").put("sender", "@ghost:example.org");
    ((ObjectNode) event.path("content")).put("sender_key", alice.machine.curve25519());
    says(EVE, event, alice.machine.curve25519(), "m.blacklisted");
    says(alice.ref.user(), event, alice.machine.curve25519(), "m.unverified");
    assertThat(bob.sync().rejected()).isEqualTo(1);
    assertThat(waiting(event))
        .isEqualTo(new DecryptOutcome.Waiting(DecryptOutcome.Reason.WITHHELD, "m.unverified"));
  }

  /**
   * E-19: what anybody may say, and what nobody has said yet; a key that comes all the same wins.
   */
  @Test
  void everyCodeIsToldAndAKeyThatComesLaterWins() {
    bob.machine.track(alone);
    bob.sync();
    Map<String, ObjectNode> events = new LinkedHashMap<>();
    for (String code :
        List.of(
            "m.blacklisted",
            "m.unverified",
            "m.unauthorised",
            "m.unavailable",
            "m.history_not_shared",
            "org.example.whatever")) {
      alice.machine.rotate(ROOM);
      ObjectNode event = alice.say(ROOM, alone, "not for bob: " + code);
      says(alice.ref.user(), event, alice.machine.curve25519(), code);
      events.put(code, event);
    }
    assertThat(bob.sync().rejected()).isZero();
    events.forEach((code, event) ->
        assertThat(waiting(event))
            .isEqualTo(new DecryptOutcome.Waiting(DecryptOutcome.Reason.WITHHELD, code)));
    events.forEach((code, event) -> {
      String session = event.path("content").path("session_id").asText();
      try (var known = alice.keys.find(ROOM, session).orElseThrow();
          var exported = MegolmInbound.fromExportedKey(known.megolm().exportAtFirstKnownIndex())) {
        RoomKeyInfo info =
            new RoomKeyInfo(KeyOrigin.BACKUP, "", "", "{}", List.of(), false, clock.now);
        assertThat(bob.machine.restored(List.of(new RoomKey(ROOM, exported, info)))).hasSize(1);
      }
    });
    assertThat(bob.released()).hasSize(events.size());
  }

  /** Who could begin no session with us is begun one with, once. */
  @Test
  void whoHasNoWayToUsIsGivenOneOnce() {
    bob.machine.track(alone);
    bob.sync();
    ObjectNode noOlm = Json.object().put("type", "m.room_key.withheld");
    noOlm
        .put("sender", alice.ref.user().value())
        .putObject("content")
        .put("algorithm", AccountKeeper.MEGOLM)
        .put("sender_key", alice.machine.curve25519())
        .put("code", "m.no_olm");
    for (int i = 0; i < 3; i++) {
      relay.deliver(bob.ref, noOlm.deepCopy());
    }
    assertThat(bob.sync().rejected()).isZero();
    assertThat(alice.page().toDevice())
        .singleElement()
        .satisfies(e -> assertThat(e.path("type").asText()).isEqualTo("m.room.encrypted"));
    relay.deliver(bob.ref, noOlm);
    bob.restart();
    bob.sync();
    assertThat(alice.page().toDevice()).as("once an hour").hasSize(1);
    assertThat(alice.sync().rejected()).isZero();
    assertThat(alice.machine.incidents()).isEmpty();
  }

  @Test
  void nobodyFillsTheDatabaseWithRefusals() {
    bob.sql(
        "insert into ferry.megolm_withheld (device, room_id, session_id, sender, sender_key, code,"
            + " reason) select d.id, '!r', 's' || n, '@eve:example.org', '', 'm.x', ''"
            + " from ferry.olm_device d, generate_series(1, "
            + RoomKeyInbox.MOST_WITHHELD
            + ") n");
    ObjectNode event = alice.say(ROOM, alone, "hello");
    says(EVE, event, "", "m.blacklisted");
    assertThat(bob.sync().rejected()).isEqualTo(1);
    assertThat(unfounded()).isEqualTo(1);
    assertThat(bob.store.withheldBy(EVE)).isEqualTo(RoomKeyInbox.MOST_WITHHELD);
    bob.store.prune(java.time.Instant.now().plusSeconds(60));
    assertThat(bob.store.withheldBy(EVE)).isZero();
  }
}
