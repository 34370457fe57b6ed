package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.ferry.lab.Ports;
import org.ferry.matrix.event.Json;
import org.ferry.store.Database;
import org.ferry.store.DatabaseOptions;
import org.ferry.store.webhook.PgOutbox;
import org.ferry.testing.DaemonConfig;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestPostgres;
import org.ferry.webhook.Answer;
import org.ferry.webhook.Lane;
import org.ferry.webhook.Message;
import org.ferry.webhook.Outbox;
import org.ferry.webhook.Outcome;
import org.ferry.webhook.Receiver;
import org.ferry.webhook.Signature;
import org.ferry.webhook.SigningSecret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people ask and order of deliveries, on a real database, while nothing delivers. */
class WebhooksCommandsIT {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Vertx vertx = Vertx.vertx();
  private final Receiver receiver = new Receiver(vertx);
  private final TestPostgres.Db db = TestPostgres.ledger();
  private final int port = Ports.free();
  @TempDir Path folder;

  @BeforeEach
  void configure() throws Exception {
    Files.writeString(folder.resolve("shop.secret"), Receiver.secret().reveal());
    Path unused =
        DaemonConfig.of("orders.example.org", db)
            .with(
                """
                webhooks:
                  - {name: shop, url: "http://127.0.0.1:%d/", secret_file: shop.secret, allow_private: ["127.0.0.1"]}
                """
                    .formatted(port))
            .register(folder);
  }

  @AfterEach
  void close() {
    receiver.close();
    vertx.close().await();
  }

  private CommandRun webhooks(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "webhooks";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return CommandRun.in(folder, all);
  }

  /** What becomes of a delivery. */
  @FunctionalInterface
  private interface Fate {
    void of(PgOutbox outbox, Lane lane, Instant now);
  }

  /** One that is given up, and another whose receiver wants nothing any more. */
  private void gone() {
    deliver((outbox, lane, now) -> {
      Outcome last = new Outcome.Failed(lane, 1, 10, now, answer(503), null);
      Outcome gone = new Outcome.Failed(lane, 2, 1, now, answer(410), now.plusSeconds(5));
      assertThat(outbox.settle(List.of(last, gone))).hasSize(1);
    });
  }

  private static Answer answer(int status) {
    return new Answer(status, "answered " + status, "", Duration.ZERO, Duration.ZERO);
  }

  private void deliver(Fate fate) {
    try (Database database = Database.open(vertx, DatabaseOptions.of(db.url(), 2), n -> {})) {
      PgOutbox outbox = new PgOutbox(database);
      Instant now = Instant.now();
      Outbox.Position start = outbox.begin("shop", 0, null);
      assertThat(outbox.put(start, 2, List.of(draft(1, now), draft(2, now)), now)).isTrue();
      Lane lane = outbox.claim(start.key(), "test", now.plusSeconds(1), LIMIT, 1).getFirst();
      fate.of(outbox, lane, now);
    }
  }

  private static Outbox.Draft draft(long pos, Instant at) {
    ObjectNode data = Json.object().put("event_id", "$" + pos);
    Message message = new Message(pos, "message.created", "!a:x", "matrix", "@a:x", at, data);
    return new Outbox.Draft(message, seq -> "{}".getBytes(UTF_8));
  }

  @Test
  void whatIsNoLongerKeptIsNotPassedOverInSilence() {
    deliver((outbox, lane, now) -> {
      Outcome first = new Outcome.Taken(lane, 1, 1, now, 204);
      Outcome second = new Outcome.Taken(lane, 2, 1, now, 204);
      assertThat(outbox.settle(List.of(first, second))).isEmpty();
    });
    CommandRun kept = webhooks("replay", "shop", "--since", "30d");
    assertThat(kept.status()).isZero();
    assertThat(kept.out()).contains("2 deliveries").doesNotContain("no longer kept");
    try (Database database = Database.open(vertx, DatabaseOptions.of(db.url(), 2), n -> {})) {
      Instant later = Instant.now().plusSeconds(1);
      assertThat(new PgOutbox(database).forget(later, later, Instant.EPOCH)).isEqualTo(2);
    }
    CommandRun replay = webhooks("replay", "shop", "--since", "30d");
    assertThat(replay.status()).isEqualTo(1);
    assertThat(replay.out())
        .contains("nothing is sent again", "is no longer kept (retention.deliveries)");
    CommandRun json = webhooks("replay", "shop", "--since", "30d", "--json");
    Instant since = Instant.parse(Json.parseObject(json.out()).path("kept_since").asText());
    assertThat(since).isBetween(Instant.now().minus(Duration.ofDays(8)), Instant.now());
    assertThat(webhooks("replay", "shop", "--since", "1d").status()).isZero();
  }

  @Test
  void whatWasGivenUpIsListedAndSentAgainOnceTheEndpointIsOn() {
    gone();
    assertThat(webhooks("list").out()).contains("switched off: the receiver answered 410 Gone");
    CommandRun failed = webhooks("failed", "--json");
    assertThat(failed.status()).isEqualTo(1);
    JsonNode dead = Json.parseObject(failed.out()).at("/failed/0");
    assertThat(dead.path("webhook").asText()).isEqualTo("shop");
    assertThat(dead.path("event").asText()).isEqualTo("$1");
    assertThat(dead.path("state").asText()).isEqualTo("failed");
    assertThat(dead.path("text").asBoolean()).isTrue();
    assertThat(dead.at("/log/0").asText()).contains("answered 503");
    assertThat(webhooks("failed", "--name", "shop").out())
        .contains(dead.path("id").asText(), "answered 503");

    CommandRun on = webhooks("enable", "shop");
    assertThat(on.status()).isZero();
    assertThat(on.out()).contains("shop is on; ferry run delivers the oldest that waits first.");
    CommandRun list = webhooks("list", "--json");
    assertThat(list.status()).isZero();
    assertThat(Json.parseObject(list.out()).at("/webhooks/0/on").asBoolean()).isTrue();

    CommandRun replay = webhooks("replay", "shop", "--since", "1h", "--json");
    assertThat(replay.status()).isZero();
    assertThat(Json.parseObject(replay.out()).path("again").asInt()).isEqualTo(1);
    assertThat(Json.parseObject(replay.out()).path("forgotten").asInt()).isZero();
    CommandRun none = webhooks("failed", "--json");
    assertThat(none.status()).isZero();
    assertThat(Json.parseObject(none.out()).path("failed")).isEmpty();
    // It waits already, and is not sent twice for that.
    assertThat(webhooks("replay", "shop", "--since", "1h").out()).contains("nothing is sent again");
  }

  @Test
  void aDevelopersReceiverChecksShowsAndHandsOn() throws Exception {
    String number = String.valueOf(port);
    try (FerryProcess listen =
        FerryProcess.ferry("webhooks", "listen", "--port", number, "--forward-to", receiver.url())
            .in(folder)
            .start()) {
      assertThat(listen.awaitLine("listening on http://127.0.0.1:" + port + "/"))
          .contains("handing on to " + receiver.url());
      assertThat(webhooks("test", "shop").status()).isZero();
      assertThat(listen.awaitLine("answered 204")).contains("msg_test", "signature fits");
      assertThat(receiver.got()).hasSize(1);
      assertThat(receiver.refused()).isEmpty();
      assertThat(receiver.got().getFirst().headers())
          .containsKeys("ferry-attempt", "webhook-id", "content-type")
          .containsEntry("user-agent", "Ferry");
      receiver.answers(g -> 503);
      receiver.echo();
      receiver.extra(r -> {
        var unused = r.response().putHeader("retry-after", "7").putHeader("x-secret", "mine");
      });
      assertThat(webhooks("test", "shop").status()).isEqualTo(4);
      handedBack();
      assertThat(listen.awaitLine("answered 503")).contains("signature fits");

      assertThat(post("{\"forged\":\"\u001b]0;title\u0007\nsecond line\"}").statusCode())
          .isEqualTo(401);
      assertThat(listen.awaitLine("REFUSED")).contains("a header is missing", "answered 401");
      assertThat(listen.awaitLine("forged")).contains("second line").doesNotContain("\u001b");
      assertThat(receiver.got()).hasSize(3);
      listen.terminate();
      assertThat(listen.await(LIMIT).status()).isZero();
    }
  }

  /** A post of somebody's own: all its headers go on, and what matters of the answer comes back. */
  private void handedBack() throws Exception {
    String body = "{\"data\":{}}";
    String at = Long.toString(Instant.now().getEpochSecond());
    List<SigningSecret> secrets = List.of(SigningSecret.of(Receiver.secret()));
    String signature = Signature.make(secrets, "msg_own", Long.parseLong(at), body.getBytes(UTF_8));
    HttpResponse<String> answer =
        post(
            body,
            "webhook-id",
            "msg_own",
            "webhook-timestamp",
            at,
            "webhook-signature",
            signature,
            "authorization",
            "Bearer of the receiver",
            "te",
            "trailers");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo(body);
    assertThat(answer.headers().firstValue("retry-after")).contains("7");
    assertThat(answer.headers().firstValue("x-secret")).isEmpty();
    assertThat(receiver.got().getLast().headers())
        .containsEntry("authorization", "Bearer of the receiver")
        .doesNotContainKey("te");
  }

  @Test
  void programsReadWhichPostsAreRefused() throws Exception {
    String number = String.valueOf(port);
    try (FerryProcess listen =
        FerryProcess.ferry("webhooks", "listen", "--port", number, "--json").in(folder).start()) {
      assertThat(listen.awaitLine("listening on")).isNotEmpty();
      assertThat(webhooks("test", "shop").status()).isZero();
      JsonNode fits = Json.parseObject(listen.awaitLine("\"status\":204"));
      assertThat(fits.path("verdict").asText()).isEqualTo("fits");
      assertThat(fits.path("problem").isNull()).isTrue();
      assertThat(fits.at("/body/data/event_id").asText()).isEqualTo("$sample");
      assertThat(post("no JSON\u001b").statusCode()).isEqualTo(401);
      JsonNode refused = Json.parseObject(listen.awaitLine("\"status\":401"));
      assertThat(refused.path("verdict").asText()).isEqualTo("refused");
      assertThat(refused.path("problem").asText()).contains("a header is missing");
      assertThat(refused.path("body").asText()).isEqualTo("no JSON\u001b");
      listen.terminate();
      assertThat(listen.await(LIMIT).status()).isZero();
    }
  }

  private HttpResponse<String> post(String body, String... headers) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
              .POST(BodyPublishers.ofString(body));
      request = headers.length == 0 ? request : request.headers(headers);
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }
}
