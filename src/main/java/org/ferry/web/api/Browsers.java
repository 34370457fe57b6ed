package org.ferry.web.api;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What browsers are told: nothing of other origins, but for those that are listed. */
final class Browsers {
  private final List<String> origins;

  Browsers(List<String> origins) {
    this.origins = List.copyOf(origins);
  }

  /** Headers on every answer. */
  void secure(HttpServerResponse response) {
    HttpServerResponse unused =
        response
            .putHeader("X-Content-Type-Options", "nosniff")
            .putHeader("X-Frame-Options", "DENY")
            .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
            .putHeader("Referrer-Policy", "no-referrer")
            .putHeader("Cache-Control", "no-store");
  }

  /** Lets a listed origin read the answer; answers its question beforehand, and is done then. */
  boolean preflight(HttpServerRequest request, Exchange exchange) {
    String origin = request.getHeader("Origin");
    if (origins.isEmpty()) {
      return false;
    }
    HttpServerResponse response = request.response();
    HttpServerResponse unused = response.putHeader("Vary", "Origin");
    if (origin == null || !origins.contains(origin)) {
      return false;
    }
    unused =
        response
            .putHeader("Access-Control-Allow-Origin", origin)
            .putHeader(
                "Access-Control-Expose-Headers", "Retry-After, Ferry-Trace, Idempotency-Key");
    if (!request.method().equals(HttpMethod.OPTIONS)
        || request.getHeader("Access-Control-Request-Method") == null) {
      return false;
    }
    unused =
        response
            .putHeader("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
            .putHeader(
                "Access-Control-Allow-Headers",
                "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, traceparent")
            .putHeader("Access-Control-Max-Age", "600");
    exchange.send(Reply.nothing());
    return true;
  }

  /**
   * Whether a page of an origin may open a WebSocket: one of Ferry's own address, or a listed one.
   *
   * @param origin null for what is no browser
   * @param host the address that was asked for
   */
  boolean mayConnect(@Nullable String origin, @Nullable String host) {
    if (origin == null || origins.contains(origin)) {
      return true;
    }
    try {
      return host != null && host.equalsIgnoreCase(new URI(origin).getAuthority());
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
