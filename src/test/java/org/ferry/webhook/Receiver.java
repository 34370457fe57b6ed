package org.ferry.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.ferry.id.Secret;

/** Somebody's program that takes posts: checks each with the library of Standard Webhooks. */
public final class Receiver implements AutoCloseable {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Does not answer at all. */
  static final int SILENT = 0;

  private final HttpServer server;
  private final List<Got> got = new CopyOnWriteArrayList<>();
  private final List<String> refused = new CopyOnWriteArrayList<>();
  private volatile Function<Got, Integer> answers = g -> 204;
  private volatile Consumer<HttpServerRequest> extra = r -> {};
  private volatile Function<Got, Future<?>> after = g -> Future.succeededFuture();
  private volatile boolean echoes;

  /**
   * A post that came in.
   *
   * @param headers by lower-case name
   * @param body as it came
   * @param json the same, read
   */
  public record Got(Map<String, String> headers, String body, JsonNode json) {
    /** The delivery's id. */
    public String id() {
      return headers.getOrDefault("webhook-id", "");
    }

    /** The room. */
    public String room() {
      return json.at("/data/room/id").asText();
    }

    /** Its number within the room. */
    public long seq() {
      return json.at("/data/room_seq").asLong();
    }
  }

  /** Listens on a free port of loopback. */
  public Receiver(Vertx vertx) {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request ->
                request.body().onSuccess(b -> take(request, b.toString(StandardCharsets.UTF_8))))
            .listen(0, "127.0.0.1")
            .await();
  }

  private void take(HttpServerRequest request, String body) {
    Map<String, String> headers = new HashMap<>();
    request
        .headers()
        .forEach(h -> {
          headers.put(h.getKey().toLowerCase(Locale.ROOT), h.getValue());
        });
    check(headers, body);
    Got one = new Got(headers, body, read(body));
    int status = answers.apply(one);
    got.add(one);
    if (status != SILENT) {
      extra.accept(request);
      var unused =
          after
              .apply(one)
              .eventually(() -> request.response().setStatusCode(status).end(echoes ? body : ""));
    }
  }

  /** The library signs what came; its own check knows no other clock than the machine's. */
  private void check(Map<String, String> headers, String body) {
    try {
      long at = Long.parseLong(headers.getOrDefault("webhook-timestamp", "0"));
      String expected = new Webhook(SECRET).sign(headers.getOrDefault("webhook-id", ""), at, body);
      if (!expected.equals(headers.get("webhook-signature"))) {
        refused.add("another signature: " + body);
      }
    } catch (WebhookSigningException e) {
      refused.add(e.getMessage() + " " + body);
    }
  }

  private static JsonNode read(String body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens. */
  public String url() {
    return "http://127.0.0.1:" + server.actualPort() + "/hook";
  }

  /** The secret that it checks with. */
  public static Secret secret() {
    return Secret.of(SECRET);
  }

  /** How it answers from now on. */
  public void answers(Function<Got, Integer> how) {
    answers = how;
  }

  /** What it waits for before it answers. */
  public void answersAfter(Function<Got, Future<?>> what) {
    after = what;
  }

  /** Every answer quotes the post from now on. */
  public void echo() {
    echoes = true;
  }

  /** What it does to each answer besides. */
  public void extra(Consumer<HttpServerRequest> what) {
    extra = what;
  }

  /** Everything that came in, in order, whatever was answered. */
  public List<Got> got() {
    return got;
  }

  /** What came in with a signature that does not fit. */
  public List<String> refused() {
    return refused;
  }

  @Override
  public void close() {
    server.close().await();
  }
}
