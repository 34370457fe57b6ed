package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.ferry.id.RoomId;
import org.ferry.lab.LabClient;
import org.ferry.live.Signal;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.events.Echoes;
import org.ferry.live.events.Intake;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixLab;
import org.ferry.matrix.event.Json;
import org.ferry.store.StoreLab;
import org.ferry.store.live.PgFollowedRooms;
import org.ferry.store.live.PgLiveEvents;
import org.ferry.testing.TestLab;
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
      assertThat(readings.get()).isPositive();
      lab.failing(false);
      awaitPushes(true);
      watching.interrupt();
      watching.join();
      assertThat(bot.memberships().joinedRooms()).as("it sings in one room").hasSize(1);
      RoomId room = bot.memberships().joinedRooms().getFirst();
      assertThat(CanaryRoom.is(bot, room)).isTrue();
    }
  }

  @Test
  void whoInvitesWhileNothingIsPushedIsAnsweredAllTheSame() throws Exception {
    try (MatrixLab lab = new MatrixLab("unheard", true);
        StoreLab store = new StoreLab()) {
      lab.failing(true);
      Intent bot = lab.ghost();
      BotRooms rooms = rooms(store, bot);
      rooms.catchUp(bot);
      LabClient alice = lab.synapse().register("alice", TestLab.PASSWORD, false);
      for (String preset : List.of("private_chat", "public_chat")) {
        String room = alice.createRoom(Json.object().put("preset", preset));
        alice.membership("invite", room, bot.user().value(), "");
        rooms.catchUp(bot);
        assertThat(bot.memberships().joinedRooms()).contains(new RoomId(room));
        assertThat(
                store.number(
                    "select count(*) from ferry.followed_room where room = '" + room + "'"))
            .isOne();
      }
    }
  }

  private static BotRooms rooms(StoreLab store, Intent bot) {
    PgFollowedRooms followed = new PgFollowedRooms(store.database());
    Intake intake =
        new Intake(
            new PgLiveEvents(store.database()),
            followed,
            MatrixLab.DOMAIN,
            new Signal(),
            new Echoes(Instant::now));
    AccountOptions anybody =
        new AccountOptions(bot.user(), null, null, null, List.of("*"), List.of("*"));
    return new BotRooms(anybody, followed, intake);
  }
}
