package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is cut off always after the same time is a limit; what breaks at any moment is not. */
class LongPollTest {
  private final LongPoll poll = new LongPoll();

  @Test
  void aLimitInBetweenIsKeptToFromItsSecondTimeOn() {
    assertThat(poll.broke(Duration.ofMillis(5004))).isFalse();
    assertThat(poll.limit()).isEqualTo(Duration.ofSeconds(30));
    assertThat(poll.broke(Duration.ofMillis(4998))).isTrue();
    assertThat(poll.limit()).isEqualTo(Duration.ofNanos(3_748_500_000L));
  }

  @Test
  void aLimitOfAsLongAsWasAskedForIsKeptToAsWell() {
    assertThat(poll.broke(Duration.ofMillis(30_020))).isFalse();
    assertThat(poll.broke(Duration.ofMillis(30_010))).isTrue();
    assertThat(poll.limit()).isLessThan(Duration.ofSeconds(23));
  }

  /** Nobody sits between Ferry and a homeserver that is started anew twice, however it happens. */
  @Test
  void whatTookAsLongAndWasAnsweredInBetweenShowsThatThereIsNoLimit() {
    assertThat(poll.broke(Duration.ofMillis(26_100))).isFalse();
    poll.answered(Duration.ofMillis(40));
    poll.answered(Duration.ofMillis(30_020));
    assertThat(poll.broke(Duration.ofSeconds(26))).isFalse();
    assertThat(poll.limit()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void whatIsAnsweredSoonerSaysNothingOfALimit() {
    assertThat(poll.broke(Duration.ofMillis(5004))).isFalse();
    poll.answered(Duration.ofMillis(40));
    assertThat(poll.broke(Duration.ofMillis(4998))).isTrue();
  }

  @Test
  void aHomeserverThatDiesAgainAndAgainIsNoLimit() {
    for (int seconds : new int[] {3, 17, 5, 29, 11}) {
      assertThat(poll.broke(Duration.ofSeconds(seconds))).isFalse();
    }
    assertThat(poll.broke(Duration.ofMillis(20))).isFalse();
    assertThat(poll.broke(Duration.ofMillis(20))).as("refused at once").isFalse();
    assertThat(poll.limit()).isEqualTo(Duration.ofSeconds(30));
  }
}
