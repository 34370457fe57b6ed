package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.lab.SynapseSettings.Database;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Tier;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What three daemons on one database do with transactions (D-01, D-02, D-03, D-07, D-08): a room of
 * a real homeserver, and transactions of it that this test writes itself, because no homeserver can
 * be made to repeat, to spoil and to hurry at will.
 */
class InboxIT {
  private static final String DOMAIN = "inbox.example.org";
  private static final String BOT = "@ferrybot:" + DOMAIN;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int REPLICAS = 3;

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final TestPostgres.Db DB = TestPostgres.ledger();
  private static final List<Integer> PORTS = new ArrayList<>();
  private static final List<FerryProcess> FERRIES = new ArrayList<>();
  @TempDir private static Path folder;
  private static SynapseServer server;
  private static LabClient alice;
  private static String hsToken;
  private static String room;

  @BeforeAll
  static void start() throws Exception {
    IntStream.range(0, REPLICAS + 1).forEach(i -> PORTS.add(Ports.free()));
    Path first = configure(0, URI.create("http://127.0.0.1:1"));
    Registration registration = Registration.fresh(new ConfigLoader(Map.of(), first).load(null));
    hsToken = registration.hsToken().reveal();
    RegistrationFile.write(folder.resolve("registration.yaml"), registration);
    server =
        TestLab.shared()
            .fresh(
                SynapseSettings.of("inbox", DOMAIN)
                    .on(Database.SQLITE)
                    .withAppServices(folder.resolve("registration.yaml").toAbsolutePath()));
    alice = server.register("alice", TestLab.PASSWORD, false);
    for (int i = 0; i < REPLICAS; i++) {
      FerryProcess unused = daemon(i);
    }
    room = alice.createRoom(LabClient.json("{\"preset\":\"private_chat\"}"));
    alice.membership("invite", room, BOT, "");
    Wait.until(
        LIMIT, "the bot to follow", () -> number("select count(*) from ferry.followed_room") == 1);
  }

  @AfterAll
  static void stop() {
    FERRIES.forEach(FerryProcess::close);
    server.stop();
  }

  private static Path configure(int replica, URI homeserver) throws IOException {
    Path home = Files.createDirectories(folder.resolve("replica-" + replica));
    Files.writeString(
        home.resolve("config.yaml"),
        """
        homeserver: {address: "%s", domain: %s}
        appservice: {address: "http://127.0.0.1:%d", listen: "127.0.0.1:%d", registration: ../registration.yaml}
        api: {listen: "127.0.0.1:%d"}
        database: {url: "postgresql://%s:%s@%s:%d/%s", pool_size: 5}
        """
            .formatted(
                homeserver,
                DOMAIN,
                PORTS.getFirst(),
                PORTS.get(replica),
                Ports.free(),
                DB.user(),
                DB.password().reveal(),
                DB.host(),
                DB.port(),
                DB.database()));
    return home;
  }

  private static FerryProcess daemon(int replica) throws IOException {
    FerryProcess ferry = FerryProcess.ferry("run").in(configure(replica, server.baseUrl())).start();
    FERRIES.add(ferry);
    assertThat(ferry.awaitLine(line -> line.contains("listening for the homeserver"), LIMIT))
        .isNotEmpty();
    return ferry;
  }

  private static long number(String sql) throws SQLException {
    try (var connection = DB.connect();
        var row = connection.createStatement().executeQuery(sql)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /** Bodies made known whose event id begins with a prefix, in their order. */
  private static List<String> told(String prefix) throws SQLException {
    List<String> told = new ArrayList<>();
    try (var connection = DB.connect();
        var statement =
            connection.prepareStatement(
                "select e.event from ferry.live_release r join ferry.live_event e on e.pk = r.event"
                    + " where e.event like ? order by r.pos")) {
      statement.setString(1, prefix + "%");
      var rows = statement.executeQuery();
      while (rows.next()) {
        told.add(rows.getString(1));
      }
    }
    return told;
  }

  private static String event(String id) {
    return """
    {"type":"m.room.message","room_id":"%s","event_id":"%s","sender":"%s","origin_server_ts":1700000000000,"content":{"msgtype":"m.text","body":"%s"}}\
    """
        .formatted(room, id, alice.userId(), id);
  }

  private static CompletableFuture<Integer> put(int replica, String txn, byte[] body) {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:%d/_matrix/app/v1/transactions/%s"
                        .formatted(PORTS.get(replica), txn)))
            .header("Authorization", "Bearer " + hsToken)
            .PUT(BodyPublishers.ofByteArray(body))
            .build();
    return HTTP.sendAsync(request, BodyHandlers.discarding()).thenApply(r -> r.statusCode());
  }

  private static int put(String txn, String body) {
    return put(0, txn, body.getBytes(StandardCharsets.UTF_8)).join();
  }

  @Test
  void oneTransactionHandedToThreeAtOnceHasOneEffect() throws Exception {
    int count = Tier.Count.SHARED_TRANSACTIONS.now();
    for (int i = 0; i < count; i++) {
      String events = "\"events\":[" + event("$shared-%06d".formatted(i)) + "]";
      byte[] one = ("{" + events + ",\"ephemeral\":[]}").getBytes(StandardCharsets.UTF_8);
      byte[] other = ("{\"ephemeral\":[]," + events + "}").getBytes(StandardCharsets.UTF_8);
      String txn = "shared-" + i;
      assertThat(Stream.of(put(0, txn, one), put(1, txn, one), put(2, txn, other)))
          .allSatisfy(answer -> assertThat(answer.join()).isEqualTo(200));
    }
    Wait.until(LIMIT, "all of them", () -> told("$shared-").size() >= count);
    assertThat(told("$shared-")).hasSize(count).doesNotHaveDuplicates();
  }

  /** One works on rooms, and two hear of what it does not take itself. */
  @Test
  void whoeverTakesATransactionItIsWorkedOnAtOnce() throws Exception {
    for (int replica = 0; replica < REPLICAS; replica++) {
      List<Duration> took = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        String id = "$near-%d-%d".formatted(replica, i);
        byte[] body = transaction(List.of(event(id))).getBytes(StandardCharsets.UTF_8);
        Instant before = Instant.now();
        assertThat(put(replica, "near-" + replica + "-" + i, body).join()).isEqualTo(200);
        Wait.until(LIMIT, "it", () -> told(id).size() == 1);
        took.add(Duration.between(before, Instant.now()));
      }
      assertThat(took.stream().sorted().toList().get(2))
          .as("replica %d: %s", replica, took)
          .isLessThan(Duration.ofMillis(600));
    }
  }

  @Test
  void whatIsSentAgainYearsLaterIsNoNews() throws Exception {
    int count = Tier.Count.OLD_EVENTS.now();
    List<String> all =
        IntStream.range(0, count).mapToObj(i -> event("$old-%06d".formatted(i))).toList();
    for (int i = 0; i < count; i += 100) {
      assertThat(put("first-" + i, transaction(all.subList(i, i + 100)))).isEqualTo(200);
    }
    Wait.until(LIMIT, "all of them", () -> told("$old-").size() == count);
    long released = number("select max(pos) from ferry.live_release");
    long events = number("select count(*) from ferry.live_event");
    for (int i = 0; i < count; i += 100) {
      assertThat(put("again-" + i, transaction(all.subList(i, i + 100)))).isEqualTo(200);
    }
    assertThat(put("behind-them", transaction(List.of(event("$behind"))))).isEqualTo(200);
    Wait.until(LIMIT, "what came after them", () -> told("$behind").size() == 1);
    assertThat(number("select max(pos) from ferry.live_release")).isEqualTo(released + 1);
    assertThat(number("select count(*) from ferry.live_event")).isEqualTo(events + 1);
  }

  private static String transaction(List<String> events) {
    return "{\"events\":[" + String.join(",", events) + "]}";
  }

  /** A legal transaction at its largest: 100 events and 100 messages to devices of 65 kB each. */
  @Test
  void theLargestLegalTransactionIsTaken() throws Exception {
    String filling = "x".repeat(64_000);
    List<String> events =
        IntStream.range(0, 100)
            .mapToObj(i ->
                event("$large-%03d".formatted(i))
                    .replace("m.text\"", "m.text\",\"f\":\"" + filling + "\""))
            .toList();
    String device =
        "{\"type\":\"m.dummy\",\"sender\":\"%s\",\"content\":{\"f\":\"%s\"}}"
            .formatted(alice.userId(), filling);
    String body =
        "{\"events\":[%s],\"de.sorunome.msc2409.to_device\":[%s]}"
            .formatted(
                String.join(",", events),
                String.join(",", java.util.Collections.nCopies(100, device)));
    assertThat(body.length()).isGreaterThan(12_800_000);
    assertThat(put("large", body)).isEqualTo(200);
    Wait.until(LIMIT, "all of them", () -> told("$large-").size() == 100);
  }

  /** Each in a transaction of its own, and each followed by an honest message. */
  @Test
  void poisonStopsNothing() throws Exception {
    List<String> poison = new Poison(room, alice.userId()).events();
    assertThat(poison).hasSizeGreaterThanOrEqualTo(40);
    for (int i = 0; i < poison.size(); i++) {
      String honest = "$honest-%03d".formatted(i);
      assertThat(put("poison-" + i, transaction(List.of(poison.get(i), event(honest)))))
          .as(poison.get(i))
          .isEqualTo(200);
    }
    for (String broken :
        List.of("", "{", "[]", "null", "{\"events\":{}}", "{\"events\":[1,null]}")) {
      assertThat(put("broken-" + broken.hashCode(), broken)).as(broken).isEqualTo(200);
    }
    Wait.until(LIMIT, "every honest message", () -> told("$honest-").size() == poison.size());
    assertThat(told("$honest-")).isSorted();
  }

  @Test
  void whatWasAnsweredSurvivesAKillRightAfter() throws Exception {
    Set<String> answered = new ConcurrentSkipListSet<>();
    Random random = new Random(7);
    for (int kill = 0; kill < Tier.Count.INBOX_KILLS.now(); kill++) {
      FerryProcess ferry = daemon(REPLICAS);
      int round = kill;
      int enough = answered.size() + 20 + random.nextInt(20);
      Thread homeserver =
          Thread.ofVirtual()
              .start(() -> {
                int n = 0;
                while (send("kill-%04d-%06d".formatted(round, n++), answered)) {
                  // reason: it goes on until nobody answers any more.
                }
              });
      Wait.until(LIMIT, "answers", () -> answered.size() >= enough);
      ferry.kill();
      homeserver.join();
    }
    assertThat(kept()).containsAll(answered);
  }

  private static boolean send(String txn, Set<String> answered) {
    try {
      byte[] body = transaction(List.of(event("$" + txn))).getBytes(StandardCharsets.UTF_8);
      boolean taken = put(REPLICAS, txn, body).join() == 200;
      return taken && answered.add(txn);
    } catch (java.util.concurrent.CompletionException e) {
      return false;
    }
  }

  private static Set<String> kept() throws SQLException {
    Set<String> kept = new TreeSet<>();
    try (var connection = DB.connect();
        var rows =
            connection
                .createStatement()
                .executeQuery("select txn_id from ferry.inbox_transaction where kept = 1")) {
      while (rows.next()) {
        kept.add(rows.getString(1));
      }
    }
    return kept;
  }
}
