package org.ferry.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.LedgerException;
import org.junit.jupiter.api.Test;

/** Requests and frames tell the same of what could not be done. */
class FailureTest {
  @Test
  void aDatabaseThatFailsIsNotDescribed() {
    Problem told =
        Failure.of(new LedgerException("column \"card\" of ferry.live_room is unknown"))
            .orElseThrow();
    assertThat(told.status()).isEqualTo(503);
    assertThat(told.getMessage()).contains("ask again").doesNotContain("live_room");
    assertThat(told.headers()).containsEntry("Retry-After", "10");
  }

  @Test
  void aRefusalOfTheHomeserverIsNoOutage() {
    MatrixException refused =
        new MatrixException("PUT", "/send", 403, "M_FORBIDDEN", "no power", Optional.empty());
    assertThat(Failure.of(refused).orElseThrow().status()).isEqualTo(403);
    assertThat(Failure.isOutage(refused)).isFalse();
    assertThat(Failure.isOutage(new LedgerException("gone"))).isTrue();
    assertThat(Failure.of(new IllegalStateException("ours"))).isEmpty();
  }
}
