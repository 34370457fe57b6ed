package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.ferry.app.Carrying;
import org.junit.jupiter.api.Test;

class RateLineTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.5Z");

  private static Carrying.Rate measured(Duration ago) {
    return new Carrying.Rate(40, 37.4, "the number of rooms", NOW.minus(ago), 0, false);
  }

  @Test
  void aRateOfNowIsCalledSo() {
    assertThat(RateLine.of(measured(Duration.ofSeconds(5)), NOW, true))
        .isEqualTo("  rate: 40 events/s, held back by the number of rooms");
  }

  @Test
  void aRunThatGoesOnSaysWhatIsLeftOfIt() {
    var rate = new Carrying.Rate(20, 30, "homeserver latency", NOW, 4_000, false);
    assertThat(RateLine.of(rate, NOW, true))
        .isEqualTo(
            "  rate: 20 events/s, held back by homeserver latency; 4,000 events left, about 3 min"
                + " 20 s");
  }

  @Test
  void aRateOfAnEarlierRunSaysWhenThatWas() {
    assertThat(RateLine.of(measured(Duration.ofMinutes(125)), NOW, true))
        .isEqualTo(
            "  last rate, 2 h 5 min ago (2026-03-01T09:55:00Z): 37 events/s, held back by the"
                + " number of rooms");
  }

  @Test
  void aRunThatHasEndedLeavesNothingToDo() {
    var rate = new Carrying.Rate(29, 29, "homeserver latency", NOW, 55, false);
    assertThat(RateLine.of(rate, NOW, false))
        .startsWith("  last rate, ")
        .contains("29 events/s")
        .doesNotContain("left");
  }

  @Test
  void nobodyKnowsHowLongAnOutageLasts() {
    var rate = new Carrying.Rate(20, 30, "failing homeserver", NOW, 4_000, true);
    assertThat(RateLine.of(rate, NOW, true))
        .isEqualTo("  rate: waiting for the homeserver; 4,000 events left");
    assertThat(RateLine.of(rate, NOW.plusSeconds(60), true))
        .contains(": 30 events/s, held back by failing homeserver; the homeserver was waited for");
  }

  /** What an earlier run measured is not said of this one. */
  @Test
  void aRunThatHasJustBegunHasNoRateYet() {
    var rate = new Carrying.Rate(0, 30, "the number of rooms", NOW, 1, false);
    assertThat(RateLine.of(rate, NOW, true)).isEqualTo("  rate: not measured yet; 1 event left");
  }

  @Test
  void aClockThatIsBehindMakesNoNegativeAge() {
    assertThat(RateLine.age(measured(Duration.ofSeconds(-3)), NOW)).isZero();
  }
}
