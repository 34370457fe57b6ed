package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CanaryTest {
  private static final Canary.Timing TIMING =
      new Canary.Timing(Duration.ofMinutes(5), Duration.ofMinutes(1), Duration.ofSeconds(15));

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long key = 1;
  private final List<Instant> songs = new ArrayList<>();
  private int readings;
  private PushState told = PushState.UNKNOWN;

  private final Canary canary =
      new Canary(
          new Canary.Cage() {
            @Override
            public long newest() {
              return key;
            }

            @Override
            public void sing(Instant at) {
              songs.add(at);
            }

            @Override
            public void read() {
              readings++;
            }
          },
          TIMING,
          () -> now,
          state -> told = state);

  private void hear() {
    key++;
  }

  private void pass(Duration time) {
    now = now.plus(time);
    canary.look();
  }

  @Test
  void aHomeserverThatPushesIsLeftInPeace() {
    for (int i = 0; i < 20; i++) {
      hear();
      pass(Duration.ofMinutes(1));
    }
    assertThat(songs).isEmpty();
    assertThat(told).isEqualTo(PushState.PUSHES);
  }

  @Test
  void aQuietHomeserverIsMadeToPush() {
    canary.look();
    pass(Duration.ofMinutes(6));
    assertThat(songs).hasSize(1);
    pass(Duration.ofSeconds(1));
    hear();
    pass(Duration.ofSeconds(14));
    assertThat(songs).hasSize(1);
    assertThat(told).isEqualTo(PushState.PUSHES);
    assertThat(readings).isZero();
  }

  @Test
  void whereTheSongDoesNotComeBackRoomsAreReadUntilItDoes() {
    canary.look();
    pass(Duration.ofMinutes(6));
    pass(Duration.ofSeconds(59));
    assertThat(told.open()).as("it may still come").isTrue();
    pass(Duration.ofSeconds(15));
    assertThat(told.open()).isFalse();
    assertThat(told.detail()).contains("2026-01-01T00:06:00Z", "appservice");
    pass(Duration.ofSeconds(15));
    assertThat(readings).isEqualTo(2);
    pass(Duration.ofMinutes(5));
    assertThat(songs).as("a restarted homeserver forgets").hasSize(2);
    hear();
    pass(Duration.ofSeconds(15));
    assertThat(told).isEqualTo(PushState.PUSHES);
    assertThat(readings).isEqualTo(3);
  }

  @Test
  void whatNeverPushedIsMadeToAtOnce() {
    key = 0;
    canary.look();
    assertThat(songs).hasSize(1);
  }
}
