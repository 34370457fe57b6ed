package org.ferry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What can be known of the container files where no engine runs: schema, paths, shell syntax. */
class DeployTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode compose() throws IOException {
    Object root =
        new Load(LoadSettings.builder().build())
            .loadFromString(Files.readString(Path.of("docker-compose.yml")));
    return JSON.valueToTree(root);
  }

  @Test
  void theComposeFileKeepsToTheSchema() throws IOException {
    try (InputStream schema = DeployTest.class.getResourceAsStream("/compose-spec.json")) {
      // reason: its $id is no absolute address, which this validator insists on.
      ObjectNode keys = (ObjectNode) JSON.readTree(Objects.requireNonNull(schema));
      var compiled =
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
              .getSchema(keys.without(List.of("$id")));
      assertThat(compiled.validate(compose())).isEmpty();
      JsonNode broken = JSON.readTree("{\"services\":{\"ferry\":{\"image\":1,\"prots\":[]}}}");
      assertThat(compiled.validate(broken)).hasSize(2);
    }
  }

  @Test
  void theComposeFileBringsEverythingUpTogether() throws IOException {
    JsonNode services = compose().path("services");
    for (String name : List.of("ferry", "postgres", "synapse", "prometheus", "grafana")) {
      assertThat(services.has(name)).as(name).isTrue();
    }
    for (JsonNode service : services) {
      service
          .path("depends_on")
          .fieldNames()
          .forEachRemaining(n -> assertThat(services.has(n)).as(n).isTrue());
    }
  }

  @Test
  void everyFileThatContainersTakeIsThere() throws IOException {
    String compose = Files.readString(Path.of("docker-compose.yml"));
    Stream<String> mounted =
        Pattern.compile("- \\./([^:]+):").matcher(compose).results().map(r -> r.group(1));
    assertThat(mounted.toList()).hasSizeGreaterThan(3).allMatch(f -> Files.exists(Path.of(f)));
    String ignored = Files.readString(Path.of(".dockerignore"));
    for (String needed :
        List.of("pom.xml", "mvnw", "config", "src", "deploy", "LICENSE", "NOTICE")) {
      assertThat(ignored).contains("!" + needed + "\n");
      assertThat(Path.of(needed)).exists();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ferry",
        "mvnw",
        ".ci/run",
        "config/find-jdk.sh",
        "deploy/health.sh",
        "deploy/synapse-init.sh"
      })
  void scriptsAreShell(String script) throws Exception {
    Process shell = new ProcessBuilder("bash", "-n", script).redirectErrorStream(true).start();
    String said = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertThat(shell.waitFor()).as(said).isZero();
    boolean sourced = script.equals("config/find-jdk.sh");
    assertThat(Files.isExecutable(Path.of(script))).as(script).isEqualTo(!sourced);
  }
}
