package org.ferry.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.ferry.matrix.event.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is written about the API and the metrics, against what a running one says. */
class ApiDocsTest {
  private static ApiHouse house;
  private static JsonNode document;

  @BeforeAll
  static void open() throws Exception {
    house = new ApiHouse(ApiHouse.options(ApiHouse.token("all", Scope.values())));
    document = house.get("/openapi.json", "all-token").json();
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void everyOperationStandsOnThePage() throws Exception {
    var described = new TreeSet<String>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        String method = operation.getKey().toUpperCase(Locale.ROOT);
        boolean unused = described.add(method + " " + path.getKey());
      }
    }
    var written = new TreeSet<String>();
    Pattern.compile("(?m)^\\| `([A-Z]+ /[^`]*)` \\|")
        .matcher(Files.readString(Path.of("docs/reference/api.md")))
        .results()
        .forEach(row -> written.add(row.group(1)));
    assertThat(written).isEqualTo(described);
  }

  /** Every operation that is described is routed: nobody is told that there is no such path. */
  @Test
  void everyOperationIsRouted() throws Exception {
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (String method : path.getValue().properties().stream().map(Map.Entry::getKey).toList()) {
        if (path.getKey().equals("/events")) {
          continue;
        }
        String real = path.getKey().replaceAll("\\{[a-z_]+}", "x");
        String body = method.equals("get") || method.equals("delete") ? null : "{}";
        ApiHouse.Answer answer =
            house.ask(method.toUpperCase(Locale.ROOT), real, "all-token", body);
        assertThat(answer.status()).as(path.getKey()).isNotIn(405, 500, 501);
        assertThat(answer.json().path("detail").asText()).doesNotContain("no such path");
      }
    }
  }

  /**
   * The schemas that are published are those that are served, and nothing else is in the folder.
   */
  @Test
  void publishedSchemasAreThoseThatAreServed() throws Exception {
    var served = new TreeSet<String>();
    for (JsonNode name : house.get("/schemas", "all-token").json().path("schemas")) {
      boolean unused = served.add(name.asText() + ".json");
      JsonNode schema = house.get("/schemas/" + name.asText(), "all-token").json();
      Path published = Path.of("docs/reference/schemas", name.asText() + ".json");
      assertThat(Json.parseObject(Files.readString(published))).as(name.asText()).isEqualTo(schema);
    }
    try (var files = Files.list(Path.of("docs/reference/schemas"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(served);
    }
  }

  @Test
  void allReferencesOfTheDescriptionLeadSomewhere() {
    Pattern.compile("\"#(/components/[^\"]+)\"")
        .matcher(Json.text(document))
        .results()
        .forEach(ref ->
            assertThat(document.at(ref.group(1)).isMissingNode()).as(ref.group(1)).isFalse());
  }
}
