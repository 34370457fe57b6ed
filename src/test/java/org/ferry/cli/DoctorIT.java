package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.id.Secret;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.HttpFaultProxy.Seen;
import org.ferry.testing.TestLab;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The built program looks at a real Synapse that is configured well, badly, and mended as told. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DoctorIT {
  private static final int ALWAYS = Integer.MAX_VALUE;
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String UNKNOWN =
      "{\"errcode\":\"M_UNRECOGNIZED\",\"error\":\"Unrecognized request\"}";
  private static final String SICK =
      """
      retention: {enabled: true, default_policy: {min_lifetime: 1d, max_lifetime: 1y}}
      allow_per_room_profiles: false
      encryption_enabled_by_default_for_room_type: all
      max_upload_size: 10K
      """;

  @TempDir static Path folder;
  private static Workplace place;
  private static LabClient admin;

  @BeforeAll
  static void open() throws IOException {
    place = Workplace.in(folder);
    Path key = Files.writeString(folder.resolve("pickle.key"), "k".repeat(43) + "=\n");
    Path unusedKey =
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    admin = place.server().register("admin", TestLab.PASSWORD, true);
  }

  @AfterAll
  static void close() {
    place.close();
  }

  /** What a checkup found, by check; the worst of each. */
  private record Found(int status, Map<String, JsonNode> checks, JsonNode all) {
    private String of(String check, String field) {
      JsonNode found = checks.get(check);
      return found == null ? "missing" : found.path(field).asText();
    }

    String level(String check) {
      return of(check, "level");
    }

    String text(String check) {
      return of(check, "text");
    }

    String remedy(String check) {
      return of(check, "remedy");
    }

    List<String> problems() {
      return checks.keySet().stream().filter(c -> level(c).equals("problem")).toList();
    }
  }

  private static Found doctor(String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("doctor", "--json"));
    arguments.addAll(List.of(more));
    FerryProcess.Result run = place.ferry(arguments.toArray(String[]::new)).run();
    assertThat(run.err()).as(run.toString()).doesNotContain("\tat ");
    JsonNode json = new ObjectMapper().readTree(run.out());
    Map<String, JsonNode> checks = new TreeMap<>();
    for (JsonNode f : json.path("checks")) {
      checks.merge(
          f.path("check").asText(), f, (a, b) -> a.path("level").asText().equals("ok") ? b : a);
    }
    return new Found(run.status(), checks, json);
  }

  /** The lines that a remedy tells to put into homeserver.yaml. */
  private static String yaml(String remedy) {
    StringBuilder yaml = new StringBuilder();
    boolean inside = false;
    for (String line : remedy.split("\n", -1)) {
      inside = (inside && line.startsWith("  ")) || line.contains("in homeserver.yaml set:");
      if (inside && line.startsWith("  ")) {
        yaml.append(line.substring(2)).append('\n');
      }
    }
    return yaml.toString();
  }

  private static Path registration() {
    return folder.resolve("registration.yaml");
  }

  private static List<JsonNode> rooms() {
    List<JsonNode> rooms = new ArrayList<>();
    admin.get("/_synapse/admin/v1/rooms?limit=500").path("rooms").forEach(rooms::add);
    return rooms;
  }

  /** Rooms that the checkup's ghosts are still in. */
  private static int joined() {
    Secret token = RegistrationFile.read(registration()).asToken();
    int rooms = 0;
    for (String name : List.of("ferry-doctor", "ferry-doctor-2")) {
      String ghost = "@old_" + name + ":" + Workplace.DOMAIN;
      LabClient client = LabClient.withToken(place.server().baseUrl(), ghost, token);
      rooms +=
          client
              .get("/_matrix/client/v3/joined_rooms?user_id=" + LabClient.esc(ghost))
              .path("joined_rooms")
              .size();
    }
    return rooms;
  }

  @Test
  @Order(1)
  void aSoundInstallationHasNoProblemAndNothingIsLeftBehind() throws IOException {
    Found found = doctor("--measure");
    assertThat(found.problems()).as(found.all().toPrettyString()).isEmpty();
    assertThat(found.status()).isZero();
    assertThat(found.checks().keySet())
        .contains(
            "configuration",
            "secrets",
            "disk",
            "database",
            "registration",
            "homeserver",
            "proxy",
            "clock",
            "login",
            "as_token",
            "domain",
            "namespaces",
            "way_back",
            "admin",
            "space",
            "upload",
            "media_reservation",
            "forced_encryption",
            "timestamps",
            "retention",
            "names",
            "room_versions",
            "redactions",
            "aliases",
            "reading",
            "rate_limits",
            "devices",
            "repeats",
            "encryption");
    assertThat(found.checks().values())
        .allSatisfy(f -> assertThat(f.path("level").asText()).isEqualTo("ok"));
    assertThat(found.all().path("server").path("name").asText()).isEqualTo("Synapse");
    assertThat(found.all().path("measured").path("messages_per_second").asDouble()).isPositive();
    assertThat(joined()).isZero();
  }

  @Test
  @Order(2)
  void eachFaultOfTheHomeserverIsNamedAndItsRemedyMendsIt() throws IOException {
    assertThat(place.ferry("analyze", Workplace.DUMP.toString()).run().status()).isZero();
    String good = Files.readString(registration());
    Files.writeString(
        registration(),
        good.replace("rate_limited: false", "rate_limited: true")
            .replaceAll("hs_token: .*", "hs_token: " + "x".repeat(40)));
    place.server().reconfigure(s -> s.withRateLimits().withExtraYaml(SICK)).restart();
    Files.writeString(registration(), good);

    Found sick = doctor();
    assertThat(sick.problems())
        .as(sick.all().toPrettyString())
        .containsExactlyInAnyOrder(
            "way_back", "forced_encryption", "retention", "names", "rate_limits", "upload");
    assertThat(sick.status()).isEqualTo(1);
    assertThat(sick.text("way_back")).contains("another hs_token");
    assertThat(sick.all().path("blocks_migrate").asBoolean()).isTrue();
    assertThat(joined()).isZero();

    long before = place.proxy().seen().stream().filter(Workplace::writes).count();
    int rooms = rooms().size();
    FerryProcess.Result rehearsal = place.goOn("--dry-run").run();
    assertThat(rehearsal.status()).as(rehearsal.toString()).isEqualTo(4);
    assertThat(place.proxy().seen().stream().filter(Workplace::writes)).hasSize((int) before);
    FerryProcess.Result blocked = place.goOn().run();
    assertThat(blocked.status()).as(blocked.toString()).isEqualTo(4);
    assertThat(blocked.err())
        .contains(sick.text("retention"), sick.text("names"), sick.text("forced_encryption"))
        .contains("allow_per_room_profiles: true", "enabled: false")
        .doesNotContain("rate_limits");
    assertThat(rooms())
        .as("only the scratch room of the check")
        .hasSizeLessThanOrEqualTo(rooms + 1);

    StringBuilder mended = new StringBuilder();
    for (String check : List.of("retention", "names", "forced_encryption", "upload")) {
      mended.append(yaml(sick.remedy(check)));
    }
    assertThat(sick.remedy("rate_limits")).contains("rate_limited: false");
    place.server().reconfigure(s -> s.withExtraYaml(mended.toString())).restart();
    Found sound = doctor();
    assertThat(sound.problems()).as(mended + sound.all().toPrettyString()).isEmpty();
    place.server().reconfigure(s -> s.withExtraYaml("")).restart();
  }

  @Test
  @Order(3)
  void aWayBackThatLeadsNowhereAndNarrowNamespacesAreNamed() throws IOException {
    String good = Files.readString(registration());
    int nowhere = Ports.free();
    Registration r = RegistrationFile.read(registration());
    Files.writeString(
        registration(),
        good.replace(r.url(), "http://127.0.0.1:" + nowhere).replace("^@old_", "^@other_"));
    place.server().restart();
    Found narrow = doctor();
    assertThat(narrow.problems())
        .as(narrow.all().toPrettyString())
        .contains("namespaces", "way_back");
    assertThat(narrow.all().toString()).contains("no history can be carried");
    assertThat(narrow.text("way_back")).contains("connection refused", "this doctor");
    assertThat(narrow.remedy("way_back")).contains("host.docker.internal");

    FerryProcess.Result written = place.ferry("registration", "--force").run();
    assertThat(written.status()).as(written.toString()).isZero();
    place.server().restart();
    Found sound = doctor();
    assertThat(sound.problems()).as(sound.all().toPrettyString()).isEmpty();
  }

  @Test
  @Order(4)
  void whatAKilledOrStoppedCheckupLeftIsTakenAway() throws IOException {
    assertThat(endedAtItsFirstMessage(FerryProcess::kill).status()).isEqualTo(137);
    assertThat(joined()).isPositive();

    FerryProcess.Result stopped = endedAtItsFirstMessage(FerryProcess::terminate);
    assertThat(stopped.status()).as(stopped.toString()).isEqualTo(143);
    assertThat(joined()).as("both its own room and that of the one killed").isZero();
  }

  private static FerryProcess.Result endedAtItsFirstMessage(Consumer<FerryProcess> end) {
    CompletableFuture<FerryProcess> running = new CompletableFuture<>();
    place.proxy().before(r -> r.path().contains("/send/"), 1, r -> end.accept(running.join()));
    try (FerryProcess doctor = place.ferry("doctor").start()) {
      boolean unused = running.complete(doctor);
      return doctor.await(LIMIT);
    }
  }

  @Test
  @Order(5)
  void homeserversThatOfferLessAndProxiesThatSpoilAreToldInWords() throws IOException {
    lacks(r -> r.path().contains("/appservice/"), 404, UNKNOWN);
    lacks(r -> r.path().contains("/media/v1/create"), 404, UNKNOWN);
    lacks(r -> r.path().contains("/sync"), 500, "{\"errcode\":\"M_UNKNOWN\",\"error\":\"x\"}");
    lacks(r -> r.path().contains("/messages"), 500, "{\"errcode\":\"M_UNKNOWN\",\"error\":\"x\"}");
    lacks(r -> r.path().contains("ferry%2Fdoctor"), 404, "<html>nginx</html>");
    lacks(r -> r.path().contains("/upload/"), 413, "<html>too large</html>");
    lacks(
        r -> r.path().contains("auth_metadata"), 200, "{\"issuer\":\"https://auth.example.org/\"}");
    Found found = doctor();
    place.proxy().heal();
    assertThat(found.level("way_back")).isEqualTo("warning");
    assertThat(found.text("way_back")).contains("carrying does not need it");
    assertThat(found.level("media_reservation")).isEqualTo("warning");
    assertThat(found.level("encryption")).isEqualTo("warning");
    assertThat(found.text("encryption")).contains("/sync (500");
    assertThat(found.level("reading")).isEqualTo("problem");
    assertThat(found.remedy("proxy")).contains("proxy_pass http://127.0.0.1:8008;");
    assertThat(found.remedy("upload")).contains("client_max_body_size 100M;");
    assertThat(found.text("login")).contains("auth.example.org");
    assertThat(found.all().path("blocks_migrate").asBoolean())
        .as("nobody could look whether what is in doubt arrived")
        .isTrue();
  }

  private static void lacks(java.util.function.Predicate<Seen> which, int status, String body) {
    place.proxy().answer(which, ALWAYS, status, body);
  }

  @Test
  @Order(6)
  void aTokenThatNobodyKnowsAndAServerThatIsAwayEndWithStatusFour() throws IOException {
    String good = Files.readString(registration());
    Files.writeString(
        registration(), good.replaceAll("as_token: .*", "as_token: " + "y".repeat(40)));
    Found unknown = doctor();
    Files.writeString(registration(), good);
    assertThat(unknown.status()).isEqualTo(4);
    assertThat(unknown.text("as_token")).contains("does not know Ferry's token");
    assertThat(unknown.remedy("as_token")).contains("app_service_config_files");

    place.server().stop();
    place.configure(place.server().baseUrl(), "");
    Found away = doctor();
    assertThat(away.status()).isEqualTo(4);
    assertThat(away.text("homeserver")).contains("refused");
  }
}
