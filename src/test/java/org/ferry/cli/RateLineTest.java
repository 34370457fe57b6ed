package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.ferry.app.Carrying;
import org.junit.jupiter.api.Test;

class RateLineTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.5Z");

  private static Carrying.Rate measured(Duration ago) {
    return new Carrying.Rate(37.4, "the number of rooms", NOW.minus(ago), 0);
  }

  @Test
  void aRateOfNowIsCalledSo() {
    assertThat(RateLine.of(measured(Duration.ofSeconds(5)), NOW))
        .isEqualTo("  rate: 37 events/s, held back by the number of rooms");
  }

  @Test
  void aRunThatGoesOnSaysWhatIsLeftOfIt() {
    var rate = new Carrying.Rate(20, "homeserver latency", NOW, 4_000);
    assertThat(RateLine.of(rate, NOW))
        .isEqualTo(
            "  rate: 20 events/s, held back by homeserver latency; 4,000 events left, about 3 min"
                + " 20 s");
  }

  @Test
  void aRateOfAnEarlierRunSaysWhenThatWas() {
    assertThat(RateLine.of(measured(Duration.ofMinutes(125)), NOW))
        .isEqualTo(
            "  last rate, 2 h 5 min ago (2026-03-01T09:55:00Z): 37 events/s, held back by the"
                + " number of rooms");
  }

  @Test
  void aClockThatIsBehindMakesNoNegativeAge() {
    assertThat(RateLine.age(measured(Duration.ofSeconds(-3)), NOW)).isZero();
  }
}
