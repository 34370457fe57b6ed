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
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.ferry.config.NewInstallation;
import org.ferry.store.DatabaseUrl;
import org.ferry.store.TlsMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

  /** What init writes and the compose file adds to it is reached from the other containers. */
  @Test
  void whatContainersAskForFerryListensOn(@TempDir Path folder) throws IOException {
    String compose = Files.readString(Path.of("docker-compose.yml"));
    Matcher added = Pattern.compile("printf '([^']+)' >> /data/config.yaml").matcher(compose);
    assertThat(added.find()).isTrue();
    new NewInstallation(
            folder,
            "http://synapse:8008",
            "new.example.org",
            "#village:new.example.org",
            true,
            "http://ferry:29380",
            "ghost")
        .write();
    Files.writeString(
        folder.resolve("config.yaml"),
        added.group(1).replace("\\n", "\n"),
        StandardOpenOption.APPEND);
    Config config = new ConfigLoader(Map.of(), folder).load(null);
    assertThat(config.appservice().address()).hasToString("http://ferry:29380");
    assertThat(config.appservice().listen()).isEqualTo(new Config.Listen("0.0.0.0", 29380));
    assertThat(config.api()).isEqualTo(new Config.Listen("0.0.0.0", 29381));
    assertThat(compose().at("/services/ferry/ports/0").asText()).endsWith(":29381");
    assertThat(Files.readString(Path.of("deploy/prometheus.yml"))).contains("\"ferry:29381\"");
  }

  /** That the script's files do for PostgreSQL and for Ferry: {@code DatabaseTransportIT}. */
  @Test
  void whoUsesPostgresInsistsOnItsCertificate() throws IOException {
    JsonNode services = compose().path("services");
    String url = services.at("/ferry/environment/DATABASE_URL").asText();
    DatabaseUrl database = DatabaseUrl.parse(url.replaceAll("\\$\\{[^}]*}", "secret"));
    assertThat(database.tls()).isEqualTo(TlsMode.VERIFY_FULL);
    assertThat(database.rootCertificate()).isEqualTo("/trust/ca.crt");
    assertThat(words(services.at("/postgres-certificate/command")))
        .startsWith("/keys", "/trust", database.host());
    assertThat(words(services.path(database.host()).path("command")))
        .contains("ssl=on", "ssl_cert_file=/keys/server.crt", "ssl_key_file=/keys/server.key");
    assertThat(Files.readString(Path.of("deploy/synapse-init.sh")))
        .contains("\"sslmode\": \"verify-full\"", "\"sslrootcert\": \"/trust/ca.crt\"");
    for (String client : List.of("ferry", "synapse")) {
      assertThat(words(services.path(client).path("volumes")))
          .as(client)
          .contains("postgres-trust:/trust:ro")
          .noneMatch(v -> v.startsWith("postgres-keys:"));
    }
  }

  private static List<String> words(JsonNode list) {
    return list.valueStream().map(JsonNode::asText).toList();
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
        "deploy/postgres-certificate.sh",
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
