package org.ferry.crypto;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A fallback key opens sessions for as long as the homeserver may hand it out, and an hour more.
 */
class FallbackKeyIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");

  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final Peer bob = new Peer("@bob:example.org", "BOB", relay, clock).send();

  @AfterEach
  void close() {
    bob.close();
  }

  /** What somebody says who begins with Bob now, and what becomes of it there. */
  private DecryptOutcome said(String user) {
    try (Peer peer = new Peer(user, "THEIRS", relay, clock).send()) {
      ObjectNode event = peer.say(ROOM, Set.of(new UserId(user), bob.ref.user()), "by fallback");
      // Only a sync: what Bob wants sent does not get through.
      SyncOutcome unused = bob.machine.receive(bob.page());
      return bob.machine.decrypt(ROOM, event);
    }
  }

  @Test
  void theFormerOneServesUntilAnHourAfterItsSuccessorIsThere() {
    requireNonNull(relay.oneTimeKeys.get(bob.ref)).clear();
    var former = requireNonNull(relay.fallback.get(bob.ref));
    assertThat(said("@alice:example.org")).isInstanceOf(DecryptOutcome.Clear.class);
    for (int hours = 0; hours < 2; hours++) {
      clock.pass(Duration.ofHours(1));
      SyncOutcome unused = bob.machine.receive(bob.page());
      assertThat(bob.machine.outgoing())
          .anyMatch(
              r -> r instanceof OutgoingRequest.KeysUpload u && u.body().has("fallback_keys"));
    }
    assertThat(relay.fallback.get(bob.ref)).as("uploads are blocked").isEqualTo(former);
    assertThat(said("@carol:example.org")).isInstanceOf(DecryptOutcome.Clear.class);

    bob.send();
    assertThat(relay.fallback.get(bob.ref)).isNotEqualTo(former);
    clock.pass(Duration.ofMinutes(59));
    bob.sync();
    handOut(former);
    assertThat(said("@dave:example.org")).isInstanceOf(DecryptOutcome.Clear.class);
    clock.pass(Duration.ofMinutes(2));
    bob.sync();
    handOut(former);
    assertThat(said("@eve:example.org"))
        .isEqualTo(new DecryptOutcome.Waiting(DecryptOutcome.Reason.NO_KEY, null));
  }

  @Test
  void whatWasBegunWithItWhileFerryDidNotRunIsRead() {
    requireNonNull(relay.oneTimeKeys.get(bob.ref)).clear();
    var former = requireNonNull(relay.fallback.get(bob.ref));
    assertThat(said("@alice:example.org")).isInstanceOf(DecryptOutcome.Clear.class);
    bob.send();
    assertThat(relay.fallback.get(bob.ref)).isNotEqualTo(former);
    handOut(former);
    try (Peer dave = new Peer("@dave:example.org", "THEIRS", relay, clock).send()) {
      ObjectNode event = dave.say(ROOM, Set.of(dave.ref.user(), bob.ref.user()), "at night");
      clock.pass(Duration.ofHours(2));
      bob.restart();
      bob.send();
      bob.sync();
      assertThat(bob.machine.decrypt(ROOM, event)).isInstanceOf(DecryptOutcome.Clear.class);
    }
    bob.sync();
    assertThat(bob.store.account().orElseThrow().forgetFallbackAt()).as("it is over").isNull();
  }

  /** As somebody who claimed it long ago and begins only now. */
  private void handOut(Map.Entry<String, JsonNode> former) {
    requireNonNull(relay.oneTimeKeys.get(bob.ref)).clear();
    relay.fallback.put(bob.ref, former);
  }
}
