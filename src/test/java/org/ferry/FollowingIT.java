package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.testing.DaemonConfig;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Rooms;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ferry run} follows rooms of a real homeserver: by transactions, and what those lose. */
class FollowingIT {
  private static final String DOMAIN = "follow.example.org";
  private static final String BOT = "@ferrybot:" + DOMAIN;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final TestPostgres.Db db = TestPostgres.ledger();
  private final DaemonConfig config = DaemonConfig.of(DOMAIN, db);
  @TempDir Path folder;
  private SynapseServer server;
  private LabClient alice;

  @BeforeEach
  void start() throws IOException {
    server = config.homeserver(folder);
    alice = server.register("alice", TestLab.PASSWORD, false);
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private FerryProcess run() {
    return FerryProcess.ferry("run").in(folder).start();
  }

  /** The bodies of messages that were made known, in their order. */
  private List<String> heard(String room) {
    List<String> heard = new ArrayList<>();
    try (var connection = db.connect();
        var statement =
            connection.prepareStatement(
                "select convert_from(e.raw, 'UTF8') from ferry.live_release r"
                    + " join ferry.live_event e on e.pk = r.event"
                    + " where e.room = ? and e.type = 'm.room.message' order by r.pos")) {
      statement.setString(1, room);
      var row = statement.executeQuery();
      while (row.next()) {
        heard.add(LabClient.json(row.getString(1)).path("content").path("body").asText());
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    return heard;
  }

  private void awaitHeard(String room, List<String> expected) {
    Wait.until(LIMIT, expected.size() + " messages", () -> heard(room).size() >= expected.size());
    assertThat(heard(room)).containsExactlyElementsOf(expected);
  }

  @Test
  void whatIsSaidInARoomThatTheBotWasInvitedToIsHeardOnceInOrder() throws Exception {
    List<String> said = new ArrayList<>();
    String room;
    try (FerryProcess ferry = run()) {
      assertThat(ferry.awaitLine("event=ping_ok")).isNotEmpty();
      room = Rooms.with(alice, BOT);
      for (int i = 0; i < 20; i++) {
        said.add("message " + i);
        alice.say(room, said.getLast());
      }
      awaitHeard(room, said);
      Wait.until(
          LIMIT,
          "what is taken up to be emptied",
          () -> number("select count(*) from ferry.inbox_transaction where body <> '{}'") == 0);
      ferry.terminate();
      assertThat(ferry.await(LIMIT).status()).isZero();
    }
    for (int i = 20; i < 30; i++) {
      said.add("message " + i);
      alice.say(room, said.getLast());
    }
    try (FerryProcess ferry = run()) {
      assertThat(ferry.awaitLine("event=leading")).isNotEmpty();
      awaitHeard(room, said);
    }
  }

  private long number(String sql) throws SQLException {
    try (var connection = db.connect();
        var row = connection.createStatement().executeQuery(sql)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /** F3: what waits behind a transaction in flight is lost when Synapse dies. */
  @Test
  void whatAHomeserverLosesWhenItDiesIsBroughtFromTheTimeline() throws Exception {
    List<String> said = new ArrayList<>();
    String room;
    try (FerryProcess ferry = run()) {
      assertThat(ferry.awaitLine("event=ping_ok")).isNotEmpty();
      room = Rooms.with(alice, BOT);
      said.add("before");
      alice.say(room, "before");
      awaitHeard(room, said);
    }
    // Killed without a word: what is said now is pushed to nobody, and the server dies with it.
    for (int i = 0; i < 6; i++) {
      said.add("lost " + i);
      alice.say(room, said.getLast());
    }
    server.kill();
    var unused = server.start();
    said.add("after");
    alice.say(room, "after");
    try (FerryProcess ferry = run()) {
      assertThat(ferry.awaitLine("event=leading")).isNotEmpty();
      awaitHeard(room, said);
    }
  }

  @Test
  void anInvitationThatTheRuleDoesNotAllowIsLeftAlone() throws Exception {
    config
        .with(
            "accounts: [{user: \"%s\", invites: {from: [\"@bob:*\"], rooms: [\"Shop*\"]}}]"
                .formatted(BOT))
        .write(folder, server.baseUrl());
    String room = alice.createRoom(LabClient.json("{\"preset\":\"private_chat\"}"));
    try (FerryProcess ferry = run()) {
      assertThat(ferry.awaitLine("event=ping_ok")).isNotEmpty();
      alice.membership("invite", room, BOT, "");
      assertThat(ferry.awaitLine("event=invitation_left")).contains(room, alice.userId());
      alice.say(room, "secret of a room that nobody follows");
      LabClient bob = server.register("bob", TestLab.PASSWORD, false);
      String family =
          bob.createRoom(LabClient.json("{\"preset\":\"private_chat\",\"name\":\"Family\"}"));
      bob.membership("invite", family, BOT, "");
      assertThat(ferry.awaitLine("room=" + family)).contains("event=invitation_left", bob.userId());
      String other =
          bob.createRoom(LabClient.json("{\"preset\":\"private_chat\",\"name\":\"Shop 1\"}"));
      bob.membership("invite", other, BOT, "");
      assertThat(ferry.awaitLine("event=room_followed")).contains(other);
      bob.say(other, "heard");
      awaitHeard(other, List.of("heard"));
      assertThat(heard(room)).isEmpty();
    }
    assertThat(alice.state(room, "m.room.member", BOT).path("membership").asText())
        .isEqualTo("invite");
  }
}
