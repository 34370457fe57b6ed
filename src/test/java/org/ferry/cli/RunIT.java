package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.lab.SynapseSettings.Database;
import org.ferry.testing.DaemonConfig;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon, as a process, with a real homeserver that talks to it. */
class RunIT {
  private static final String DOMAIN = "run.example.org";
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final HttpClient http = HttpClient.newHttpClient();
  private final TestPostgres.Db db = TestPostgres.freshDatabase();
  private final DaemonConfig config = DaemonConfig.of(DOMAIN, db);
  @TempDir Path folder;

  private FerryProcess start() {
    return FerryProcess.ferry("run").in(folder).start();
  }

  private int status(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + config.api() + path);
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()).statusCode();
  }

  private String text(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + config.api() + path);
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
  }

  @Test
  void takesWhatARealHomeserverSendsAndEndsCleanly() throws Exception {
    Path registration = config.register(folder);
    SynapseServer server =
        TestLab.shared()
            .fresh(
                SynapseSettings.of("run", DOMAIN)
                    .on(Database.SQLITE)
                    .withAppServices(registration));
    config.write(folder, server.baseUrl());
    try (FerryProcess ferry = start()) {
      assertThat(ferry.awaitLine("event=ping_ok")).contains("http://127.0.0.1:" + config.listen());
      assertThat(status("/health/live")).isEqualTo(200);
      Wait.until(LIMIT, "readiness", () -> status("/health/ready") == 200);
      assertThat(text("/metrics"))
          .contains("ferry_ready{check=\"homeserver\"} 1.0", "ferry_ready{check=\"way_back\"} 1.0");

      LabClient alice = server.register("alice", TestLab.PASSWORD, false);
      String room = alice.createRoom(LabClient.json("{}"));
      // Somebody of Ferry's namespace, not its bot, which would follow the invitation.
      alice.membership("invite", room, "@old_bob:" + DOMAIN, "");
      Wait.until(LIMIT, "a transaction", () -> text("/health/ready").contains("last transaction"));
      Wait.until(LIMIT, "the invitation to a room that nobody carries to go", () -> dropped() > 0);
      Wait.until(LIMIT, "all taken up", () -> kept() == 0);
      assertThat(number("select count(*) from ferry.live_event where room = '" + room + "'"))
          .isZero();

      ferry.terminate();
      FerryProcess.Result end = ferry.await(LIMIT);
      assertThat(end.status()).as(end.toString()).isZero();
      assertThat(end.err()).contains("everything that was taken is kept").doesNotContain("\tat ");
    } finally {
      server.stop();
    }
  }

  private long dropped() throws SQLException {
    return number("select sum(dropped) from ferry.inbox_transaction");
  }

  /** Rows whose body holds anything, which is nothing once Ferry's own memberships are taken up. */
  private long kept() throws SQLException {
    return number("select count(*) from ferry.inbox_transaction where body <> '{}'");
  }

  private long number(String sql) throws SQLException {
    try (var connection = db.connect();
        var row = connection.createStatement().executeQuery(sql)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /** A collector of logs takes every line as JSON or none. */
  @Test
  void saysEverythingInJsonWhereTheLogIsJson() throws Exception {
    Path unusedRegistration = config.register(folder);
    config
        .with("logging: {format: json}")
        .write(folder, URI.create("http://127.0.0.1:" + Ports.free()));
    try (FerryProcess ferry = start()) {
      assertThat(ferry.awaitLine("/health/ready")).isNotEmpty();
      FerryProcess.Result second = FerryProcess.ferry("run").in(folder).run();
      assertThat(messages(second.err())).anyMatch(m -> m.contains("appservice.listen"));
      ferry.terminate();
      assertThat(messages(ferry.await(LIMIT).err())).anyMatch(m -> m.contains("is kept"));
    }
  }

  private static List<String> messages(String log) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> messages = new ArrayList<>();
    for (String line : log.lines().toList()) {
      messages.add(json.readTree(line).path("message").asText());
    }
    return messages;
  }

  @Test
  void waitsForAHomeserverThatIsNotThereAndSaysSoOnce() throws Exception {
    try (var connection = db.connect();
        var statement = connection.createStatement()) {
      boolean unused =
          statement.execute(
              "alter database \"%s\" set synchronous_commit = off".formatted(db.database()));
    }
    Path unusedRegistration = config.register(folder);
    config.write(folder, URI.create("http://127.0.0.1:" + Ports.free()));
    try (FerryProcess ferry = start()) {
      assertThat(ferry.awaitLine("event=ping_failed")).contains("is the homeserver running?");
      assertThat(ferry.awaitLine("/health/ready")).isNotEmpty();
      assertThat(ferry.err()).contains("event=database_forgets synchronous_commit is off");
      assertThat(status("/health/live")).isEqualTo(200);
      assertThat(status("/health/ready")).isEqualTo(503);

      FerryProcess.Result second = FerryProcess.ferry("run").in(folder).run();
      assertThat(second.status()).isEqualTo(1);
      assertThat(second.err())
          .contains("listens on 127.0.0.1:" + config.listen(), "appservice.listen");

      ferry.terminate();
      assertThat(ferry.await(LIMIT).status()).isZero();
      assertThat(ferry.err().lines().filter(l -> l.contains("ping_failed"))).hasSize(1);
    }
  }
}
