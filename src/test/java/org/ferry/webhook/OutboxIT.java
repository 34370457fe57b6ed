package org.ferry.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.ferry.store.Database;
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

  /** Endpoints that begin at the same moment do not wait for each other's connections. */
  @Test
  void oneConnectionIsEnoughToBeginWith() {
    String event = depot.tell("!a", "first");
    try (Database narrow = depot.lab.open(1)) {
      PgOutbox outbox = new PgOutbox(narrow);
      Outbox.Position from = outbox.begin("shop", 0, null);
      Outbox.Draft draft = new Outbox.Draft(depot.told(1), seq -> new byte[] {1});
      assertThat(outbox.put(from, 1, List.of(draft))).isTrue();
    }
    assertThat(depot.desk.about(event)).hasSize(1);
  }
}
