package org.ferry.matrix.appservice;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ferry.id.RoomAlias;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AppserviceRoutesTest {
  private static final String V1 = "/_matrix/app/v1";

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, byte[]> stored = new ConcurrentHashMap<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private volatile TransactionInbox inbox =
      (id, body) -> {
        byte[] unused = stored.put(id, body);
      };
  private HttpServer server;

  @BeforeEach
  void start() {
    Namespaces names =
        new Namespaces() {
          @Override
          public boolean knowsUser(UserId user) {
            return user.localpart().startsWith("old_");
          }

          @Override
          public boolean knowsAlias(RoomAlias alias) {
            return alias.localpart().equals("a/b");
          }
        };
    AppserviceRoutes routes =
        new AppserviceRoutes(Secret.of("right"), (id, body) -> inbox.store(id, body), names);
    server =
        vertx
            .createHttpServer()
            .requestHandler(routes.router(vertx))
            .listen(0, "127.0.0.1")
            .await();
  }

  @AfterEach
  void stop() {
    client.close();
    vertx.close().await();
  }

  private HttpResponse<String> ask(String method, String path, String token, byte[] body)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path))
            .method(method, BodyPublishers.ofByteArray(body));
    if (!token.isEmpty()) {
      request = request.header("Authorization", "Bearer " + token);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> ask(String method, String path) throws Exception {
    return ask(method, path, "right", new byte[0]);
  }

  @Test
  void storesTheBytesAsTheyCameBeforeItAnswers() throws Exception {
    byte[] poison = "not JSON \u0000 \ud83e\udd89 {".getBytes(StandardCharsets.UTF_8);
    HttpResponse<String> answer = ask("PUT", V1 + "/transactions/a%2F1", "right", poison);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{}");
    assertThat(stored.get("a/1")).isEqualTo(poison);
    assertThat(ask("PUT", "/transactions/2", "right", poison).statusCode()).isEqualTo(200);
    assertThat(stored.get("2")).isEqualTo(poison);
    assertThat(ask("PUT", V1 + "/transactions/empty").statusCode()).isEqualTo(200);
    assertThat(stored.get("empty")).isEmpty();
  }

  @Test
  void takesALegalTransactionThatIsLargerThanUsualLimits() throws Exception {
    byte[] large = new byte[13_000_000];
    assertThat(ask("PUT", V1 + "/transactions/1", "right", large).statusCode()).isEqualTo(200);
    assertThat(stored.get("1")).isEqualTo(large);
  }

  @Test
  void asksForTheTransactionAgainWhenItCouldNotBeStored() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    inbox =
        (id, body) -> {
          if (tries.incrementAndGet() == 1) {
            throw new IOException("disk full");
          }
        };
    assertThat(ask("PUT", V1 + "/transactions/1").statusCode()).isEqualTo(503);
    assertThat(ask("PUT", V1 + "/transactions/1").statusCode()).isEqualTo(200);
  }

  @Test
  void aRepeatDoesNotWaitForTheFirst() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    inbox =
        (id, body) -> {
          both.countDown();
          if (!both.await(20, TimeUnit.SECONDS)) {
            throw new IOException("the other one never came");
          }
        };
    AtomicInteger first = new AtomicInteger();
    Thread other =
        Thread.ofVirtual()
            .start(() -> {
              try {
                first.set(ask("PUT", V1 + "/transactions/1").statusCode());
              } catch (Exception e) {
                first.set(-1);
              }
            });
    assertThat(ask("PUT", V1 + "/transactions/1").statusCode()).isEqualTo(200);
    other.join();
    assertThat(first).hasValue(200);
  }

  @Test
  void lowersTheBarForNobody() throws Exception {
    for (String path : new String[] {V1 + "/transactions/1", "/transactions/1"}) {
      assertThat(ask("PUT", path, "", new byte[0]).statusCode()).isEqualTo(401);
      assertThat(ask("PUT", path, "", new byte[0]).body()).contains("M_MISSING_TOKEN");
      assertThat(ask("PUT", path, "wrong", new byte[0]).statusCode()).isEqualTo(403);
      assertThat(ask("PUT", path, "wrong", new byte[0]).body()).contains("M_FORBIDDEN");
      assertThat(ask("PUT", path + "?access_token=wrong", "", new byte[0]).statusCode())
          .isEqualTo(403);
      assertThat(ask("PUT", path + "?access_token=right", "", new byte[0]).statusCode())
          .isEqualTo(200);
    }
    assertThat(ask("GET", "/users/@old_a:x", "wrong", new byte[0]).statusCode()).isEqualTo(403);
    assertThat(ask("POST", V1 + "/ping", "", new byte[0]).statusCode()).isEqualTo(401);
  }

  @Test
  void refusesBeforeTheBodyIsRead() throws Exception {
    assertThat(head("wrong", 65L * 1024 * 1024)).contains("403", "M_FORBIDDEN");
    assertThat(head("right", 65L * 1024 * 1024)).contains("413", "M_TOO_LARGE");
  }

  /** Sends a head that promises a body, and no body; reads until the other side hangs up. */
  private String head(String token, long length) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
      socket.setSoTimeout(20_000);
      String head =
          "PUT /_matrix/app/v1/transactions/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
              + token
              + "\r\nContent-Length: "
              + length
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      long unused = socket.getInputStream().transferTo(got);
      return got.toString(StandardCharsets.UTF_8);
    }
  }

  @Test
  void knowsItsOwnNames() throws Exception {
    assertThat(ask("GET", V1 + "/users/%40old_a%3Aexample.org").statusCode()).isEqualTo(200);
    assertThat(ask("GET", V1 + "/users/%40bob%3Aexample.org").statusCode()).isEqualTo(404);
    assertThat(ask("GET", "/users/@old_a:example.org").statusCode()).isEqualTo(200);
    assertThat(ask("GET", V1 + "/users/nonsense").statusCode()).isEqualTo(404);
    assertThat(ask("GET", V1 + "/rooms/%23a%2Fb%3Aexample.org").statusCode()).isEqualTo(200);
    assertThat(ask("GET", V1 + "/rooms/%23c%3Aexample.org").body()).contains("M_NOT_FOUND");
  }

  @Test
  void answersPingsAndThirdPartyLookUps() throws Exception {
    byte[] ping = "{\"transaction_id\":\"x\"}".getBytes(StandardCharsets.UTF_8);
    assertThat(ask("POST", V1 + "/ping", "right", ping).body()).isEqualTo("{}");
    assertThat(ask("GET", V1 + "/thirdparty/protocol/irc").statusCode()).isEqualTo(404);
    assertThat(ask("GET", V1 + "/thirdparty/user/irc?nick=a").body()).isEqualTo("[]");
    assertThat(ask("GET", V1 + "/thirdparty/location").body()).isEqualTo("[]");
    assertThat(ask("GET", V1 + "/nonsense").body()).contains("M_UNRECOGNIZED");
    assertThat(ask("GET", V1 + "/transactions/1").statusCode()).isIn(404, 405);
  }
}
