package org.ferry.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** W-05, W-06: when a delivery is tried again. */
class ScheduleTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private static List<Duration> pauses(double random) {
    Schedule schedule = new Schedule(() -> random);
    List<Duration> pauses = new ArrayList<>();
    Instant now = NOW;
    for (int attempts = 1; ; attempts++) {
      Optional<Instant> next = schedule.next(attempts, now, Duration.ZERO);
      if (next.isEmpty()) {
        return pauses;
      }
      pauses.add(Duration.between(now, next.get()));
      now = next.get();
    }
  }

  @Test
  void tenAttemptsWithinThreeDays() {
    List<Duration> middle = pauses(0.5);
    assertThat(middle).isEqualTo(Schedule.PAUSES.subList(1, 10));
    assertThat(middle.stream().reduce(Duration.ZERO, Duration::plus))
        .isEqualTo(Duration.ofHours(75).plusMinutes(35).plusSeconds(5));
    for (int i = 0; i < middle.size(); i++) {
      long millis = middle.get(i).toMillis();
      assertThat(pauses(0).get(i).toMillis()).isEqualTo(millis * 8 / 10);
      assertThat(pauses(1).get(i).toMillis()).isEqualTo(millis * 12 / 10);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "120, 120000",
    "1.5, 1500",
    "-5, 0",
    "1000000000, 3600000",
    "999999999999999999999999, 3600000",
    "'Sat, 21 Nov 2026 12:02:00 GMT', 120000",
    "'Sat, 21 Nov 2020 12:02:00 GMT', 0",
    "'Sat, 21 Nov 2076 12:02:00 GMT', 3600000",
    "soon, 0",
    "0x10, 0",
    "NaN, 0",
    "'', 0",
  })
  void whatAReceiverAsksForIsRespectedWithinBounds(String value, long millis) {
    assertThat(Schedule.retryAfter(value, NOW)).isEqualTo(Duration.ofMillis(millis));
  }

  @Test
  void aPauseThatIsAskedForOnlyLengthens() {
    Schedule schedule = new Schedule(() -> 0.5);
    assertThat(schedule.next(1, NOW, Duration.ofMinutes(2))).contains(NOW.plusSeconds(120));
    assertThat(schedule.next(4, NOW, Duration.ofMinutes(2))).contains(NOW.plusSeconds(7200));
    assertThat(Schedule.retryAfter(null, NOW)).isZero();
  }
}
