package org.ferry.matrix.client;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.function.Predicate;

/** Breaks in the ways it is told, one for each request, and then answers as if all were well. */
final class FaultyServer implements AutoCloseable {
  /** What it does with a request whose body has arrived. */
  interface Fault {
    void happen(HttpServerRequest request);
  }

  private final Vertx vertx;
  private final Queue<Fault> faults = new ArrayDeque<>();
  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
  private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
  private final HttpServer server;
  private volatile Predicate<String> faulty = uri -> true;

  FaultyServer(Vertx vertx, int port) {
    this.vertx = vertx;
    this.server =
        vertx.createHttpServer().requestHandler(this::handle).listen(port, "127.0.0.1").await();
  }

  int port() {
    return server.actualPort();
  }

  /** The next faults, in this order. */
  void next(Fault... more) {
    synchronized (faults) {
      faults.addAll(List.of(more));
    }
  }

  /** It is well again: no further fault happens. */
  void forget() {
    synchronized (faults) {
      faults.clear();
    }
  }

  /** Which paths suffer the faults; the others are well. */
  void onlyFor(Predicate<String> uris) {
    faulty = uris;
  }

  /** {@code METHOD uri} of every request so far. */
  List<String> seen() {
    return List.copyOf(seen);
  }

  List<String> bodies() {
    return List.copyOf(bodies);
  }

  private void handle(HttpServerRequest request) {
    seen.add(request.method() + " " + request.uri());
    Fault fault = faulty.test(request.uri()) ? take() : null;
    request
        .body()
        .onSuccess(body -> {
          bodies.add(body.toString());
          (fault == null ? answer(200, FINE) : fault).happen(request);
        });
  }

  private static final String FINE =
      "{\"event_id\":\"$fine\",\"room_id\":\"!fine:x\",\"content_uri\":\"mxc://x/fine\","
          + "\"joined_rooms\":[]}";

  private @org.jspecify.annotations.Nullable Fault take() {
    synchronized (faults) {
      return faults.poll();
    }
  }

  static Fault answer(int status, String body, String... headers) {
    return request -> {
      var response = request.response().setStatusCode(status);
      for (int i = 0; i < headers.length; i += 2) {
        response = response.putHeader(headers[i], headers[i + 1]);
      }
      response.end(body).onFailure(e -> {});
    };
  }

  static Fault hangUp() {
    return request -> request.connection().close().onFailure(e -> {});
  }

  /** Takes the request and never answers. */
  static Fault silence() {
    return request -> {};
  }

  /** Answers with half of what it promises. */
  static Fault half(String body) {
    return request ->
        request
            .response()
            .putHeader("Content-Length", String.valueOf(2 * body.length()))
            .write(body)
            .onComplete(done -> request.connection().close().onFailure(e -> {}));
  }

  @Override
  public void close() {
    server.close().await();
  }

  Vertx vertx() {
    return vertx;
  }
}
