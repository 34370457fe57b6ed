package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.ferry.matrix.client.MatrixException;
import org.junit.jupiter.api.Test;

class PerseveringTest {
  private static final int FAILURES = 3;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-21T10:00:00Z"));
  private final Pauses pauses = new Pauses();
  private final Persevering persevering = new Persevering(now::get, pauses);
  private final AtomicInteger rounds = new AtomicInteger();

  /** Fails three times, each after as long as requests to rooms that hang take. */
  private void hang() throws InterruptedException {
    if (rounds.getAndIncrement() == FAILURES) {
      throw new InterruptedException();
    }
    now.updateAndGet(t -> t.plus(Duration.ofMinutes(2)));
    throw new MatrixException("GET", "/messages", 502, "", "it hangs", Optional.empty());
  }

  @Test
  void aRoundThatFailsSlowlyIsFollowedByLongerPausesAllTheSame() {
    assertThatThrownBy(() -> persevering.rounds(this::hang))
        .isInstanceOf(InterruptedException.class);
    assertThat(pauses.failures()).isEqualTo(FAILURES);
  }

  @Test
  void workThatWentOnForLongHasNotFailedAgainAndAgain() {
    assertThatThrownBy(() -> persevering.run(this::hang)).isInstanceOf(InterruptedException.class);
    assertThat(pauses.failures()).isEqualTo(1);
  }
}
