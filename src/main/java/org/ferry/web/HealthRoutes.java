package org.ferry.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code /health/live} (the process answers), {@code /health/ready} (everything it needs answers
 * too; 503 and the reason where not) and a page at {@code /} that says where things are. None needs
 * a token, and none tells a secret.
 */
public final class HealthRoutes {
  private static final String PAGE =
      """
      This is Ferry, a bridge that carries Matrix rooms from one homeserver to another.

      /health/live            the process answers
      /health/ready           the database and the homeserver answer, too
      /metrics                numbers for Prometheus
      /api/v1/                messages, users and rooms for programs; a token of api.tokens opens it
      /api/v1/openapi.json    what it takes and gives

      What is carried and what waits: ferry status
      """;

  private static final long LONGEST_SECONDS = 5;

  /** Prometheus gives up after ten seconds, and asks for more than this. */
  private static final long LONGEST_FOR_METRICS = 4;

  private final Readiness readiness;

  /**
   * Makes the routes.
   *
   * @param checks what {@code /health/ready} looks at; run side by side
   */
  public HealthRoutes(List<HealthCheck> checks) {
    this.readiness = new Readiness(checks);
  }

  /**
   * Puts the routes into a router.
   *
   * @param router others of its routes stay
   */
  public void into(Router router) {
    router
        .get("/")
        .handler(ctx ->
            ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                .end(PAGE)
                .onFailure(e -> {}));
    router.get("/health/live").handler(ctx -> send(ctx, 200, new JsonObject().put("live", true)));
    router.get("/health/ready").handler(this::ready);
  }

  /** Which checks are passed, by name; blocks for some seconds at most. */
  public Map<String, Boolean> verdicts() {
    JsonObject checks = readiness.report(LONGEST_FOR_METRICS).getJsonObject("checks");
    return checks.stream()
        .collect(
            Collectors.toMap(Map.Entry::getKey, c -> ((JsonObject) c.getValue()).getBoolean("ok")));
  }

  private void ready(RoutingContext ctx) {
    Thread unused =
        Thread.ofVirtual()
            .name("health")
            .start(() -> {
              JsonObject report = readiness.report(LONGEST_SECONDS);
              send(ctx, report.getBoolean("ready") ? 200 : 503, report);
            });
  }

  private static void send(RoutingContext ctx, int status, JsonObject body) {
    ctx.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(body.encode())
        .onFailure(e -> {});
  }
}
