package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.lab.SynapseSettings.Database;
import org.ferry.testing.DaemonConfig;
import org.ferry.testing.FaultProxy;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.HttpFaultProxy.Seen;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the daemon makes of a bad network between the homeserver and itself (D-13, the link to the
 * application service), and of an as_token that the homeserver knows no longer (D-19).
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DaemonLinkIT {
  private static final String DOMAIN = "link.example.org";
  private static final String BOT = "@ferrybot:" + DOMAIN;
  private static final String LOST = "does not know Ferry's token";
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Duration WINDOW = Duration.ofMillis(1_200);
  private static final Duration WATCHED = Duration.ofSeconds(15);

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final TestPostgres.Db DB = TestPostgres.ledger();
  private static final String PICKLE_KEY = PickleKey.random().text().reveal();
  private static final int LISTEN = Ports.free();
  private static final FaultProxy WAY_BACK = FaultProxy.to("127.0.0.1", LISTEN);
  private static final DaemonConfig CONFIG =
      DaemonConfig.of(DOMAIN, DB).pushedBy(WAY_BACK.url(), LISTEN);

  @TempDir private static Path folder;
  private static SynapseServer server;
  private static HttpFaultProxy proxy;
  private static FerryProcess ferry;
  private static LabClient alice;
  private static String room;

  @BeforeAll
  static void start() throws Exception {
    Path registration = CONFIG.register(folder);
    server =
        TestLab.shared()
            .fresh(
                SynapseSettings.of("link", DOMAIN)
                    .on(Database.SQLITE)
                    .withAppServices(registration));
    proxy = HttpFaultProxy.to(server.baseUrl());
    CONFIG.write(folder, proxy.url());
    ferry = run();
    alice = server.register("alice", TestLab.PASSWORD, false);
    room = alice.createRoom(LabClient.json("{\"preset\":\"private_chat\"}"));
    alice.membership("invite", room, BOT, "");
    Wait.until(
        LIMIT,
        "the bot to follow",
        () -> number("select count(*) from ferry.followed_room where room = ?", room) == 1);
    Wait.until(LIMIT, "readiness", () -> status() == 200);
  }

  @AfterAll
  static void stop() throws IOException {
    ferry.close();
    proxy.close();
    WAY_BACK.close();
    server.stop();
  }

  private static FerryProcess run() {
    FerryProcess started =
        FerryProcess.ferry("run").in(folder).with("FERRY_PICKLE_KEY", PICKLE_KEY).start();
    assertThat(started.awaitLine("event=ping_ok")).isNotEmpty();
    return started;
  }

  @Test
  @Order(1)
  void everyMessageIsTakenOnceWhateverTheNetworkDoes() throws Exception {
    List<String> said = new ArrayList<>();
    for (Map.Entry<String, Consumer<FaultProxy>> fault : FaultyNetworkIT.faults().entrySet()) {
      fault.getValue().accept(WAY_BACK);
      said.add(alice.say(room, "first under " + fault.getKey()));
      boolean ended = ends(WINDOW);
      said.add(alice.say(room, "second under " + fault.getKey()));
      WAY_BACK.heal();
      assertThat(ended).as("ended under %s: %s", fault.getKey(), ferry.err()).isFalse();
    }
    said.add(alice.say(room, "after all of them"));
    Wait.until(LIMIT, "all of them", () -> told().containsAll(said));
    assertThat(told().stream().filter(said::contains)).containsExactlyElementsOf(said);
    assertThat(ferry.err()).doesNotContain("\tat ");
  }

  @Test
  @Order(2)
  void aTokenThatIsNotKnownAnyMoreIsSaidOnceAndNothingIsLost() throws Exception {
    Path registration = folder.resolve("registration.yaml");
    Path rotated = folder.resolve("rotated.yaml").toAbsolutePath();
    Files.writeString(
        rotated,
        Files.readString(registration)
            .replaceAll("as_token: .*", "as_token: \"another-one-by-now\""));
    var unused = server.reconfigure(s -> s.withAppServices(rotated));
    server.restart();
    String said = alice.say(room, "said meanwhile");
    assertThat(ferry.awaitLine(line -> line.contains(LOST), LIMIT)).contains("registration.yaml");
    Wait.until(LIMIT, "unreadiness", () -> status() == 503);
    Wait.until(
        LIMIT,
        "the transaction to be kept",
        () -> number("select count(*) from ferry.live_event where event = ?", said) == 1);
    int before = proxy.seen().size();
    assertThat(ends(WATCHED)).isFalse();
    // One asks in two minutes, besides those whose question waits since the homeserver stopped.
    assertThat(proxy.seen().stream().skip(before).map(Seen::path)).hasSizeLessThanOrEqualTo(4);
    assertThat(ferry.err().lines().filter(l -> l.contains(LOST))).hasSize(1);
    ferry.terminate();
    assertThat(ferry.await(LIMIT).status()).isZero();

    Files.writeString(registration, Files.readString(rotated));
    ferry = run();
    String later = alice.say(room, "said afterwards");
    Wait.until(LIMIT, "both of them", () -> told().containsAll(List.of(said, later)));
    assertThat(told()).doesNotHaveDuplicates();
    Wait.until(LIMIT, "readiness", () -> status() == 200);
  }

  /** Whether the daemon ends within a while. */
  private static boolean ends(Duration within) throws Exception {
    try {
      ProcessHandle unused = ferry.handle().onExit().get(within.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  private static int status() throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + CONFIG.api() + "/health/ready");
    return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()).statusCode();
  }

  private static long number(String sql, String value) throws SQLException {
    try (var connection = DB.connect();
        var statement = connection.prepareStatement(sql)) {
      statement.setString(1, value);
      var row = statement.executeQuery();
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /** The ids of all events that were made known, in their order. */
  private static List<String> told() throws SQLException {
    List<String> told = new ArrayList<>();
    try (var connection = DB.connect();
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    "select e.event from ferry.live_release r join ferry.live_event e on e.pk ="
                        + " r.event order by r.pos")) {
      while (rows.next()) {
        boolean unused = told.add(rows.getString(1));
      }
    }
    return told;
  }
}
