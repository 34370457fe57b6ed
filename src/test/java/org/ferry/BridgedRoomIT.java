package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.live.message.Shapes;
import org.ferry.testing.DaemonConfig;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Rooms;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.UploadedKeys;
import org.ferry.testing.Wait;
import org.ferry.testing.peers.Peer;
import org.ferry.testing.peers.PeerKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An encrypted conversation that a bridge brought from Instagram, followed as the account whose it
 * is: what is told of it, with the built program and a real homeserver.
 */
class BridgedRoomIT {
  private static final String DOMAIN = "bridged.example.org";
  private static final String CAROL = "@carol:" + DOMAIN;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final TestPostgres.Db db = TestPostgres.ledger();
  private final DaemonConfig config = DaemonConfig.of(DOMAIN, db).on("${DATABASE_URL:-embedded}");
  private final String pickleKey = PickleKey.random().text().reveal();
  @TempDir Path folder;
  private SynapseServer server;

  @BeforeEach
  void start() throws IOException {
    server = config.homeserver(folder);
    Files.writeString(folder.resolve("carol.password"), TestLab.PASSWORD.reveal());
    config
        .with(
            "accounts: [{user: \"%s\", password_file: carol.password, invites: {from: [\"@instagram*:*\"]}}]"
                .formatted(CAROL))
        .write(folder, server.baseUrl());
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private FerryProcess.Run ferry(String... arguments) {
    return FerryProcess.ferry(arguments)
        .in(folder)
        .with("FERRY_PICKLE_KEY", pickleKey)
        .with("DATABASE_URL", db.url());
  }

  private Peer peer(String user) {
    return Peer.login(
        PeerKind.NIO,
        folder.resolve(user.substring(1, user.indexOf(':'))),
        server.baseUrl(),
        user,
        TestLab.PASSWORD);
  }

  /** What was told, each as its schema says. */
  private List<JsonNode> told() {
    List<JsonNode> told = new ArrayList<>();
    try (var connection = db.connect();
        var row =
            connection
                .createStatement()
                .executeQuery(
                    "select type, data from ferry.live_message where data is not null order by pos")) {
      while (row.next()) {
        ObjectNode body =
            LabClient.json("{}")
                .put("type", row.getString(1))
                .put("timestamp", "2026-01-01T00:00:00Z");
        JsonNode unused = body.set("data", LabClient.json(row.getString(2)));
        Shapes.check(row.getString(1), body);
        told.add(body);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    return told;
  }

  private List<JsonNode> messages(int count) {
    Wait.until(LIMIT, count + " messages", () -> messages().size() >= count);
    return messages();
  }

  private List<JsonNode> messages() {
    return told().stream().filter(m -> m.path("type").asText().startsWith("message.")).toList();
  }

  private void bridge(Peer ghost, String room) {
    String content =
        """
        {"bridgebot":"@instagrambot:%s","protocol":{"id":"instagramgo","displayname":"Instagram"},
         "channel":{"id":"4711","fi.mau.receiver":"815"}}
        """
            .formatted(DOMAIN);
    String unused =
        ghost.client().setState(room, "m.bridge", "go.mau/instagram", LabClient.json(content));
  }

  @Test
  void messagesOfABridgedRoomAreToldWithNetworkDirectionAndTrust() throws Exception {
    LabClient unused = server.register("carol", TestLab.PASSWORD, false);
    String contact = server.register("instagram_4711", TestLab.PASSWORD, false).userId();
    String myself = server.register("instagram_815", TestLab.PASSWORD, false).userId();
    try (Peer ghost = peer(contact);
        FerryProcess ferry = ferry("run").start()) {
      assertThat(ferry.awaitLine("user=" + CAROL + " state=following")).isNotEmpty();
      UploadedKeys.await(db, CAROL);
      String room = ghost.createEncryptedRoom(100, CAROL);
      bridge(ghost, room);
      Rooms.awaitMember(ghost.client(), room, CAROL);
      ghost.sync();
      String asked = ghost.send(room, "Is it still there?");
      JsonNode first = messages(1).getFirst();
      assertThat(first.path("type").asText()).isEqualTo("message.created");
      JsonNode data = first.path("data");
      assertThat(data.path("event_id").asText()).isEqualTo(asked);
      assertThat(data.path("body").asText()).isEqualTo("Is it still there?");
      assertThat(data.at("/room/network").asText()).isEqualTo("instagram");
      assertThat(data.at("/sender/network").asText()).isEqualTo("instagram");
      assertThat(data.at("/sender/remote_id").asText()).isEqualTo("4711");
      assertThat(data.path("direction").asText()).isEqualTo("incoming");
      assertThat(data.path("encrypted").asBoolean()).isTrue();
      assertThat(data.path("trust").asText()).isEqualTo("unverified");
      assertThat(types()).startsWith("room.created", "member.joined");

      // Our own ghost says what we wrote in the other network's app.
      ghost.client().membership("invite", room, myself, "");
      try (Peer own = peer(myself)) {
        String unusedRoom = own.client().join(room);
        own.sync();
        String unusedEvent = own.send(room, "Yes, it is.");
        JsonNode answer = messages(2).getLast().path("data");
        assertThat(answer.path("body").asText()).isEqualTo("Yes, it is.");
        assertThat(answer.path("direction").asText()).isEqualTo("outgoing");
        assertThat(answer.at("/sender/is_me").asBoolean()).isTrue();
      }
      asked(room, asked);
      ferry.terminate();
      assertThat(ferry.await(LIMIT).status()).isZero();
    }
    assertThat(ferry("forget", "--content", "--yes").run().status()).isZero();
    assertThat(told()).isEmpty();
  }

  private List<String> types() {
    return told().stream().map(m -> m.path("type").asText()).toList();
  }

  /** What a person who asks is told. */
  private void asked(String room, String event) {
    FerryProcess.Result rooms = ferry("rooms", "--json").run();
    JsonNode one = LabClient.json(rooms.out()).path("rooms").path(0);
    assertThat(one.path("id").asText()).isEqualTo(room);
    assertThat(one.path("network").asText()).isEqualTo("instagram");
    assertThat(one.path("encrypted").asBoolean()).isTrue();
    assertThat(one.path("keys").asLong()).isPositive();
    FerryProcess.Result explained = ferry("explain", event).run();
    assertThat(explained.status()).as(explained.toString()).isZero();
    assertThat(explained.out()).contains("live event, room " + room, "message.created at ");
    assertThat(ferry("status").run().out()).contains("live events:", "messages told");
  }
}
