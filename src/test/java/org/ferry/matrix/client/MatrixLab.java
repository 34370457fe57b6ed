package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.lab.SynapseSettings.Database;
import org.ferry.matrix.appservice.AppserviceRoutes;
import org.ferry.matrix.appservice.Namespaces;
import org.ferry.matrix.event.Json;
import org.ferry.testing.TestLab;

/** A real Synapse with an application service of its own, and a client of it. */
public final class MatrixLab implements AutoCloseable {
  /** Its domain. */
  public static final String DOMAIN = "client.example.org";

  /** The application service's id. */
  public static final String ID = "ferry-client";

  private static final Secret AS_TOKEN = Secret.of("as-" + UUID.randomUUID());
  private static final Secret HS_TOKEN = Secret.of("hs-" + UUID.randomUUID());

  private final Vertx vertx = Vertx.vertx();
  private final SynapseServer synapse;
  private final HttpServer listener;
  private final Homeserver homeserver;
  private final List<String> transactions = new CopyOnWriteArrayList<>();
  private volatile boolean failing;

  /**
   * Starts both.
   *
   * @param folder a name for the server's folder
   * @param devicesByPut whether the registration asks for MSC4190
   */
  public MatrixLab(String folder, boolean devicesByPut) throws IOException {
    int port = Ports.free();
    this.listener =
        vertx
            .createHttpServer()
            .requestHandler(routes().router(vertx))
            .listen(port, "127.0.0.1")
            .await();
    Path registration = Files.createTempFile("registration", ".yaml");
    Path unused = Files.writeString(registration, yaml(port, devicesByPut), StandardCharsets.UTF_8);
    this.synapse =
        TestLab.shared()
            .fresh(
                SynapseSettings.of(folder, DOMAIN)
                    .on(Database.SQLITE)
                    .withAppServices(registration)
                    .withExtraYaml("room_list_publication_rules: [{action: allow}]\n"));
    this.homeserver = client(AS_TOKEN);
  }

  private AppserviceRoutes routes() {
    Namespaces names =
        new Namespaces() {
          @Override
          public boolean knowsUser(UserId user) {
            return false;
          }

          @Override
          public boolean knowsAlias(RoomAlias alias) {
            return false;
          }
        };
    return new AppserviceRoutes(
        HS_TOKEN,
        (id, body) -> {
          if (failing) {
            throw new IllegalStateException("nothing can be stored now");
          }
          boolean unused = transactions.add(new String(body, StandardCharsets.UTF_8));
        },
        names);
  }

  private static String yaml(int port, boolean devicesByPut) {
    return """
    id: %s
    url: http://127.0.0.1:%d
    as_token: %s
    hs_token: %s
    sender_localpart: _ferry
    rate_limited: false
    io.element.msc4190: %s
    namespaces:
      users: [{exclusive: true, regex: '@old_.*:client\\.example\\.org'}]
      aliases: [{exclusive: false, regex: '#.*:client\\.example\\.org'}]
      rooms: []
    """
        .formatted(ID, port, AS_TOKEN.reveal(), HS_TOKEN.reveal(), devicesByPut);
  }

  /** Another client with this token. */
  public Homeserver client(Secret token) {
    return client(synapse.baseUrl(), token);
  }

  /** Another client of the application service, by way of a proxy. */
  public Homeserver through(URI proxy) {
    return client(proxy, AS_TOKEN);
  }

  private Homeserver client(URI address, Secret token) {
    return new Homeserver(
        vertx,
        HomeserverOptions.of(address.toString(), DOMAIN, token),
        Patience.of(Duration.ofMinutes(2)),
        InstantSource.system());
  }

  /** A client that goes another way, and gives up sooner. */
  public Homeserver client(URI address, Duration patience) {
    return new Homeserver(
        vertx,
        HomeserverOptions.of(address.toString(), DOMAIN, AS_TOKEN),
        Patience.of(patience),
        InstantSource.system());
  }

  /** A client with a person's own token. */
  public Homeserver personal(Secret token) {
    return Homeserver.personal(
        vertx,
        HomeserverOptions.of(synapse.baseUrl().toString(), DOMAIN, token),
        Patience.of(Duration.ofMinutes(2)),
        InstantSource.system());
  }

  /** The client. */
  public Homeserver homeserver() {
    return homeserver;
  }

  /** The server. */
  public SynapseServer synapse() {
    return synapse;
  }

  /** The bodies that came in. */
  public List<String> transactions() {
    return transactions;
  }

  /** Refuses transactions from now on, or takes them again; pings are answered all the same. */
  public void failing(boolean now) {
    failing = now;
  }

  /** A new user of the namespace. */
  public Intent ghost() {
    String name = "old_" + UUID.randomUUID().toString().substring(0, 8);
    Intent intent = homeserver.as(UserId.of(name, DOMAIN));
    boolean unused = intent.register(name);
    return intent;
  }

  static ObjectNode text(String body) {
    return Json.object().put("msgtype", "m.text").put("body", body);
  }

  static RoomId room(Intent owner) {
    return owner.createRoom(Json.object().put("preset", "public_chat"));
  }

  @Override
  public void close() {
    homeserver.close();
    listener.close().await();
    vertx.close().await();
    synapse.stop();
  }
}
