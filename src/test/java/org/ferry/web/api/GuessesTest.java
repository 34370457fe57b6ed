package org.ferry.web.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.message.Draft;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.MessageType;
import org.ferry.matrix.event.Json;
import org.ferry.web.api.ApiHouse.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who guesses, who stays too long, and who is slow: none of them harms another. */
class GuessesTest {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final ApiHouse house =
      new ApiHouse(
          ApiHouse.options(
              ApiHouse.token("shop", Scope.values()), ApiHouse.token("late", Scope.READ)),
          now::get);

  @AfterEach
  void close() {
    house.close();
  }

  private void pass(Duration time) {
    Instant unused = now.updateAndGet(t -> t.plus(time));
  }

  @Test
  void whoGuessesIsHeldUpAndNobodyWhoWasThereBefore() throws Exception {
    assertThat(house.get("/schemas", "shop-token").status()).isEqualTo(200);
    for (int i = 0; i < Guesses.A_MINUTE; i++) {
      assertThat(house.get("/schemas", "guess-" + i).status()).isEqualTo(401);
    }
    Answer held = house.get("/schemas", "late-token");
    assertThat(held.status()).isEqualTo(429);
    assertThat(held.json().path("type").asText()).endsWith(":too_many_wrong_tokens");
    assertThat(Integer.parseInt(held.header("retry-after"))).isEqualTo(1);
    assertThat(house.get("/schemas", "shop-token").status()).isEqualTo(200);
    assertThat(house.get("/health", null).status()).isEqualTo(200);
    assertThat(metrics())
        .contains("ferry_auth_failures_total{door=\"api\"} " + (Guesses.A_MINUTE + 1));
    pass(Duration.ofSeconds(1));
    assertThat(house.get("/schemas", "late-token").status()).isEqualTo(200);
  }

  private String metrics() throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + house.port() + "/metrics");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }

  @Test
  void guessesThroughTheStreamCountToo() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int i = 0; i < Guesses.A_MINUTE; i++) {
        assertThat(socket(client, "guess-" + i).get(10, TimeUnit.SECONDS)).startsWith("4401");
      }
      assertThat(socket(client, "late-token").get(10, TimeUnit.SECONDS))
          .startsWith("4401")
          .contains("too many wrong tokens");
    }
  }

  /** A frame that comes right behind the handshake, as often as it takes to hit a moment. */
  @Test
  void noFirstFrameIsMissed() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      List<CompletableFuture<String>> closed = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        closed.add(socket(client, "wrong"));
      }
      for (CompletableFuture<String> one : closed) {
        assertThat(one.get(10, TimeUnit.SECONDS)).startsWith("4401").doesNotContain("first frame");
      }
    }
  }

  /** Completes with how the socket was closed. */
  private CompletableFuture<String> socket(HttpClient client, String token) {
    CompletableFuture<String> closed = new CompletableFuture<>();
    WebSocket.Listener listener =
        new WebSocket.Listener() {
          @Override
          public @org.jspecify.annotations.Nullable CompletionStage<?> onClose(
              WebSocket socket, int code, String reason) {
            boolean unused = closed.complete(code + " " + reason);
            return null;
          }

          @Override
          public void onError(WebSocket socket, Throwable error) {
            boolean unused = closed.completeExceptionally(error);
          }
        };
    URI uri = URI.create("ws://127.0.0.1:" + house.port() + "/api/v1/stream");
    var unused =
        client
            .newWebSocketBuilder()
            .buildAsync(uri, listener)
            .join()
            .sendText("{\"type\":\"auth\",\"token\":\"" + token + "\",\"since\":\"0\"}", true)
            .join();
    return closed;
  }

  /** Neither kind of stream outlives the session that it was opened with. */
  @Test
  void streamsEndWithTheirSession() throws Exception {
    Answer made =
        house.ask(
            "POST",
            "/sessions",
            "shop-token",
            "{\"user\":\"@old_anna:new.example.org\",\"ttl\":60}");
    String token = made.json().path("token").asText();
    HttpRequest events =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + house.port() + "/api/v1/events"))
            .header("Authorization", "Bearer " + token)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      InputStream stream = client.send(events, BodyHandlers.ofInputStream()).body();
      CompletableFuture<String> closed = socket(client, token);
      assertThat(new String(stream.readNBytes(20), US_ASCII)).startsWith(": this is Ferry");
      pass(Duration.ofSeconds(61));
      tell();
      assertThat(closed.get(30, TimeUnit.SECONDS)).isEqualTo("4401 the session has ended");
      assertThat(new String(rest(stream), US_ASCII)).doesNotContain("secret");
    }
  }

  /** What comes before the connection is closed, which is no orderly end of a stream. */
  private static byte[] rest(InputStream stream) {
    try (stream) {
      return stream.readAllBytes();
    } catch (java.io.IOException e) {
      return new byte[0];
    }
  }

  private void tell() {
    Draft draft =
        new Draft(
            0,
            MessageType.MESSAGE_CREATED,
            new RoomId("!room:new.example.org"),
            new EventId("$1"),
            "matrix",
            UserId.of("old_bob", ApiHouse.DOMAIN).value(),
            LiveMessage.INCOMING,
            1,
            Json.object().put("event_id", "$1").put("body", "secret"),
            null);
    long unused = house.stage.messages.tell(draft, now.get());
  }

  /** Many who announce a large body and send it a byte at a time. */
  @Test
  void theSlowDoNotHoldUpOthers() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), house.port());
        slow.add(socket);
        String head =
            "POST /api/v1/rooms/x/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer shop-token"
                + "\r\nContent-Type: application/json\r\nContent-Length: 16000000\r\n\r\n{";
        socket.getOutputStream().write(head.getBytes(US_ASCII));
      }
      String body = "{\"txt\":\"" + "x".repeat(1_000_000) + "\"}";
      long began = System.nanoTime();
      assertThat(house.ask("POST", "/rooms/x/messages", "shop-token", body).status())
          .isEqualTo(400);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void aCallerHasHalfOfTheRoomAndGivesItBack() {
    Bodies bodies = new Bodies(100);
    Bodies.Share first = bodies.share("a");
    assertThat(first.take(50)).isTrue();
    assertThat(first.take(1)).isFalse();
    Bodies.Share second = bodies.share("b");
    assertThat(second.take(50)).isTrue();
    assertThat(bodies.share("c").take(1)).isFalse();
    first.close();
    assertThat(first.take(1)).isFalse();
    assertThat(bodies.share("c").take(50)).isTrue();
  }
}
