package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.live.sending.Outgoing;
import org.ferry.store.LetterBox;
import org.ferry.testing.DaemonConfig;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Rooms;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.ferry.testing.peers.Peer;
import org.ferry.testing.peers.PeerKind;
import org.ferry.webhook.Receiver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** D-22: somebody brings back the database of some time ago, and {@code ferry run} goes on. */
class DatabaseSetBackIT {
  private static final String DOMAIN = "back.example.org";
  private static final UserId BOT = new UserId("@ferrybot:" + DOMAIN);
  private static final UserId GHOST = new UserId("@old_berta:" + DOMAIN);
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final TestPostgres.Db db = TestPostgres.ledger();
  private final Vertx vertx = Vertx.vertx();
  private final Receiver receiver = new Receiver(vertx);
  private final DaemonConfig config = DaemonConfig.of(DOMAIN, db).with(webhook());
  private final TestPostgres.Db beside = TestPostgres.freshDatabase();
  private final String pickleKey = PickleKey.random().text().reveal();
  private final List<String> wanted = new ArrayList<>();
  @TempDir Path folder;
  private SynapseServer server;
  private Peer nina;
  private LabClient asNina;

  @BeforeEach
  void start() throws IOException {
    server = config.homeserver(folder);
    nina = Peer.register(PeerKind.NIO, folder, server, "nina");
    asNina = nina.client();
  }

  private String webhook() {
    return """
    webhooks: [{name: shop, url: "%s", secret: "%s", allow_private: ["127.0.0.1"]}]
    """
        .formatted(receiver.url(), Receiver.secret().reveal());
  }

  /** Every time that an event was posted as new. */
  private List<Receiver.Got> posts(String event) {
    return receiver.got().stream()
        .filter(g -> g.json().path("type").asText().equals("message.created"))
        .filter(g -> g.json().at("/data/event_id").asText().equals(event))
        .toList();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    nina.close();
    server.stop();
  }

  private interface Work {
    void with(FerryProcess ferry, LetterBox post) throws Exception;
  }

  /** Runs Ferry as long as something is done, and stops it as an administrator would. */
  private void running(Work work) throws Exception {
    FerryProcess.Run run = FerryProcess.ferry("run").in(folder).with("FERRY_PICKLE_KEY", pickleKey);
    try (FerryProcess ferry = run.start();
        LetterBox post = new LetterBox(db)) {
      assertThat(ferry.awaitLine(l -> l.contains("state=following"), LIMIT)).contains(BOT.value());
      work.with(ferry, post);
      ferry.terminate();
      assertThat(ferry.await(LIMIT).status()).isZero();
    }
  }

  private void copyDatabase(String from, String to) throws SQLException {
    try (var connection = beside.connect();
        var statement = connection.createStatement()) {
      boolean unused = statement.execute("drop database if exists \"" + to + "\"");
      unused = statement.execute("create database \"%s\" template \"%s\"".formatted(to, from));
    }
  }

  private String room() {
    String room = nina.createEncryptedRoom(100, BOT.value());
    Rooms.awaitMember(asNina, room, BOT.value());
    return room;
  }

  private void say(LetterBox post, String room, UserId... as) {
    for (UserId user : as) {
      String body = "words " + wanted.size();
      Outgoing out =
          new Outgoing(
              user,
              new RoomId(room),
              "m.room.message",
              LabClient.json("{\"msgtype\":\"m.text\"}").put("body", body),
              body);
      wanted.add(post.sending().send(out).event().value());
    }
  }

  @Test
  void noIndexIsUsedTwiceAndEverybodyReadsOn() throws Exception {
    List<String> rooms = new ArrayList<>();
    running((ferry, post) -> {
      rooms.add(room());
      say(post, rooms.getFirst(), BOT, GHOST, BOT, GHOST);
    });
    String kept = beside.database() + "_kept";
    copyDatabase(db.database(), kept);
    running((ferry, post) -> {
      // The bot's way to Nina's device moves, the ghost's session only.
      rooms.add(room());
      say(post, rooms.get(1), BOT);
      say(post, rooms.getFirst(), BOT, GHOST, GHOST, BOT, GHOST);
      assertThat(ferry.out() + ferry.err()).doesNotContain("it was set back");
      Wait.until(
          LIMIT, "the posts", () -> wanted.stream().noneMatch(event -> posts(event).isEmpty()));
    });
    // The first is of a room whose keys came after the backup as well.
    List<String> afterBackup = List.copyOf(wanted.subList(5, wanted.size()));
    assertThat(nina.await(rooms.getFirst(), Set.copyOf(wanted.subList(0, 4))).waiting()).isEmpty();
    copyDatabase(kept, db.database());
    running((ferry, post) -> {
      assertThat(ferry.awaitLine("it was set back")).contains(BOT.value());
      say(post, rooms.getFirst(), GHOST, BOT, GHOST, BOT);
      assertThat(ferry.awaitLine(l -> l.contains("set back") && l.contains("old_berta"), LIMIT))
          .contains("No key is used twice");
      // What the restored database does not know is told again, and receivers can tell.
      Wait.until(
          LIMIT,
          "posts of what came after the backup",
          () -> afterBackup.stream().allMatch(event -> posts(event).size() > 1));
    });
    assertThat(afterBackup)
        .allSatisfy(event -> assertThat(ids(posts(event))).hasSize(1))
        .doesNotHaveDuplicates();
    // Whoever asks again finds nothing wrong.
    running((ferry, post) -> {
      say(post, rooms.getFirst(), BOT, GHOST);
      assertThat(ferry.out() + ferry.err()).doesNotContain("it was set back");
    });
    List<JsonNode> sent = sent(rooms.getFirst());
    assertThat(sent).hasSize(15);
    assertThat(sent.stream().map(DatabaseSetBackIT::use)).doesNotHaveDuplicates();
    Set<String> inRoom = Set.copyOf(sent.stream().map(e -> e.path("event_id").asText()).toList());
    assertThat(nina.await(rooms.getFirst(), inRoom).waiting()).isEmpty();
  }

  private static Set<String> ids(List<Receiver.Got> posts) {
    return posts.stream().map(Receiver.Got::id).collect(Collectors.toSet());
  }

  private List<JsonNode> sent(String room) {
    return asNina.messages(room).stream()
        .filter(e -> e.path("type").asText().equals("m.room.encrypted"))
        .toList();
  }

  private static String use(JsonNode event) {
    JsonNode content = event.path("content");
    return content.path("session_id").asText()
        + " "
        + MegolmInbound.indexOf(content.path("ciphertext").asText());
  }
}
