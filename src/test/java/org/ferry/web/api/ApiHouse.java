package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.message.Networks;
import org.ferry.live.provision.Naming;
import org.ferry.live.provision.People;
import org.ferry.live.provision.ProvisionException;
import org.ferry.live.provision.Provisioned;
import org.ferry.live.provision.Rooms;
import org.ferry.live.provision.ServiceDoor;
import org.ferry.live.provision.Sessions;
import org.ferry.live.provision.Talk;
import org.ferry.live.sending.Postbox;
import org.ferry.live.sending.Sending;
import org.ferry.live.watch.MediaFiles;
import org.ferry.matrix.client.Admin;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.explain.Explainer;
import org.ferry.migrate.rewrite.Opener;
import org.ferry.store.Database;
import org.ferry.store.DatabaseOptions;
import org.ferry.store.PgCrossingLedger;
import org.ferry.store.PgSourceLedger;
import org.ferry.store.api.PgFigures;
import org.ferry.store.api.PgProvisioned;
import org.ferry.store.api.PgSessions;
import org.ferry.store.live.PgRoomCards;
import org.ferry.store.live.PgTyping;
import org.ferry.store.sending.PgLetters;
import org.ferry.store.webhook.PgDesk;
import org.ferry.testing.TestPostgres;
import org.ferry.web.metrics.Metrics;
import org.jspecify.annotations.Nullable;

/** The API on a free port, with a database of its own and, unless one is given, no homeserver. */
final class ApiHouse implements AutoCloseable {
  static final String DOMAIN = "new.example.org";

  private static final UserId BOT = UserId.of("ferrybot", DOMAIN);

  /** How long a message is waited for; nobody sends any here. */
  private static final Duration PATIENCE = Duration.ofMillis(300);

  final Vertx vertx = Vertx.vertx();
  final Database database;
  final Metrics metrics;
  final Stage stage;
  final Sessions sessions;
  final PgTyping typing;
  @Nullable Instant keptSince;
  private final PgCrossingLedger ledger;
  private final HttpServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  ApiHouse(ApiOptions options) {
    this(options, InstantSource.system());
  }

  ApiHouse(ApiOptions options, InstantSource clock) {
    TestPostgres.Db db = TestPostgres.ledger();
    database =
        Database.open(
            vertx,
            DatabaseOptions.of(
                "postgresql://%s:%s@%s:%d/%s"
                    .formatted(
                        db.user(), db.password().reveal(), db.host(), db.port(), db.database()),
                8),
            notice -> {});
    sessions = new PgSessions(database);
    Provisioned rows = new PgProvisioned(database);
    ServiceDoor nowhere = new Nowhere();
    People people = new People(rows, nowhere, naming());
    Rooms rooms = new Rooms(rows, new PgRoomCards(database), nowhere, people);
    Sending sending = new Postbox(new PgLetters(database), InstantSource.system(), PATIENCE);
    Router router = Router.router(vertx);
    metrics = new Metrics(new PgFigures(database));
    stage = new Stage(database);
    typing = new PgTyping(stage.channels, InstantSource.system());
    ledger = new PgCrossingLedger(database);
    new Api(
            options,
            new Api.Provision(
                people,
                rooms,
                new Talk(sending, nowhere, rooms, user -> Optional.empty()),
                sessions),
            new Api.Reading(
                stage.messages,
                new PgRoomCards(database),
                stage.feed,
                new MediaFiles(nowhere, BOT, reader -> Optional.empty(), () -> Path.of("nowhere")),
                new PgFigures(database),
                new MediaSigns(Secret.of("key"), () -> ""),
                typing,
                Networks.names(List.of())),
            new Api.Inside(
                ledger,
                id -> explainer(ledger).explain(id),
                ApiHouse::verdicts,
                new PgDesk(database, clock),
                List.of("shop", "never-served"),
                name -> Optional.ofNullable(keptSince)),
            metrics.api(),
            clock)
        .into(router);
    router.get("/metrics").handler(metrics::serve);
    server =
        vertx
            .createHttpServer(Api.serving(new HttpServerOptions().setHttp2ClearTextEnabled(false)))
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .await();
  }

  private static Map<String, Map<String, String>> verdicts(String event) {
    return event.equals("$filtered")
        ? Map.of("never-served", Map.of("message.created", "networks"))
        : Map.of();
  }

  private Explainer explainer(PgCrossingLedger crossings) {
    return new Explainer(
        new PgSourceLedger(database),
        crossings,
        c -> Optional.empty(),
        s -> Opener.WITHOUT_KEYS,
        false);
  }

  private static Naming naming() {
    return new Naming(
        DOMAIN,
        BOT,
        name -> UserId.of("old_" + name, DOMAIN),
        u -> u.equals(BOT) || u.localpart().startsWith("old_"));
  }

  static ApiOptions options(ApiOptions.Token... tokens) {
    return new ApiOptions(List.of(tokens), List.of(), null, 0);
  }

  static ApiOptions.Token token(String name, Scope... scopes) {
    return new ApiOptions.Token(
        name, Secret.of(name + "-token"), Set.of(scopes), List.of("*"), List.of(), Set.of());
  }

  /** Ferry is no application service. */
  private static final class Nowhere implements ServiceDoor {
    @Override
    public Homeserver homeserver() {
      throw new ProvisionException(ProvisionException.Kind.CONFLICT, "no homeserver here");
    }

    @Override
    public boolean renewed(Homeserver refused) {
      return false;
    }

    @Override
    public Optional<Admin> admin() {
      return Optional.empty();
    }
  }

  int port() {
    return server.actualPort();
  }

  /** An answer with its JSON. */
  record Answer(int status, ObjectNode json, HttpResponse<String> whole) {
    String header(String name) {
      return whole.headers().firstValue(name).orElse("");
    }
  }

  Answer ask(
      String method, String path, @Nullable String token, @Nullable String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/api/v1" + path))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    request.timeout(Duration.ofSeconds(10));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (body != null && headers.length == 0) {
      request.header("Content-Type", "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
    String text = answer.body();
    return new Answer(
        answer.statusCode(), text.isEmpty() ? Json.object() : Json.parseObject(text), answer);
  }

  Answer get(String path, @Nullable String token) throws Exception {
    return ask("GET", path, token, null);
  }

  @Override
  public void close() {
    client.close();
    server.close().await();
    typing.close();
    stage.close();
    ledger.close();
    database.close();
    vertx.close().await();
  }
}
