package org.ferry.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthRoutesTest {
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    client.close();
    vertx.close().await();
  }

  @Test
  void isReadyWhenAllIsWell() throws Exception {
    HttpServer server = serve(check("database", () -> "17.6"), check("homeserver", () -> ""));
    HttpResponse<String> answer = get(server, "/health/ready");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo(
            "{\"ready\":true,\"checks\":{\"database\":{\"ok\":true,\"detail\":\"17.6\"},"
                + "\"homeserver\":{\"ok\":true,\"detail\":\"\"}}}");
  }

  @Test
  void saysWhatIsWrongAndStaysAlive() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    HttpServer server =
        serve(
            check("database", () -> "fine"),
            check(
                "homeserver",
                () -> {
                  throw new IllegalStateException("connection refused: is it running?");
                }),
            check(
                "ping",
                () -> {
                  never.await();
                  return "";
                }));
    HttpResponse<String> answer = get(server, "/health/ready");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body())
        .contains("\"ready\":false", "connection refused: is it running?", "no answer within 5 s");
    assertThat(get(server, "/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void metricsHearOfEachCheckByItsName() {
    HealthRoutes routes =
        new HealthRoutes(
            List.of(
                check("database", () -> "fine"),
                check(
                    "homeserver",
                    () -> {
                      throw new IllegalStateException("connection refused");
                    })));
    assertThat(routes.verdicts()).isEqualTo(Map.of("database", true, "homeserver", false));
  }

  @Test
  void thePageSaysWhereThingsAre() throws Exception {
    HttpResponse<String> answer = get(serve(), "/");
    assertThat(answer.body()).contains("/health/ready", "ferry status");
    assertThat(answer.headers().firstValue("content-type").orElseThrow()).startsWith("text/plain");
  }

  private HttpServer serve(HealthCheck... checks) {
    return vertx.createHttpServer().requestHandler(routes(checks)).listen(0, "127.0.0.1").await();
  }

  private Router routes(HealthCheck... checks) {
    Router router = Router.router(vertx);
    new HealthRoutes(List.of(checks)).into(router);
    return router;
  }

  private HttpResponse<String> get(HttpServer server, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.actualPort() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private static HealthCheck check(String name, Callable<String> work) {
    return new HealthCheck() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public String check() throws Exception {
        return work.call();
      }
    };
  }
}
