package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MomentsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  @Test
  void readsWhatPeopleType() {
    ZoneId here = ZoneId.systemDefault();
    assertThat(Moments.past(null, CLOCK)).isNull();
    assertThat(Moments.past("30d", CLOCK)).isEqualTo(NOW.minus(Duration.ofDays(30)));
    assertThat(Moments.past(" 2w ", CLOCK)).isEqualTo(NOW.minus(Duration.ofDays(14)));
    assertThat(Moments.past("90m", CLOCK)).isEqualTo(NOW.minus(Duration.ofMinutes(90)));
    assertThat(Moments.past("2026-02-01T20:00:00Z", CLOCK))
        .isEqualTo(Instant.parse("2026-02-01T20:00:00Z"));
    assertThat(Moments.past("2026-02-01T20:00:00.123+01:00", CLOCK))
        .isEqualTo(Instant.parse("2026-02-01T19:00:00.123Z"));
    assertThat(Moments.past("2026-01-31", CLOCK))
        .isEqualTo(LocalDate.of(2026, 1, 31).atStartOfDay(here).toInstant());
    assertThat(Moments.past("2026-01-31 20:00", CLOCK))
        .isEqualTo(LocalDate.of(2026, 1, 31).atTime(20, 0).atZone(here).toInstant());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "yesterday", "30", "d", "2026-02-30", "1706659200", "9999999d", "31.1."})
  void refusesWhatIsNoTime(String typed) {
    assertThatThrownBy(() -> Moments.past(typed, CLOCK))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is no time");
  }

  @Test
  void refusesTheFuture() {
    assertThatThrownBy(() -> Moments.past("2026-03-02", CLOCK)).hasMessageContaining("lies ahead");
  }
}
