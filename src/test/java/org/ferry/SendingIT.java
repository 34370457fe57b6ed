package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.lab.SynapseSettings.Database;
import org.ferry.live.sending.KeyReused;
import org.ferry.live.sending.Outgoing;
import org.ferry.live.sending.Sent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.store.LetterBox;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ferry run} sends what any process posts: each key once, through kills. */
class SendingIT {
  private static final String DOMAIN = "write.example.org";
  private static final UserId BOT = new UserId("@ferrybot:" + DOMAIN);
  private static final UserId GHOST = new UserId("@old_berta:" + DOMAIN);
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final int appservice = Ports.free();
  private final TestPostgres.Db db = TestPostgres.freshDatabase();
  private final String pickleKey = PickleKey.random().text().reveal();
  @TempDir Path folder;
  private SynapseServer server;
  private LabClient alice;

  @BeforeEach
  void start() throws IOException {
    configure(URI.create("http://127.0.0.1:1"));
    Config config = new ConfigLoader(Map.of(), folder).load(null);
    Path registration = folder.resolve("registration.yaml");
    RegistrationFile.write(registration, Registration.fresh(config));
    server =
        TestLab.shared()
            .fresh(
                SynapseSettings.of(TestLab.shared().unique("write"), DOMAIN)
                    .on(Database.SQLITE)
                    .withAppServices(registration.toAbsolutePath()));
    configure(server.baseUrl());
    alice = server.register("alice", TestLab.PASSWORD, false);
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private void configure(URI homeserver) throws IOException {
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        homeserver: {address: "%s", domain: %s}
        appservice: {address: "http://127.0.0.1:%d", listen: "127.0.0.1:%d"}
        api: {listen: "127.0.0.1:%d"}
        database: {url: "postgresql://%s:%s@%s:%d/%s"}
        """
            .formatted(
                homeserver,
                DOMAIN,
                appservice,
                appservice,
                Ports.free(),
                db.user(),
                db.password().reveal(),
                db.host(),
                db.port(),
                db.database()));
  }

  private FerryProcess run() {
    return FerryProcess.ferry("run").in(folder).with("FERRY_PICKLE_KEY", pickleKey).start();
  }

  private String roomWithBot() {
    String room = alice.createRoom(LabClient.json("{\"preset\":\"private_chat\"}"));
    alice.membership("invite", room, BOT.value(), "");
    Wait.until(
        LIMIT,
        "the bot",
        () ->
            alice
                .state(room, "m.room.member", BOT.value())
                .path("membership")
                .asText()
                .equals("join"));
    return room;
  }

  private static Outgoing text(UserId as, String room, String body, String key) {
    return new Outgoing(
        as,
        new RoomId(room),
        "m.room.message",
        LabClient.json("{\"msgtype\":\"m.text\"}").put("body", body),
        key);
  }

  private List<String> said(String room) {
    return alice.messages(room).stream()
        .filter(e -> e.path("type").asText().equals("m.room.message"))
        .map(e -> e.path("sender").asText() + " " + e.path("content").path("body").asText())
        .toList();
  }

  @Test
  void theBotAndAGhostSayWhatAnyProcessPostsOnceForEachKey() {
    String room;
    try (LetterBox post = new LetterBox(db);
        FerryProcess ferry = run()) {
      assertThat(ferry.awaitLine("state=following")).contains(BOT.value());
      room = roomWithBot();
      Sent first = post.sending().send(text(BOT, room, "one", "k1"));
      Sent second = post.sending().send(text(GHOST, room, "two", "k2"));
      assertThat(post.sending().send(text(BOT, room, "one", "k1")))
          .isEqualTo(new Sent(first.event(), true));
      assertThatThrownBy(() -> post.sending().send(text(BOT, room, "other", "k1")))
          .isInstanceOf(KeyReused.class);
      assertThat(said(room)).containsExactly(BOT + " one", GHOST + " two");

      Outgoing redaction =
          new Outgoing(
              GHOST,
              new RoomId(room),
              "m.room.redaction",
              LabClient.json("{\"redacts\":\"" + second.event() + "\"}"),
              "k3");
      Sent unused = post.sending().send(redaction);
      JsonNode gone = alice.event(room, second.event().value());
      assertThat(gone.path("content").isEmpty()).isTrue();

      String closed = alice.createRoom(LabClient.json("{\"preset\":\"private_chat\"}"));
      assertThatThrownBy(() -> post.sending().send(text(GHOST, closed, "no", "k4")))
          .isInstanceOf(MatrixException.class)
          .hasMessageContaining("403");
      alice.membership("invite", closed, BOT.value(), "");
      Wait.until(
          LIMIT,
          "the bot",
          () ->
              alice
                  .state(closed, "m.room.member", BOT.value())
                  .path("membership")
                  .asText()
                  .equals("join"));
      unused = post.sending().send(text(GHOST, closed, "no", "k4"));
      assertThat(said(closed)).containsExactly(GHOST + " no");
    }
  }

  @Test
  void killsLoseNothingAndRepeatNothing() throws Exception {
    String room;
    try (FerryProcess ferry = run()) {
      assertThat(ferry.awaitLine("state=following")).contains(BOT.value());
      room = roomWithBot();
    }
    int count = 40;
    try (LetterBox post = new LetterBox(db)) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < count; i++) {
                  say(post, text(i % 2 == 0 ? BOT : GHOST, room, "m" + i, "key " + i));
                }
              });
      for (int kill = 0; kill < 4; kill++) {
        try (FerryProcess ferry = run()) {
          int wanted = (kill + 1) * count / 6;
          Wait.until(LIMIT, wanted + " messages", () -> said(room).size() >= wanted);
          ferry.kill();
        }
      }
      try (FerryProcess ferry = run()) {
        assertThat(ferry.awaitLine("event=leading")).isNotEmpty();
        writer.join();
        assertThat(said(room)).hasSize(count).doesNotHaveDuplicates();
      }
    }
  }

  /** A caller whose patience ends asks again with the same key. */
  private static void say(LetterBox post, Outgoing out) {
    while (true) {
      try {
        Sent unused = post.sending().send(out);
        return;
      } catch (org.ferry.live.sending.NotYet e) {
        // reason: the daemon was killed and is not back yet.
      }
    }
  }
}
