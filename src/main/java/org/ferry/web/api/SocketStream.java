package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Opens WebSockets; each is a {@link Socket} then. */
final class SocketStream {
  private final Socket.House house;
  private final Browsers browsers;

  SocketStream(Socket.House house, Browsers browsers) {
    this.house = house;
    this.browsers = browsers;
  }

  Endpoint endpoint() {
    return Endpoint.stream(
        "/stream",
        null,
        Endpoint.Doc.of(
                "stream",
                "Events and messages both ways (WebSocket); the first frame is"
                    + " {\"type\":\"auth\",\"token\":…}",
                "Frame")
            .status(101),
        true,
        this::answer);
  }

  private void answer(Request request, Exchange exchange) throws Exception {
    HttpServerRequest http = exchange.ctx().request();
    String upgrade = http.getHeader("Upgrade");
    if (upgrade == null || !upgrade.equalsIgnoreCase("websocket")) {
      throw new Problem(426, "no_websocket", "this is a WebSocket; ask with Upgrade: websocket")
          .with("Upgrade", "websocket");
    }
    String origin = http.getHeader("Origin");
    if (!browsers.mayConnect(origin, http.getHeader("Host"))) {
      throw new Problem(403, "forbidden_origin", "api.cors_origins does not list this origin");
    }
    CompletableFuture<ServerWebSocket> opened = new CompletableFuture<>();
    // On the connection's own loop: elsewhere a first frame could come before it is listened to.
    exchange.onLoop(() ->
        http.toWebSocket()
            .onSuccess(socket -> {
              new Socket(socket, house).begin();
              boolean unused = opened.complete(socket);
            })
            .onFailure(e -> {
              boolean unused = opened.completeExceptionally(e);
            }));
    try {
      ServerWebSocket unused = opened.get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw Problem.badRequest("the WebSocket could not be opened: " + e.getMessage());
    }
  }

  /** A frame that says what went wrong. */
  static ObjectNode failure(Problem problem) {
    return problem.document().put("type", "error").put("problem", problem.type());
  }
}
