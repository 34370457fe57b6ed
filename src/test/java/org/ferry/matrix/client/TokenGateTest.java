package org.ferry.matrix.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ferry.matrix.client.FaultyServer.answer;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A homeserver that stops to know the application service's token, and one that never did. */
class TokenGateTest {
  private static final String UNKNOWN = "{\"errcode\":\"M_UNKNOWN_TOKEN\"}";

  private final Vertx vertx = Vertx.vertx();
  private final FaultyServer faulty = new FaultyServer(vertx, 0);
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
  private final Homeserver server =
      new Homeserver(
          vertx,
          HomeserverOptions.of("http://127.0.0.1:" + faulty.port(), "x", Secret.of("token")),
          Patience.none(),
          now::get);
  private final AtomicInteger told = new AtomicInteger();

  @AfterEach
  void stop() {
    server.close();
    vertx.close().await();
  }

  private void send() {
    var unused =
        server
            .as(new UserId("@old_a:x"))
            .send(new RoomId("!r:x"), "m.room.message", "txn", Json.object(), null);
  }

  private void refused(int times) {
    for (int i = 0; i < times; i++) {
      assertThatThrownBy(this::send)
          .isInstanceOfSatisfying(
              MatrixException.class, e -> assertThat(e.isTokenRefused()).isTrue());
    }
  }

  @Test
  void aTokenThatWasKnownIsAskedForOnceInTwoMinutes() {
    server.onTokenRefused(told::incrementAndGet);
    send();
    faulty.next(answer(401, UNKNOWN), answer(401, UNKNOWN));
    refused(20);
    assertThat(faulty.seen()).hasSize(2);
    assertThat(told).hasValue(1);
    now.updateAndGet(t -> t.plus(Duration.ofMinutes(2)));
    refused(20);
    assertThat(faulty.seen()).hasSize(3);
    now.updateAndGet(t -> t.plus(Duration.ofMinutes(2)));
    send();
    send();
    assertThat(faulty.seen()).hasSize(5);
  }

  @Test
  void aTokenThatIsNotKnownYetIsAskedForEachTime() {
    faulty.next(answer(401, UNKNOWN), answer(401, UNKNOWN), answer(401, UNKNOWN));
    refused(3);
    assertThat(faulty.seen()).hasSize(3);
    send();
  }
}
