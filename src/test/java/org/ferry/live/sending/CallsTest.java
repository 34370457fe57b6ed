package org.ferry.live.sending;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ferry.id.UserId;
import org.junit.jupiter.api.Test;

/** Whoever makes rooms in which keys are missing must not keep ghosts' devices busy. */
class CallsTest {
  private static final UserId ANNA = new UserId("@old_anna:hs");
  private static final UserId BERTA = new UserId("@old_berta:hs");

  private final List<UserId> went = new ArrayList<>();
  private long now;

  private final Calls calls = new Calls(this::go, () -> now);

  private void go(UserId ghost) {
    boolean unused = went.add(ghost);
  }

  private void after(Duration pause) {
    now += pause.toNanos();
  }

  @Test
  void aDeviceGoesAtOnceAndForSeveralRoomsOnce() {
    assertThat(calls.answer(List.of(ANNA))).isEqualTo(1);
    assertThat(calls.answer(List.of(ANNA, BERTA))).isEqualTo(1);
    assertThat(went).containsExactly(ANNA, BERTA);
  }

  @Test
  void whoIsCalledEachSecondGoesEverLessOftenAndIsFreshAgainLater() {
    List<Integer> at = new ArrayList<>();
    for (int second = 0; second < 200; second++) {
      if (calls.answer(List.of(ANNA)) > 0) {
        at.add(second);
      }
      after(Duration.ofSeconds(1));
    }
    assertThat(at).containsExactly(0, 2, 6, 14, 30, 62, 122, 182);
    after(Duration.ofMinutes(2));
    assertThat(calls.answer(List.of(ANNA))).isEqualTo(1);
    after(Duration.ofSeconds(2));
    assertThat(calls.answer(List.of(ANNA))).isEqualTo(1);
  }
}
