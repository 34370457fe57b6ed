package org.ferry.migrate.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.ferry.id.RoomId;
import org.junit.jupiter.api.Test;

/** Rooms that replace rooms, also where a source tells nonsense. */
class SuccessionTest {
  private static final int MANY = 100_000;

  private static RoomId room(int number) {
    return new RoomId("!r" + number + ":old.example.org");
  }

  @Test
  void aRoomStandsBehindAllThatItGoesBackTo() {
    Map<RoomId, RoomId> before = Map.of(room(3), room(2), room(2), room(1), room(9), room(1));
    Succession succession = new Succession(before::get);
    assertThat(succession.depth(room(3))).isEqualTo(2);
    assertThat(succession.depth(room(9))).isEqualTo(1);
    assertThat(succession.depth(room(1))).isZero();
    assertThat(succession.depth(room(4))).isZero();
  }

  @Test
  void aRoomThatReplacesItselfAndARingEnd() {
    Map<RoomId, RoomId> before =
        Map.of(room(1), room(1), room(2), room(3), room(3), room(2), room(4), room(3));
    Succession succession = new Succession(before::get);
    assertThat(succession.depth(room(1))).isZero();
    assertThat(succession.depth(room(4))).isGreaterThan(succession.depth(room(3)));
    assertThat(succession.depth(room(2))).isNotNegative();
  }

  @Test
  void aChainOfAHundredThousandCostsNoTime() {
    Map<RoomId, RoomId> before = new HashMap<>();
    for (int i = 1; i < MANY; i++) {
      before.put(room(i), room(i - 1));
    }
    Succession succession = new Succession(before::get);
    assertTimeout(
        Duration.ofSeconds(10),
        () -> {
          for (int i = MANY - 1; i >= 0; i--) {
            assertThat(succession.depth(room(i))).isEqualTo(i);
          }
        });
  }
}
