package org.ferry.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxiesTest {
  private final AtomicInteger served = new AtomicInteger();
  private HttpServer server;
  private HttpClient client;

  @BeforeEach
  void serve() throws IOException {
    client = HttpClient.newHttpClient();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    var unused =
        server.createContext(
            "/",
            exchange -> {
              served.incrementAndGet();
              byte[] body = "x".repeat(50_000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
              exchange.getResponseHeaders().set("X-Method", exchange.getRequestMethod());
              exchange.sendResponseHeaders(200, body.length);
              exchange.getResponseBody().write(body);
              exchange.close();
            });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    client.shutdownNow();
  }

  private URI origin() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private HttpResponse<String> get(URI base, Duration limit)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(base.resolve("/a?b=c")).timeout(limit).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void tcpProxyPassesBytesThroughUntilItIsTold() throws Exception {
    try (var proxy = FaultProxy.to(origin())) {
      assertThat(get(proxy.url(), Duration.ofSeconds(5)).body()).hasSize(50_000);
      proxy.latency(Duration.ofMillis(100));
      long begin = System.nanoTime();
      assertThat(get(proxy.url(), Duration.ofSeconds(10)).statusCode()).isEqualTo(200);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(190));
      proxy.heal();
      proxy.bandwidth(100_000);
      begin = System.nanoTime();
      assertThat(get(proxy.url(), Duration.ofSeconds(10)).statusCode()).isEqualTo(200);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(400));
    }
  }

  @Test
  void tcpProxyBreaksConnections() throws Exception {
    try (var proxy = FaultProxy.to(origin())) {
      proxy.cutAfter(20_000);
      assertThatThrownBy(() -> get(proxy.url(), Duration.ofSeconds(5)))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(HttpTimeoutException.class);
      assertThat(get(proxy.url(), Duration.ofSeconds(5)).statusCode()).isEqualTo(200);
      proxy.reset();
      proxy.refuse();
      assertThatThrownBy(() -> get(proxy.url(), Duration.ofSeconds(5)))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(HttpTimeoutException.class);
      proxy.heal();
      proxy.blackhole();
      assertThatThrownBy(() -> get(proxy.url(), Duration.ofMillis(300)))
          .isInstanceOf(HttpTimeoutException.class);
      proxy.heal();
      proxy.reset();
      assertThat(get(proxy.url(), Duration.ofSeconds(5)).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void tcpProxySlicesDelaysTheEndAndTimesOut() throws Exception {
    try (var proxy = FaultProxy.to(origin())) {
      proxy.slice(1_000);
      long begin = System.nanoTime();
      assertThat(get(proxy.url(), Duration.ofSeconds(10)).body()).hasSize(50_000);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(45));
      proxy.heal();
      try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
        proxy.slowClose(Duration.ofMillis(400));
        socket
            .getOutputStream()
            .write("nonsense\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        begin = System.nanoTime();
        assertThat(socket.getInputStream().readAllBytes()).isNotNull();
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
            .isGreaterThan(Duration.ofMillis(390));
      }
      proxy.heal();
      try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
        Wait.until(Duration.ofSeconds(5), "the connection", () -> proxy.connections() > 0);
        proxy.timeout(Duration.ofMillis(300));
        begin = System.nanoTime();
        assertThatThrownBy(
                () -> {
                  if (socket.getInputStream().read() < 0) {
                    throw new IOException("ended");
                  }
                })
            .isInstanceOf(IOException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
            .isGreaterThan(Duration.ofMillis(250));
      }
    }
  }

  @Test
  void httpProxyAnswersInTheServersPlaceAsOftenAsItIsTold() throws Exception {
    try (var proxy = HttpFaultProxy.to(origin())) {
      proxy.limit(r -> r.path().startsWith("/a"), 2, Duration.ofMillis(7));
      assertThat(get(proxy.url(), Duration.ofSeconds(5)).body()).contains("\"retry_after_ms\":7");
      assertThat(get(proxy.url(), Duration.ofSeconds(5)).statusCode()).isEqualTo(429);
      assertThat(served).hasValue(0);
      var response = get(proxy.url(), Duration.ofSeconds(5));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("X-Method")).contains("GET");
      assertThat(proxy.seen()).hasSize(3).allMatch(r -> r.path().equals("/a?b=c"));
    }
  }

  @Test
  void httpProxyLosesRequestsAndAnswers() {
    try (var proxy = HttpFaultProxy.to(origin())) {
      var moments = new AtomicInteger();
      proxy.after(r -> true, 1, r -> moments.set(served.get()));
      proxy.loseAnswer(r -> r.method().equals("PUT"), 1);
      assertThatThrownBy(() -> put(proxy.url())).isInstanceOf(IOException.class);
      assertThat(served).hasValue(1);
      assertThat(moments).hasValue(1);
      proxy.loseRequest(r -> r.method().equals("PUT"), 1);
      assertThatThrownBy(() -> put(proxy.url())).isInstanceOf(IOException.class);
      assertThat(served).hasValue(1);
    }
  }

  private HttpResponse<String> put(URI base) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(base.resolve("/a"))
            .PUT(HttpRequest.BodyPublishers.ofString("{}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
