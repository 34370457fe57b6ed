package org.ferry.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ferry.crypto.Incident;
import org.ferry.store.api.WatchedRows;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What /metrics prints, against what is written about it and what reads it. */
class MetricsTest {
  private static final Path PAGE = Path.of("docs/reference/metrics.md");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"(?:[^\"\\\\]|\\\\.)*\"");
  private static ApiHouse house;
  private static String printed;

  @BeforeAll
  static void open() throws Exception {
    house = new ApiHouse(ApiHouse.options(ApiHouse.token("all", Scope.values())));
    WatchedRows.fill(house.database);
    int unused = house.get("/health", null).status();
    int unusedToo = house.get("/rooms", "nobody's").status();
    int unusedThree = house.ask("MADEUP", "/rooms", null, null).status();
    house.metrics.homeserverAnswered("send", Duration.ofMillis(20));
    house.metrics.refused("appservice");
    house.metrics.tokenRefreshed();
    house.metrics.incidentsOf(() -> Map.of(Incident.WEDGED, 2L));
    house.metrics.incidentsOf(() -> Map.of(Incident.WEDGED, 1L));
    house.metrics.readyAs(() -> Map.of("database", true, "pushes", false));
    printed = metrics();
  }

  @Test
  void everyCheckOfReadinessIsOneOrNone() {
    assertThat(printed)
        .contains("ferry_ready{check=\"database\"} 1.0\n", "ferry_ready{check=\"pushes\"} 0.0\n");
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static String metrics() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + house.port() + "/metrics")).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.ofString()).body();
    }
  }

  /** What is printed of each metric, as a row of the page. */
  private static Map<String, String> rows() {
    Map<String, String> types = new TreeMap<>();
    Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$")
        .matcher(printed)
        .results()
        .forEach(m -> types.put(m.group(1), m.group(2)));
    Map<String, String> rows = new TreeMap<>();
    for (MatchResult m :
        Pattern.compile("(?m)^# HELP (\\S+) (.*)$").matcher(printed).results().toList()) {
      String name = m.group(1);
      rows.put(
          name,
          "| `%s` | %s | %s | %s |".formatted(name, types.get(name), labels(name), m.group(2)));
    }
    return rows;
  }

  private static String labels(String name) {
    var labels = new TreeSet<String>();
    Pattern.compile("(?m)^" + name + "(?:_bucket|_count|_sum)?(?:\\{(.*)})? [^ ]+$")
        .matcher(printed)
        .results()
        .filter(m -> m.group(1) != null)
        .flatMap(m -> LABEL.matcher(m.group(1)).results())
        .map(m -> m.group(1))
        .filter(label -> !label.equals("le"))
        .forEach(labels::add);
    return String.join(", ", labels);
  }

  @Test
  void thePageHasARowForEachMetricAndNoOther() throws Exception {
    List<String> written = new ArrayList<>();
    String before = "";
    for (String line : Files.exists(PAGE) ? Files.readAllLines(PAGE) : List.<String>of()) {
      if (line.startsWith("| `ferry_")) {
        written.add(line);
      } else if (written.isEmpty()) {
        before += line + "\n";
      }
    }
    List<String> made = List.copyOf(rows().values());
    if (Boolean.getBoolean("ferry.write-reference")) {
      Files.writeString(PAGE, before + String.join("\n", made) + "\n");
      written = made;
    }
    assertThat(written)
        .as("run ./mvnw test -Dferry.write-reference=true and commit what changed")
        .isEqualTo(made);
  }

  @Test
  void everyReasonOfAnIncidentIsExplainedAndNoOther() throws Exception {
    List<String> reasons = new ArrayList<>();
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("| `") && !line.startsWith("| `ferry_")) {
        boolean unused = reasons.add(line.split("`", 3)[1]);
      }
    }
    assertThat(reasons)
        .containsExactlyElementsOf(Stream.of(Incident.values()).map(Incident::word).toList());
  }

  @Test
  void dashboardAndAlertsUseMetricsAndLabelsThatThereAre() throws Exception {
    for (String file : new String[] {"ferry-dashboard.json", "ferry-alerts.yml"}) {
      String text = Files.readString(Path.of("docs", "monitoring", file)).replace("\\\"", "\"");
      var used = new TreeSet<String>();
      Pattern.compile("ferry_[a-z_]+(\\{[^}]*})?")
          .matcher(text)
          .results()
          .forEach(m -> used.add(m.group()));
      assertThat(used).isNotEmpty();
      for (String selector : used) {
        String name = selector.replaceAll("\\{.*", "");
        String plain = name.replaceAll("_(bucket|count|sum)$", "");
        assertThat(rows()).as(selector).containsKey(plain);
        LABEL
            .matcher(selector.replaceAll("[!~=]+\"", "=\""))
            .results()
            .forEach(m -> assertThat(labels(plain).split(", ")).as(selector).contains(m.group(1)));
      }
    }
  }

  @Test
  void whatIsAskedOfAFerryIsAnswered() {
    assertThat(printed)
        .contains("ferry_database_up 1.0")
        .contains("ferry_events_settled_total{outcome=\"decrypted\"} 41.0")
        .contains("ferry_undecryptable_events{reason=\"withheld other\"} 3.0")
        .contains("ferry_deliveries{endpoint=\"shop\",state=\"failed\"} 1.0")
        .contains(
            "ferry_replay_events_per_second{source=\"old.example.org\",space=\"!space:s\"} 37.5")
        .contains("ferry_auth_failures_total{door=\"api\"} 2.0")
        .contains("ferry_auth_failures_total{door=\"appservice\"} 1.0")
        .contains("ferry_token_refreshes_total 1.0")
        .contains("ferry_crypto_incidents_total{reason=\"wedged\"} 3.0")
        .contains("ferry_crypto_incidents_total{reason=\"forged_device_keys\"} 0.0")
        .contains("ferry_homeserver_request_seconds_count{operation=\"send\"} 1")
        .contains("ferry_database_connections{kind=\"most\"} 8.0")
        .contains("method=\"GET\",route=\"/health\",status=\"200\"")
        .contains("method=\"other\"")
        .doesNotContain("MADEUP");
  }

  /** A name from outside stays one label of one line. */
  @Test
  void namesFromOutsideBreakNoLine() throws Exception {
    try (ApiHouse other = new ApiHouse(ApiHouse.options(ApiHouse.token("all")))) {
      var unused =
          other.database.run(
              "insert into ferry.webhook_endpoint (name, pos) values ($1, 0)", "a\"} 1\nferry_x 2");
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + other.port() + "/metrics"))
              .build();
      try (HttpClient client = HttpClient.newHttpClient()) {
        assertThat(client.send(request, BodyHandlers.ofString()).body())
            .contains("endpoint=\"a\\\"} 1\\nferry_x 2\"")
            .doesNotContainPattern("(?m)^ferry_x");
      }
    }
  }
}
