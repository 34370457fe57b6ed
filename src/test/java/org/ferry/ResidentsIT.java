package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.FerryProcess.Result;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.elder.ElderFacts;
import org.ferry.testing.elder.SecondDump;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** History in a room where people are, as the accounts that they log in to. */
class ResidentsIT {
  private static final String DOMAIN = "residents.example.org";

  @TempDir static Path folder;

  private static SecondDump dump;
  private static ElderFacts facts;
  private static SynapseServer server;
  private static LabClient admin;

  @BeforeAll
  static void prepare() throws IOException {
    dump = SecondDump.shared();
    facts = dump.facts();
    configure("http://127.0.0.1:1", Ports.free());
    server = TestLab.shared().registered(folder, SynapseSettings.of("residents", DOMAIN));
    admin = server.register("overseer", TestLab.PASSWORD, true);
    configure(server.baseUrl().toString(), Ports.free());
  }

  @AfterAll
  static void stop() {
    server.stop();
  }

  private static void configure(String address, int port) throws IOException {
    TestPostgres.Db db = TestPostgres.ledger();
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        homeserver: {address: "%s", domain: %s}
        appservice: {address: "http://127.0.0.1:%d", listen: "127.0.0.1:%d"}
        database: {url: "postgresql://%s:%s@%s:%d/%s"}
        space: "#here:%s"
        create_space: true
        identities:
          mode: account
          overrides: {"%s": "@dan:%s", "%s": "@ben:%s"}
        """
            .formatted(
                address,
                DOMAIN,
                port,
                port,
                db.user(),
                LabClient.esc(db.password().reveal()),
                db.host(),
                db.port(),
                db.database(),
                DOMAIN,
                facts.user("dan"),
                DOMAIN,
                facts.user("ben"),
                DOMAIN));
  }

  private static Result must(int status, String... arguments) {
    Result result = FerryProcess.ferry(arguments).in(folder).run();
    assertThat(result.status()).as(String.join(" ", arguments) + "\n" + result).isEqualTo(status);
    return result;
  }

  /** The gate's history has somebody enter and be banned, and somebody come and go. */
  @Test
  void peopleAreWhatTheyWereWhenTheHistoryStands() throws IOException {
    LabClient dan = server.register("dan", TestLab.PASSWORD, false);
    LabClient ben = server.register("ben", TestLab.PASSWORD, false);
    String gate =
        admin.createRoom(LabClient.json("{\"preset\":\"public_chat\",\"name\":\"Gate\"}"));
    dan.join(gate);
    ben.join(gate);
    JsonNode called = LabClient.json("{\"membership\":\"join\",\"displayname\":\"Dan of here\"}");
    var unused = dan.setState(gate, "m.room.member", dan.userId(), called);
    String sql = dump.sql().toAbsolutePath().toString();
    var unusedRead = must(0, "analyze", sql, "--media", dump.media().toAbsolutePath().toString());
    plan(gate);
    ObjectNode before = members(gate);
    var unusedRun = must(0, "migrate", "--yes", "--rooms", facts.room("gate"));
    assertThat(membership(gate, "ivo")).as("banned on the old server").isEqualTo("leave");
    assertThat(membership(gate, "ann")).isEqualTo("join");
    assertThat(state(gate, "dan").path("displayname").asText()).isEqualTo("Dan of here");
    assertThat(state(gate, "ben").path("displayname").asText()).isEqualTo("ben");
    assertThat(admin.messages(gate).toString()).contains("spam", "quiet now");
    // One row of this dump contradicts itself; of the room there is nothing to say.
    assertThat(must(1, "verify").out()).contains(": 1 difference\n").doesNotContain("Gate (");
    var unusedBack = must(0, "rollback", "--yes");
    assertThat(members(gate)).isEqualTo(before);
  }

  private static void plan(String gate) throws IOException {
    var unused = must(0, "plan");
    admin.membership("invite", gate, "@ferrybot:" + DOMAIN, "");
    JsonNode levels = admin.state(gate, "m.room.power_levels", "");
    ((ObjectNode) levels.path("users")).put("@ferrybot:" + DOMAIN, 100);
    String unusedId = admin.setState(gate, "m.room.power_levels", "", levels);
    Path file = folder.resolve("plan.yaml");
    String text = Files.readString(file);
    int from = text.indexOf("  - id: \"" + facts.room("gate") + "\"");
    String block = text.substring(from);
    Files.writeString(
        file,
        text.substring(0, from)
            + block.replaceFirst("action: create", "action: reuse\n    target: \"" + gate + "\""));
  }

  private static JsonNode state(String room, String name) {
    return admin.state(room, "m.room.member", "@" + name + ":" + DOMAIN);
  }

  private static String membership(String room, String name) {
    return state(room, name).path("membership").asText();
  }

  /** Whoever is in the room, and how they are called there; the bot was invited, and stays. */
  private static ObjectNode members(String room) {
    String path = "/_matrix/client/v3/rooms/" + LabClient.esc(room) + "/joined_members";
    ObjectNode joined = (ObjectNode) admin.get(path).path("joined");
    return joined.without(List.of("@ferrybot:" + DOMAIN));
  }
}
