package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.ferry.id.Secret;
import org.ferry.lab.LabClient;
import org.ferry.testing.FerryProcess;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The demo as a newcomer runs it: killed, run again, looked at, ended. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoIT {
  private static final Path DIR = Path.of("target", "demo-it").toAbsolutePath();

  /** When the greeting in General was sent on the old server. */
  private static final long SENT = 1_795_219_466_843L;

  private static final Duration LONG = Duration.ofMinutes(10);

  /** A few, and what a busy machine adds. */
  private static final Duration SECONDS = Duration.ofSeconds(90);

  @BeforeAll
  static void beginsOnAFreshMachine() throws IOException {
    if (!Files.exists(DIR)) {
      return;
    }
    if (Files.exists(DIR.resolve("data"))) {
      // What a killed test run left ends with a demo that is stopped in order.
      FerryProcess.Result unused = demo("--exit").run();
    }
    try (var files = Files.walk(DIR)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static FerryProcess.Run demo(String... more) {
    String[] line = {"demo", "--dir", DIR.toString()};
    String[] all = Arrays.copyOf(line, line.length + more.length);
    System.arraycopy(more, 0, all, line.length, more.length);
    return FerryProcess.ferry(all);
  }

  @Test
  @Order(1)
  void goesOnAfterAKillInTheMiddle() throws IOException {
    try (FerryProcess killed = demo("--exit").start()) {
      String unused = killed.awaitLine(line -> line.startsWith("history: "), LONG);
      killed.kill();
    }
    FerryProcess.Result second;
    try (FerryProcess again = demo("--exit").start()) {
      second = again.await(LONG);
    }
    assertThat(second.status()).as(second.toString()).isZero();
    assertThat(second.err())
        .contains("An earlier demo was stopped")
        .contains("everything is as it was")
        .contains("Relayed a live and an encrypted message to a webhook, signatures checked");
    showsWhatWasRelayed(second.out());
  }

  @Test
  @Order(2)
  void saysInSecondsThatEverythingIsThereAndStaysUpUntilItIsStopped() throws IOException {
    try (FerryProcess demo = demo().start()) {
      String unused = demo.awaitLine(line -> line.startsWith("The servers stay up"), SECONDS);
      assertThat(demo.err()).contains("Everything is there already, verified at");
      showsWhatWasRelayed(demo.out());
      looksAtIt(demo.out());
      demo.terminate();
      FerryProcess.Result ended = demo.await(Duration.ofMinutes(1));
      assertThat(ended.status()).as(ended.toString()).isZero();
    }
    try (var left = Files.list(DIR.resolve("data/pids"))) {
      assertThat(left).isEmpty();
    }
    assertThat(DIR.resolve("data/postgres/cluster/postmaster.pid")).doesNotExist();
  }

  /** Both posts as they came, one of a message in clear and one of an encrypted one. */
  private static void showsWhatWasRelayed(String page) throws IOException {
    JsonNode live = post(page, "General: \"Hello from the new server\", not encrypted");
    assertThat(live.path("sender").path("id").asText()).isEqualTo("@you:new.example.org");
    assertThat(live.path("encrypted").asBoolean(true)).isFalse();
    JsonNode secret = post(page, "Encrypted: \"Nobody else reads this\", encrypted, trust \\w+");
    assertThat(secret.path("sender").path("id").asText()).isEqualTo("@old_alice:new.example.org");
    assertThat(secret.path("encrypted").asBoolean()).isTrue();
    assertThat(secret.path("body").asText()).isEqualTo("Nobody else reads this");
  }

  private static JsonNode post(String page, String line) throws IOException {
    String body =
        found(page, "message\\.created in " + line + ", signature checked\\s+(\\{.*\\})\\R");
    JsonNode json = new ObjectMapper().readTree(body);
    assertThat(json.path("type").asText()).isEqualTo("message.created");
    return json.path("data");
  }

  /** As the person that the demo names, on a client that knows nothing of Ferry. */
  private static void looksAtIt(String page) throws IOException {
    URI homeserver = URI.create(found(page, "homeserver +(\\S+)"));
    Secret password = Secret.of(found(page, "password +(\\S+)"));
    assertThat(Files.getPosixFilePermissions(DIR.resolve("password")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    LabClient person = LabClient.login(homeserver, found(page, "user +(\\S+)"), password);
    String space =
        person
            .get("/_matrix/client/v3/directory/room/" + LabClient.esc("#village:new.example.org"))
            .path("room_id")
            .asText();
    JsonNode rooms =
        person.get("/_matrix/client/v1/rooms/" + LabClient.esc(space) + "/hierarchy").path("rooms");
    JsonNode general =
        StreamSupport.stream(rooms.spliterator(), false)
            .filter(r -> r.path("name").asText().equals("General"))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no General in " + rooms));
    List<JsonNode> history = person.messages(general.path("room_id").asText());
    JsonNode message =
        history.stream()
            .filter(e -> e.path("content").path("body").asText().startsWith("Bonjour à tous"))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no greeting among " + history.size()));
    assertThat(message.path("sender").asText()).isEqualTo("@old_alice:new.example.org");
    assertThat(message.path("origin_server_ts").asLong()).isEqualTo(SENT);
  }

  private static String found(String page, String expression) {
    Matcher matcher = Pattern.compile(expression).matcher(page);
    assertThat(matcher.find()).as(expression + " in\n" + page).isTrue();
    return matcher.group(1);
  }
}
