package org.ferry.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.ferry.id.UserId;
import org.ferry.store.Database;
import org.ferry.store.Forgetting;
import org.ferry.store.webhook.PgOutbox;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The outbox, where several use it at the same moment. */
class OutboxIT {
  private final Depot depot = new Depot();

  @AfterEach
  void close() {
    depot.close();
  }

  /** Whoever takes a lane over begins with what the other had not sent; that one sends no more. */
  @Test
  void aLaneThatIsLostBeforeALargePostKeepsItsOrder() {
    try (Receiver receiver = new Receiver(depot.vertx)) {
      depot.tell("!a", "large".repeat(100_000));
      depot.tell("!a", "behind it");
      depot.before("body", () -> assertThat(depot.desk.enable("shop")).isTrue());
      depot.start(depot.endpoint("shop", receiver.url(), "beginning"));
      Wait.until(() -> depot.standing("shop").delivered() == 2);
      assertThat(receiver.got()).extracting(Receiver.Got::seq).containsExactly(1L, 2L);
    }
  }

  /** Whoever delivers has a clock of its own, which may be behind that of the database. */
  @Test
  void whatFollowsSomebodyForgottenIsPostedAtOnceWhateverTheDatabasesClockSays() {
    try (Receiver receiver = new Receiver(depot.vertx)) {
      receiver.answers(g -> 500);
      depot.fast(Duration.ofHours(-1));
      depot.tell("!a", "from @bob:new", depot.now().minus(Duration.ofHours(2)));
      depot.tell("!a", "other", depot.now().minus(Duration.ofHours(2)));
      depot.start(depot.endpoint("shop", receiver.url(), "beginning"));
      Wait.until(() -> depot.desk.about("$1").stream().anyMatch(d -> d.attempts() == 1));
      receiver.answers(g -> 200);
      receiver.got().clear();
      try (Forgetting forgetting = depot.lab.database().forgetting()) {
        assertThat(forgetting.user(new UserId("@bob:new"))).isPositive();
      }
      depot.pass(Duration.ZERO);
      Wait.until(() -> depot.standing("shop").delivered() == 1);
      assertThat(receiver.got().getFirst().seq()).isEqualTo(2);
    }
  }

  /**
   * Of a lane that is lost while a post hangs the next ones lie in memory. Whoever had it posts
   * none of them, and all that comes a second time says so.
   */
  @Test
  void whoLosesALaneWhileAPostHangsPostsNoMoreAndRepeatsAreMarked() {
    try (Receiver receiver = new Receiver(depot.vertx)) {
      Promise<Void> hangs = Promise.promise();
      receiver.answersAfter(
          g -> receiver.got().size() == 1 ? hangs.future() : Future.succeededFuture());
      for (int i = 1; i <= 5; i++) {
        depot.tell("!a", "m" + i);
      }
      long begun = System.nanoTime();
      Dispatcher first = depot.start(depot.endpoint("shop", receiver.url(), "beginning"));
      Wait.until(() -> receiver.got().size() == 1);
      assertThat(depot.desk.enable("shop")).isTrue();
      Wait.until(() -> depot.standing("shop").delivered() == 5);
      Wait.until(() -> System.nanoTime() - begun > Duration.ofMillis(500).toNanos());
      hangs.complete();
      for (int i = 1; i <= 3; i++) {
        depot.tell("!b", "goes by");
        depot.pass(Duration.ofMillis(1));
        long n = 5L + i;
        Wait.until(() -> depot.standing("shop").delivered() == n);
      }
      first.close();
      assertThat(receiver.got().stream().filter(g -> g.room().equals("!a")))
          .extracting(Receiver.Got::seq)
          .containsExactly(1L, 1L, 2L, 3L, 4L, 5L);
      assertThat(receiver.got().get(0).headers()).doesNotContainKey("ferry-repeat");
      assertThat(receiver.got().get(1).headers()).containsEntry("ferry-repeat", "true");
    }
  }

  /** As where the database went away a moment before and does not come back. */
  @Test
  void aStopDoesNotWaitForADatabaseForEver() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    depot.before(
        "settle",
        () -> {
          asked.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            throw new IllegalStateException("stopped while waiting", e);
          }
        });
    try (Receiver receiver = new Receiver(depot.vertx)) {
      depot.tell("!a", "first");
      Dispatcher first = depot.start(depot.endpoint("shop", receiver.url(), "beginning"));
      asked.await();
      Thread stopping = Thread.startVirtualThread(first::close);
      assertThat(stopping.join(Duration.ofSeconds(40))).isTrue();
    }
  }

  /** Endpoints that begin at the same moment do not wait for each other's connections. */
  @Test
  void oneConnectionIsEnoughToBeginWith() {
    String event = depot.tell("!a", "first");
    try (Database narrow = depot.lab.open(1)) {
      PgOutbox outbox = new PgOutbox(narrow);
      Outbox.Position from = outbox.begin("shop", 0, null);
      Outbox.Draft draft = new Outbox.Draft(depot.told(1), seq -> new byte[] {1});
      assertThat(outbox.put(from, 1, List.of(draft), depot.now())).isTrue();
    }
    assertThat(depot.desk.about(event)).hasSize(1);
  }
}
