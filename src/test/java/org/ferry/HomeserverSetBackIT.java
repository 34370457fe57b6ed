package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ferry.config.RegistrationFile;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
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
 * D-21: somebody brings back an older copy of the homeserver's database, and Ferry is ahead of it.
 */
class HomeserverSetBackIT {
  private static final String DOMAIN = "older.example.org";
  private static final String BOT = "@ferrybot:" + DOMAIN;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String UNREADABLE = "(unreadable)";
  private static final String SET_BACK = "does not know how far the device";

  private final TestPostgres.Db db = TestPostgres.ledger();
  private final DaemonConfig config = DaemonConfig.of(DOMAIN, db);
  private final String pickleKey = PickleKey.random().text().reveal();
  private final List<String> said = new ArrayList<>();
  @TempDir Path folder;
  private SynapseServer server;
  private String room = "";

  @BeforeEach
  void start() throws IOException {
    server = config.homeserver(folder);
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private FerryProcess ferry() {
    FerryProcess ferry =
        FerryProcess.ferry("run").in(folder).with("FERRY_PICKLE_KEY", pickleKey).start();
    assertThat(ferry.awaitLine(l -> l.contains("state=following"), LIMIT)).contains(BOT);
    UploadedKeys.await(db, BOT);
    return ferry;
  }

  private Peer peer(String name) {
    return Peer.register(PeerKind.NIO, folder, server, name);
  }

  private Path database() {
    return server.mediaStore().resolveSibling("homeserver.db");
  }

  /** Copies the database while the homeserver rests. */
  private Path keep() throws IOException {
    server.stop();
    Path copy = Files.copy(database(), folder.resolve("kept.db"));
    var unused = server.start();
    return copy;
  }

  private void putBack(Path copy) throws IOException {
    server.stop();
    Path unused = Files.copy(copy, database(), StandardCopyOption.REPLACE_EXISTING);
    var unusedToo = server.start();
  }

  private void say(Peer peer) {
    peer.sync();
    peer.rotate(room);
    said.add("secret " + said.size());
    String unused = peer.send(room, said.getLast());
  }

  /** The texts of the room that were made known, in their order. */
  private List<String> heard() {
    List<String> heard = new ArrayList<>();
    try (var connection = db.connect();
        var statement =
            connection.prepareStatement(
                "select convert_from(e.clear, 'UTF8') from ferry.live_release r"
                    + " join ferry.live_event e on e.pk = r.event"
                    + " where e.room = ? and e.type = 'm.room.encrypted' order by r.pos")) {
      statement.setString(1, room);
      var row = statement.executeQuery();
      while (row.next()) {
        String text = row.getString(1);
        heard.add(text == null ? UNREADABLE : LabClient.json(text).path("body").asText());
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    return heard;
  }

  private void awaitHeard(String text) {
    Wait.until(LIMIT, text, () -> heard().contains(text));
  }

  private long number(String sql) {
    try (var connection = db.connect();
        var row = connection.createStatement().executeQuery(sql)) {
      return row.next() ? row.getLong(1) : 0;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private String text(String sql) throws SQLException {
    try (var connection = db.connect();
        var row = connection.createStatement().executeQuery(sql)) {
      return row.next() ? row.getString(1) : "";
    }
  }

  private void meet(Peer alice, Peer... others) {
    room = alice.createEncryptedRoom(100, BOT);
    for (Peer other : others) {
      alice.invite(room, other.device().userId());
      other.join(room);
    }
    Rooms.awaitMember(alice.client(), room, BOT);
  }

  @Test
  void keysThatAreIssuedTwiceAreMendedAndLaterMessagesAreRead() throws Exception {
    try (Peer alice = peer("alice");
        Peer bob = peer("bob");
        Peer carol = peer("carol")) {
      Path kept;
      try (FerryProcess ferry = ferry()) {
        meet(alice, bob, carol);
        say(alice);
        awaitHeard(said.getLast());
        kept = keep();
        // Bob takes a one-time key, and Ferry makes another.
        say(bob);
        awaitHeard(said.getLast());
        Wait.until(LIMIT, "a new key", () -> number("select mark from ferry.olm_device") > 1);
        assertThat(ferry.out() + ferry.err()).doesNotContain(SET_BACK);
        ferry.terminate();
        assertThat(ferry.await(LIMIT).status()).isZero();
      }
      putBack(kept);
      // Carol is handed the key that Bob used.
      say(carol);
      String unused = said.removeLast();
      try (FerryProcess ferry = ferry()) {
        assertThat(ferry.awaitLine(SET_BACK)).contains(BOT);
        Wait.until(
            LIMIT,
            "a new session with Carol",
            () ->
                number("select count(*) from ferry.olm_unwedging where not wanted") == 1
                    && number("select count(*) from ferry.olm_queue") == 0);
        said.add(UNREADABLE);
        for (Peer peer : List.of(carol, bob)) {
          say(peer);
          awaitHeard(said.getLast());
        }
        // Once more, while Ferry runs.
        putBack(kept);
        for (Peer peer : List.of(bob, carol, alice)) {
          say(peer);
          awaitHeard(said.getLast());
        }
        assertThat(heard()).containsExactlyElementsOf(said);
        Wait.until(LIMIT, "word of both times", () -> setBacks(ferry) >= 2);
        assertThat(setBacks(ferry)).isEqualTo(2);
      }
    }
  }

  private static int setBacks(FerryProcess ferry) {
    return (ferry.out() + ferry.err()).split(SET_BACK, -1).length - 1;
  }

  /** A copy from the time when the bot's device had just been made, and had uploaded nothing. */
  @Test
  void keysAndIdentityThatAreMissingThereAreUploadedAgain() throws Exception {
    LabClient anna = server.register("anna", TestLab.PASSWORD, false);
    Path before = keep();
    try (FerryProcess ferry = ferry()) {
      Wait.until(LIMIT, "a signed device", () -> isSigned(anna));
      ferry.terminate();
      assertThat(ferry.await(LIMIT).status()).isZero();
    }
    putBack(before);
    makeDevice(text("select device_id from ferry.identity where user_id = '" + BOT + "'"));
    try (FerryProcess ferry = ferry()) {
      assertThat(ferry.awaitLine(SET_BACK)).contains(BOT);
      Wait.until(LIMIT, "the device and its identity", () -> isSigned(anna));
      assertThat(number("select count(*) from ferry.olm_device")).isEqualTo(1);
    }
  }

  /** What Ferry did there, up to the moment of the copy. */
  private void makeDevice(String device) throws IOException {
    LabClient service =
        LabClient.withToken(
            server.baseUrl(),
            BOT,
            RegistrationFile.read(folder.resolve("registration.yaml")).asToken());
    String bot = "?user_id=" + LabClient.esc(BOT);
    JsonNode unused =
        service.post(
            "/_matrix/client/v3/register",
            LabClient.json(
                """
                {"type": "m.login.application_service", "username": "ferrybot", "inhibit_login": true}
                """));
    int status =
        service
            .request("PUT", "/_matrix/client/v3/devices/" + device + bot, LabClient.json("{}"))
            .status();
    assertThat(status).isEqualTo(201);
  }

  private static boolean isSigned(LabClient anna) {
    JsonNode answer =
        anna.post(
            "/_matrix/client/v3/keys/query",
            LabClient.json("{\"device_keys\":{\"%s\":[]}}".formatted(BOT)));
    JsonNode devices = answer.path("device_keys").path(BOT);
    return answer.path("master_keys").path(BOT).path("user_id").asText().equals(BOT)
        && devices.size() == 1
        && devices.elements().next().path("signatures").path(BOT).size() == 2;
  }
}
