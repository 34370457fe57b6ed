package org.ferry.matrix.appservice;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import org.ferry.matrix.event.Json;

/** Answers as the specification words them. May be called from any thread. */
final class Replies {
  private Replies() {}

  static void ok(RoutingContext ctx, JsonNode body) {
    send(ctx, 200, body);
  }

  static void error(RoutingContext ctx, int status, String errcode, String error) {
    send(ctx, status, Json.object().put("errcode", errcode).put("error", error));
  }

  /** Answers and hangs up, so that the rest of the request is not read. */
  static void hangUp(RoutingContext ctx, int status, String errcode, String error) {
    HttpServerRequest request = ctx.request();
    if (request.version() == HttpVersion.HTTP_2) {
      error(ctx, status, errcode, error);
      return;
    }
    HttpServerResponse unused = ctx.response().putHeader(HttpHeaders.CONNECTION, "close");
    ctx.addEndHandler(done -> request.connection().close().onFailure(e -> {}));
    error(ctx, status, errcode, error);
  }

  static void failure(RoutingContext ctx) {
    int status = ctx.statusCode();
    if (status == 413) {
      hangUp(ctx, 413, "M_TOO_LARGE", "larger than " + AppserviceRoutes.LARGEST_BODY + " bytes");
    } else {
      error(ctx, status < 400 ? 500 : status, "M_UNKNOWN", "the request could not be read");
    }
  }

  private static void send(RoutingContext ctx, int status, JsonNode body) {
    if (ctx.response().ended() || ctx.response().closed()) {
      return;
    }
    ctx.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(Buffer.buffer(Json.bytes(body)))
        .onFailure(e -> {});
  }
}
