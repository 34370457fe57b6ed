package org.ferry.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What messages are compared with: an application service that is told of every room and answers
 * 200 to everything. Beside it, on the same port, a receiver of webhooks that answers 204. Both
 * note when they first hear of an event.
 */
final class BareService implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final Map<String, Long> pushed = new ConcurrentHashMap<>();
  private final Map<String, Long> posted = new ConcurrentHashMap<>();

  BareService(Vertx vertx) {
    server = vertx.createHttpServer().requestHandler(this::take).listen(0, "127.0.0.1").await();
  }

  private void take(HttpServerRequest request) {
    long now = System.nanoTime();
    request
        .body()
        .onSuccess(body -> {
          boolean hook = "/hook".equals(request.path());
          var unused = request.response().setStatusCode(hook ? 204 : 200).end(hook ? "" : "{}");
          JsonNode json = read(body.getBytes());
          if (hook) {
            note(posted, json.at("/data/event_id"), now);
          } else {
            json.path("events").forEach(event -> note(pushed, event.path("event_id"), now));
          }
        });
  }

  private static void note(Map<String, Long> heard, JsonNode event, long now) {
    if (event.isTextual()) {
      Long unused = heard.putIfAbsent(event.textValue(), now);
    }
  }

  private static JsonNode read(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where webhooks are posted to. */
  String hook() {
    return "http://127.0.0.1:" + server.actualPort() + "/hook";
  }

  /** Writes the registration that makes a homeserver push everything here. */
  void register(Path file) throws IOException {
    Files.writeString(
        file,
        """
        id: bare
        url: http://127.0.0.1:%d
        as_token: bare-as-token
        hs_token: bare-hs-token
        sender_localpart: _bare
        rate_limited: false
        namespaces: {users: [], aliases: [], rooms: [{exclusive: false, regex: '!.*'}]}
        """
            .formatted(server.actualPort()));
  }

  /** When an event was pushed, in nanoseconds of {@link System#nanoTime}. */
  OptionalLong pushed(String event) {
    return at(pushed, event);
  }

  /** When an event was posted, in nanoseconds of {@link System#nanoTime}. */
  OptionalLong posted(String event) {
    return at(posted, event);
  }

  private static OptionalLong at(Map<String, Long> heard, String event) {
    Long at = heard.get(event);
    return at == null ? OptionalLong.empty() : OptionalLong.of(at);
  }

  @Override
  public void close() {
    server.close().await();
  }
}
