package org.ferry.crypto;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** D-26: the clock of the machine jumps, an hour back, a year ahead and back again. */
class ClockIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");
  private static final Duration YEAR = Duration.ofDays(365);

  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final Peer alice = new Peer("@alice:example.org", "ALICE", relay, clock).send();
  private final Peer bob = new Peer("@bob:example.org", "BOB", relay, clock).send();
  private final Set<UserId> both = Set.of(alice.ref.user(), bob.ref.user());
  private final Set<String> sessions = new LinkedHashSet<>();
  private int said;

  @AfterEach
  void close() {
    alice.close();
    bob.close();
  }

  private void say() {
    for (int i = 0; i < 3; i++) {
      ObjectNode event = alice.say(ROOM, both, Peer.SETTINGS, "txn" + ++said, "words " + said);
      boolean unused = sessions.add(event.path("content").path("session_id").asText());
      bob.sync();
      assertThat(bob.machine.decrypt(ROOM, event)).isInstanceOf(DecryptOutcome.Clear.class);
    }
  }

  @Test
  void aJumpRotatesOnceAndStopsNothing() {
    say();
    clock.pass(Duration.ofHours(-1));
    say();
    assertThat(sessions).as("an hour back").hasSize(1);
    clock.pass(YEAR);
    say();
    assertThat(sessions).as("a year ahead").hasSize(2);
    clock.pass(YEAR.negated());
    say();
    say();
    assertThat(sessions).as("and back").hasSize(3);
    assertThat(alice.machine.incidents()).isEmpty();
    assertThat(bob.machine.incidents()).isEmpty();
  }

  @Test
  void fallbackKeysGoOnAfterTheYearThatWasNone() {
    clock.pass(YEAR);
    bob.sync();
    String ahead = requireNonNull(relay.fallback.get(bob.ref)).getKey();
    assertThat(bob.store.account().orElseThrow().forgetFallbackAt()).isAfter(clock.now);
    clock.pass(YEAR.negated());
    bob.sync();
    bob.sync();
    assertThat(requireNonNull(relay.fallback.get(bob.ref)).getKey()).isNotEqualTo(ahead);
    clock.pass(Duration.ofMinutes(61));
    bob.sync();
    assertThat(bob.store.account().orElseThrow().forgetFallbackAt()).isNull();
  }

  @Test
  void whatWasWrittenAheadPausesNothing() {
    Instant now = clock.now;
    Duration hour = Duration.ofHours(1);
    assertThat(Clocks.lasts(now.minus(Duration.ofMinutes(59)), hour, now)).isTrue();
    assertThat(Clocks.lasts(now.minus(hour), hour, now)).isFalse();
    assertThat(Clocks.lasts(now.plusSeconds(5), hour, now)).isTrue();
    assertThat(Clocks.lasts(now.plus(YEAR), hour, now)).isFalse();
    Tracked failed = Tracked.fresh(bob.ref.user(), 1).failed(now.plus(hour));
    assertThat(failed.due(now)).isFalse();
    assertThat(failed.due(now.plus(hour))).isTrue();
    assertThat(failed.failed(now.plus(YEAR)).due(now)).isTrue();
  }

  /** A device whose session broke while the clock was wrong is given another one all the same. */
  @Test
  void aSessionThatBrokeAheadOfTimeHeals() {
    say();
    clock.pass(YEAR);
    breakAndHeal();
    clock.pass(YEAR.negated());
    breakAndHeal();
  }

  private void breakAndHeal() {
    bob.sql("delete from ferry.olm_session");
    bob.restart();
    alice.machine.rotate(ROOM);
    alice.say(ROOM, both, Peer.SETTINGS, "broken" + ++said, "no way");
    bob.sync();
    alice.sync();
    alice.machine.rotate(ROOM);
    ObjectNode after = alice.say(ROOM, both, Peer.SETTINGS, "healed" + ++said, "again");
    bob.sync();
    assertThat(bob.machine.decrypt(ROOM, after)).isInstanceOf(DecryptOutcome.Clear.class);
  }
}
