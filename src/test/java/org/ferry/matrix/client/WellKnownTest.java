package org.ferry.matrix.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WellKnownTest {
  private static final String SAYS =
      "{\"m.homeserver\":{\"base_url\":\"https://matrix.example.org/\"}}";

  private final HttpServer server =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  private final String plain = "http://127.0.0.1:" + server.getAddress().getPort();
  private volatile int status = 200;
  private volatile String body = SAYS;

  WellKnownTest() throws IOException {
    var unused =
        server.createContext(
            "/.well-known/matrix/client",
            exchange -> {
              byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
              exchange.sendResponseHeaders(status, bytes.length);
              try (var out = exchange.getResponseBody()) {
                out.write(bytes);
              }
            });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String address() {
    return WellKnown.address("example.org", plain, "name it");
  }

  @Test
  void isWhatTheServerOfTheNameSays() {
    assertThat(address()).isEqualTo("https://matrix.example.org");
  }

  @Test
  void isTheNameWhereNothingIsSaid() {
    status = 404;
    assertThat(address()).isEqualTo(plain);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>", "{}", "{\"m.homeserver\":{\"base_url\":\"ftp://x\"}}"})
  void isTheNameWhereItIsNoAddress(String given) {
    body = given;
    assertThat(address()).isEqualTo(plain);
  }

  @Test
  void whatIsTooLongIsNotReadToItsEnd() {
    body = " ".repeat(70_000) + SAYS;
    assertThat(address()).isEqualTo(plain);
  }

  /** Whoever asks remembers the answer: it must not be one that holds for a second. */
  @ParameterizedTest
  @ValueSource(ints = {502, 503, 429, 403})
  void isNotKnownWhileTheServerOfTheNameIsAway(int given) {
    status = given;
    assertThatThrownBy(this::address)
        .isInstanceOf(Unreachable.class)
        .hasMessageContaining("answers " + given)
        .hasMessageEndingWith(", or name it");
    status = 200;
    assertThat(address()).isEqualTo("https://matrix.example.org");
  }

  @Test
  void whereNothingAnswersTheSentenceEndsWithWhatElseToDo() {
    server.stop(0);
    assertThatThrownBy(this::address)
        .isInstanceOf(Unreachable.class)
        .hasMessageContaining("nothing answers under the name example.org")
        .hasMessageEndingWith(", or name it");
  }
}
