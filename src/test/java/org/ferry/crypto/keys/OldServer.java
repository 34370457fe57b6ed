package org.ferry.crypto.keys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.ferry.id.Secret;

/** What the sample's old server and its people kept: real clients made it. */
final class OldServer {
  static final ObjectMapper JSON = new ObjectMapper();

  private OldServer() {}

  static Path file(String name) {
    Path shipped = Path.of("src/main/resources/demo", name);
    return Files.exists(shipped) ? shipped : Path.of("src/test/resources", name);
  }

  static Secret recovery(String name) throws IOException {
    return Secret.of(
        JSON.readTree(file("facts.json").toFile()).path("recovery").path(name).asText());
  }

  /** A row of account data of Alice's. */
  static JsonNode accountData(String type) throws IOException {
    for (String[] row : table("account_data")) {
      if (row[1].equals(type)) {
        return JSON.readTree(row[3]);
      }
    }
    return JsonNodeFactory.instance.missingNode();
  }

  static JsonNode secretStorageKey() throws IOException {
    return accountData("m.secret_storage.key." + keyId());
  }

  static JsonNode secret(String name) throws IOException {
    return accountData(name).path("encrypted").path(keyId());
  }

  private static String keyId() throws IOException {
    return accountData("m.secret_storage.default_key").path("key").asText();
  }

  static ObjectNode backupVersion() throws IOException {
    String[] row = table("e2e_room_keys_versions").getFirst();
    ObjectNode version = JSON.createObjectNode().put("algorithm", row[2]);
    version.set("auth_data", JSON.readTree(row[3]));
    return version;
  }

  static List<JsonNode> backupEntries() throws IOException {
    List<JsonNode> entries = new ArrayList<>();
    for (String[] row : table("e2e_room_keys")) {
      entries.add(JSON.readTree(row[7]));
    }
    return entries;
  }

  /** The rows of a table of the dump; what Synapse wrote there needs no unescaping. */
  private static List<String[]> table(String name) throws IOException {
    List<String[]> rows = new ArrayList<>();
    try (BufferedReader dump =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file("synapse.sql.gz"))),
                StandardCharsets.UTF_8))) {
      boolean inside = false;
      for (String line = dump.readLine(); line != null; line = dump.readLine()) {
        if (inside && line.equals("\\.")) {
          return rows;
        }
        if (inside) {
          rows.add(line.split("\t", -1));
        }
        inside |= line.startsWith("COPY public." + name + " (");
      }
    }
    return rows;
  }
}
