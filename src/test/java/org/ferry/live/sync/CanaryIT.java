package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixLab;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.Test;

/** A real Synapse that stops to push while it answers everything else. */
class CanaryIT {
  private static final Canary.Timing HASTY =
      new Canary.Timing(Duration.ofMillis(200), Duration.ofSeconds(3), Duration.ofMillis(200));

  private final AtomicReference<PushState> told = new AtomicReference<>(PushState.UNKNOWN);
  private final AtomicInteger readings = new AtomicInteger();

  private Canary canary(MatrixLab lab, Intent bot) {
    Canary.Cage cage =
        new Canary.Cage() {
          @Override
          public long newest() {
            return lab.transactions().size();
          }

          @Override
          public void sing(Instant at) {
            CanaryRoom.sing(bot, at.toEpochMilli());
          }

          @Override
          public void read() {
            readings.incrementAndGet();
          }
        };
    return new Canary(cage, HASTY, InstantSource.system(), told::set);
  }

  private void awaitPushes(boolean open) {
    Wait.until(
        Duration.ofMinutes(1),
        "pushes " + open,
        () -> !told.get().equals(PushState.UNKNOWN) && told.get().open() == open);
  }

  @Test
  void silenceIsNoticedThoughThePingComesThroughAndSoIsItsEnd() throws Exception {
    try (MatrixLab lab = new MatrixLab("canary", true)) {
      Intent bot = lab.ghost();
      Canary canary = canary(lab, bot);
      Thread watching =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  canary.run();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      awaitPushes(true);
      lab.failing(true);
      awaitPushes(false);
      bot.ping(MatrixLab.ID, "still");
      Wait.until(() -> readings.get() > 0);
      lab.failing(false);
      awaitPushes(true);
      watching.interrupt();
      watching.join();
      assertThat(bot.memberships().joinedRooms()).as("it sings in one room").hasSize(1);
      RoomId room = bot.memberships().joinedRooms().getFirst();
      assertThat(CanaryRoom.is(bot, room)).isTrue();
    }
  }
}
