package org.ferry.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.live.Typing.Typed;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TypingRelayTest {
  private static final String ANN = "@ann:hs";

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final Semaphore allowed = new Semaphore(0);
  private final Queue<List<Typed>> came = new ConcurrentLinkedQueue<>();
  private final TypingRelay relay = new TypingRelay(now::get, 2, this::take);

  @AfterEach
  void close() {
    relay.close();
  }

  /** What takes them is as slow as the test wants. */
  private void take(List<TypingRelay.Heard> some) {
    boolean unused = came.add(some.stream().map(TypingRelay.Heard::typed).toList());
    try {
      allowed.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Typed typed(int room, String... users) {
    return new Typed(new RoomId("!" + room), List.of(users));
  }

  /** Passes one on, which is under way from then on. */
  private void busy() {
    relay.put(typed(0, ANN));
    Wait.until(() -> came.size() == 1);
  }

  @Test
  void whoTellsDoesNotWaitAndOfEachRoomTheNewestIsPassedOn() {
    busy();
    Stream.of(typed(1, ANN), typed(2, ANN), typed(3, ANN), typed(1, "@bob:hs")).forEach(relay::put);
    allowed.release(9);
    Wait.until(() -> came.size() == 3);
    assertThat(came)
        .containsExactly(
            List.of(typed(0, ANN)),
            List.of(typed(1, "@bob:hs"), typed(2, ANN)),
            List.of(typed(3, ANN)));
    relay.put(typed(4, ANN));
    Wait.until(() -> came.size() == 4);
  }

  @Test
  void whatWaitedTooLongIsDroppedButThatNobodyTypes() {
    busy();
    Stream.of(typed(1, ANN), typed(2, ANN), typed(3)).forEach(relay::put);
    now.set(now.get().plus(TypingRelay.STANDS));
    relay.put(typed(2, "@bob:hs"));
    allowed.release(9);
    Wait.until(() -> came.size() == 2);
    assertThat(came)
        .containsExactly(List.of(typed(0, ANN)), List.of(typed(2, "@bob:hs"), typed(3)));
  }

  @Test
  void theOldestIsDroppedWhereTooManyWait() {
    busy();
    for (int i = 1; i <= TypingRelay.MOST_ROOMS + 1; i++) {
      relay.put(typed(i, ANN));
    }
    allowed.release(TypingRelay.MOST_ROOMS);
    Wait.until(() -> came.size() == 1 + TypingRelay.MOST_ROOMS / 2);
    assertThat(came.stream().flatMap(List::stream))
        .hasSize(1 + TypingRelay.MOST_ROOMS)
        .doesNotContain(typed(1, ANN));
  }

  @Test
  void closingEndsWhatIsUnderWayAndPassesNothingOn() {
    busy();
    relay.put(typed(1, ANN));
    relay.close();
    relay.put(typed(2, ANN));
    allowed.release(9);
    assertThat(came).containsExactly(List.of(typed(0, ANN)));
  }
}
