package org.ferry.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.ferry.id.Secret;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** W-02, W-07, W-14, W-15: single posts to a real server, which may be odd. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PosterTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private record Got(Map<String, String> headers, Buffer body) {}

  private final Vertx vertx = Vertx.vertx();
  private final List<Got> got = new CopyOnWriteArrayList<>();
  private final AtomicInteger followed = new AtomicInteger();
  private HttpServer server;

  @BeforeAll
  void listen() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request ->
                request
                    .body()
                    .onSuccess(body -> {
                      Map<String, String> headers = new HashMap<>();
                      request
                          .headers()
                          .forEach(h ->
                              headers.put(
                                  h.getKey().toLowerCase(java.util.Locale.ROOT), h.getValue()));
                      got.add(new Got(headers, body));
                      answer(request);
                    }))
            .listen(0, "127.0.0.1")
            .await();
  }

  @AfterAll
  void close() {
    vertx.close().await();
  }

  private void answer(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    String path = String.valueOf(request.path());
    if (path.startsWith("/status/")) {
      String elsewhere = "http://127.0.0.1:" + server.actualPort() + "/followed";
      var unused =
          response
              .setStatusCode(Integer.parseInt(path.substring(8)))
              .putHeader("location", elsewhere)
              .end("said\n\u001b[31m\u0000so");
    } else if (path.equals("/huge")) {
      pour(response.setChunked(true), 0);
    } else if (path.equals("/drip")) {
      drip(response.setStatusCode(500).setChunked(true));
    } else if (path.equals("/garbage")) {
      var unused = request.connection().close();
    } else if (!path.equals("/silent")) {
      int unusedCount = path.equals("/followed") ? followed.incrementAndGet() : 0;
      var unused = response.end();
    }
  }

  private void drip(HttpServerResponse response) {
    var unused = response.write("x");
    long unusedTimer =
        vertx.setPeriodic(
            200,
            t -> {
              var unusedToo = response.write("x");
            });
  }

  private void pour(HttpServerResponse response, int n) {
    if (n < 10_000) {
      response.write(Buffer.buffer(new byte[64 * 1024])).onSuccess(v -> pour(response, n + 1));
    }
  }

  private Poster poster(String path, Map<String, String> headers) {
    return poster(path, headers, Duration.ofSeconds(3));
  }

  private Poster poster(String path, Map<String, String> headers, Duration total) {
    Endpoint endpoint =
        new Endpoint(
            "shop",
            URI.create("http://127.0.0.1:" + server.actualPort() + path),
            List.of(SigningSecret.of(Secret.of(SECRET))),
            new Endpoint.Rules(List.of("*"), List.of(), List.of("*"), List.of("*")),
            "now",
            headers,
            List.of(AddressRange.of("127.0.0.1")));
    return new Poster(
        vertx,
        endpoint,
        new Guard(Guard.Resolver.system(), List.of()),
        InstantSource.system(),
        4,
        total);
  }

  private static Post post(String body) {
    return new Post("msg_1", 1, false, false, Buffer.buffer(body), "");
  }

  @Test
  void whatIsSentIsWhatWasSigned() throws Exception {
    got.clear();
    try (Poster poster = poster("/ok?x=1", Map.of("X-Shop", "1"))) {
      for (String body :
          List.of("{\"a\":\"é😀\\u0000\"}", "{ }", "{\"b\":\"" + "x".repeat(3_000_000) + "\"}")) {
        assertThat(poster.send(post(body)).taken()).isTrue();
        Got last = got.getLast();
        Map<String, List<String>> headers = new HashMap<>();
        last.headers().forEach((k, v) -> headers.put(k, List.of(v)));
        assertThat(last.body().toString()).isEqualTo(body);
        new Webhook(SECRET).verify(body, headers);
        assertThat(last.headers())
            .containsEntry("x-shop", "1")
            .containsEntry("content-type", "application/json")
            .containsEntry("ferry-attempt", "1")
            .doesNotContainKeys("ferry-repeat", "ferry-replay");
      }
      Post again = new Post("msg_1", 3, true, true, Buffer.buffer("{}"), "");
      assertThat(poster.send(again).taken()).isTrue();
      assertThat(got.getLast().headers())
          .containsEntry("ferry-attempt", "3")
          .containsEntry("ferry-repeat", "true")
          .containsEntry("ferry-replay", "true");
    }
  }

  @Test
  void onlyTwoHundredsCountAndNoRedirectionIsFollowed() throws Exception {
    for (int status = 200; status < 600; status++) {
      try (Poster poster = poster("/status/" + status, Map.of(), Duration.ofSeconds(30))) {
        Answer answer = poster.send(post("{}"));
        assertThat(answer.status()).as(answer.words()).isEqualTo(status);
        assertThat(answer.taken()).as("%d", status).isEqualTo(status < 300);
        assertThat(answer.gone()).isEqualTo(status == 410);
        assertThat(answer.words()).isEqualTo("answered " + status);
        assertThat(answer.said().chars()).noneMatch(Character::isISOControl);
      }
    }
    assertThat(followed).hasValue(0);
  }

  @Test
  void whoeverIsSlowOrWithoutEndIsCutOff() throws Exception {
    List<String> said = new ArrayList<>();
    for (String path : List.of("/silent", "/drip", "/huge", "/garbage")) {
      try (Poster poster = poster(path, Map.of())) {
        Instant begin = Instant.now();
        Answer answer = poster.send(post("{}"));
        said.add(path + " " + answer.status());
        assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(4));
        assertThat(answer.words().length()).isLessThan(400);
      }
    }
    assertThat(said).containsExactly("/silent 0", "/drip 500", "/huge 200", "/garbage 0");
  }

  @Test
  void aNameThatIsNeverResolvedEndsWithTheAttempt() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Endpoint endpoint =
        new Endpoint(
            "shop",
            URI.create("http://a.example/"),
            List.of(SigningSecret.of(Secret.of(SECRET))),
            new Endpoint.Rules(List.of("*"), List.of(), List.of("*"), List.of("*")),
            "now",
            Map.of(),
            List.of());
    Guard.Resolver hangs =
        host -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return List.of();
        };
    try (Poster poster =
        new Poster(
            vertx,
            endpoint,
            new Guard(hangs, List.of()),
            InstantSource.system(),
            4,
            Duration.ofSeconds(1))) {
      Instant begin = Instant.now();
      assertThat(poster.send(post("{}")).words()).isEqualTo("no answer within 1 s");
      assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(4));
    }
  }

  /** One whose receiver has several addresses, of this machine. */
  private Poster named(List<InetAddress> addresses, Duration total) {
    Endpoint endpoint =
        new Endpoint(
            "shop",
            URI.create("http://shop.example:" + server.actualPort() + "/ok"),
            List.of(SigningSecret.of(Secret.of(SECRET))),
            new Endpoint.Rules(List.of("*"), List.of(), List.of("*"), List.of("*")),
            "now",
            Map.of(),
            List.of(AddressRange.of("127.0.0.0/8")));
    Guard guard = new Guard(host -> addresses, List.of());
    return new Poster(vertx, endpoint, guard, InstantSource.system(), 4, total);
  }

  private static InetAddress here(int last) throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
  }

  @Test
  void theNextAddressIsTriedWhereOneRefusesTheConnection() throws Exception {
    List<InetAddress> addresses = new CopyOnWriteArrayList<>(List.of(here(2)));
    try (Poster poster = named(addresses, Duration.ofSeconds(30))) {
      assertThat(poster.send(post("{}")).words()).startsWith("no answer: Connection refused");
      got.clear();
      addresses.addAll(List.of(here(3), here(1)));
      assertThat(poster.send(post("{}")).words()).isEqualTo("answered 200");
      assertThat(got.getLast().headers().get("host"))
          .isEqualTo("shop.example:" + server.actualPort());
      boolean unused = addresses.remove(here(1));
      assertThat(poster.send(post("{}")).taken()).isFalse();
      assertThat(got).hasSize(1);
    }
  }

  /** The queue of whoever listens there is full, and the system answers nothing. */
  @Test
  void theNextAddressIsTriedWhereOneDoesNotAnswer() throws Exception {
    List<SocketChannel> queue = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(server.actualPort(), 1, here(4));
        Poster poster = named(List.of(here(4), here(1)), Duration.ofSeconds(6))) {
      for (int i = 0; i < 8; i++) {
        SocketChannel one = SocketChannel.open();
        queue.add(one);
        var unused = one.configureBlocking(false);
        boolean unusedTaken = one.connect(full.getLocalSocketAddress());
      }
      assertThat(poster.send(post("{}")).words()).isEqualTo("answered 200");
      Instant begin = Instant.now();
      assertThat(poster.send(post("{}")).words()).isEqualTo("answered 200");
      assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(3));
    } finally {
      for (SocketChannel one : queue) {
        one.close();
      }
    }
  }

  /** Neither is told by the name of a class. */
  @Test
  void whatIsNoHttpOrNoTlsIsCalledSo() throws Exception {
    for (String said :
        List.of(
            "GARBAGE\r\n\r\n", "HTTP/9.9 ok\r\n\r\n", "HTTP/1.1 200 OK\r\nA".repeat(9000), "")) {
      for (String scheme : List.of("http", "https")) {
        String words = answerOf(said, scheme);
        assertThat(words).as(scheme + said).startsWith("no answer").doesNotContain("Exception");
        if (said.startsWith("GARBAGE")) {
          assertThat(words)
              .isEqualTo(
                  "no answer: what answers there speaks no "
                      + (scheme.equals("http") ? "HTTP" : "TLS"));
        }
      }
    }
  }

  private String answerOf(String said, String scheme) throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread answering =
          Thread.ofVirtual()
              .start(() -> {
                try (Socket one = socket.accept()) {
                  int unused = one.getInputStream().read(new byte[4096]);
                  one.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                  // The other side may be gone before it was told all.
                }
              });
      Endpoint endpoint =
          new Endpoint(
              "shop",
              URI.create(scheme + "://127.0.0.1:" + socket.getLocalPort() + "/"),
              List.of(SigningSecret.of(Secret.of(SECRET))),
              new Endpoint.Rules(List.of("*"), List.of(), List.of("*"), List.of("*")),
              "now",
              Map.of(),
              List.of(AddressRange.of("127.0.0.1")));
      Guard guard = new Guard(Guard.Resolver.system(), List.of());
      try (Poster poster = new Poster(vertx, endpoint, guard, InstantSource.system(), 1)) {
        return poster.send(post("{}")).words();
      } finally {
        answering.join();
      }
    }
  }

  @Test
  void aRefusalIsAnAnswerToo() throws Exception {
    Endpoint endpoint =
        new Endpoint(
            "shop",
            URI.create("http://127.0.0.1:" + server.actualPort() + "/ok"),
            List.of(SigningSecret.of(Secret.of(SECRET))),
            new Endpoint.Rules(List.of("*"), List.of(), List.of("*"), List.of("*")),
            "now",
            Map.of(),
            List.of());
    got.clear();
    try (Poster poster =
        new Poster(
            vertx,
            endpoint,
            new Guard(Guard.Resolver.system(), List.of()),
            InstantSource.system(),
            4)) {
      assertThat(poster.send(post("{}")).words())
          .isEqualTo(
              "not sent: 127.0.0.1 has the address 127.0.0.1, which is not public; where it is"
                  + " meant, name it in allow_private");
    }
    assertThat(got).isEmpty();
  }
}
