package org.ferry.testing.crossing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.id.Secret;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Folders;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;

/**
 * The Synapse into which all crossings of a JVM go, with Ferry's registration, and its
 * administrator, who reads every room without being in it and without Ferry's code.
 */
public final class Shore {
  /** The domain of the new server. */
  public static final String DOMAIN = "shore.example.org";

  private static final String V3 = "/_matrix/client/v3/";
  private static final String ADMIN = "/_synapse/admin/v1/rooms/";
  private static final Path FOLDER = Folders.own("shore").toAbsolutePath();

  private final SynapseServer server;
  private final LabClient admin;
  private final Registration registration;
  private final Map<String, TestPostgres.Db> ledgers = new HashMap<>();

  private static final class Holder {
    static final Shore SHARED = new Shore();
  }

  private Shore() {
    try {
      Files.createDirectories(FOLDER);
      for (String file : List.of("config.yaml", "registration.yaml", "pickle.key")) {
        Files.deleteIfExists(FOLDER.resolve(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var init =
        FerryProcess.ferry(
                "init",
                "--homeserver",
                "http://127.0.0.1:1",
                "--domain",
                DOMAIN,
                "--space",
                "#unused:" + DOMAIN,
                "--address",
                "http://127.0.0.1:9")
            .in(FOLDER)
            .run();
    if (init.status() != 0) {
      throw new AssertionError(init.toString());
    }
    Path file = FOLDER.resolve("registration.yaml");
    registration = RegistrationFile.read(file);
    server = TestLab.shared().fresh(SynapseSettings.of("shore", DOMAIN).withAppServices(file));
    admin = server.register("overseer", TestLab.PASSWORD, true);
  }

  /** The shore of this JVM, made on first use. */
  public static Shore shared() {
    return Holder.SHARED;
  }

  /** The server. */
  public SynapseServer server() {
    return server;
  }

  /** Its administrator. */
  public LabClient admin() {
    return admin;
  }

  /** Speaks as one of Ferry's users, without Ferry. */
  public LabClient bot() {
    return LabClient.withToken(
        server.baseUrl(), "@ferrybot:" + DOMAIN, Secret.of(registration.asToken().reveal()));
  }

  /**
   * A folder of Ferry with its configuration.
   *
   * @param name of the folder and of the Space
   * @param ledger name of the ledger; crossings with the same one share their loaded sources
   * @param more further lines of configuration
   */
  public Landing landing(String name, String ledger, String... more) {
    var db = ledgers.computeIfAbsent(ledger, l -> TestPostgres.ledger());
    Path folder = FOLDER.resolve(name);
    try {
      delete(folder);
      Files.createDirectories(folder);
      Files.writeString(
          folder.resolve("config.yaml"),
          """
          homeserver: {address: "%s", domain: %s}
          appservice: {registration: "%s"}
          database: {url: "postgresql://%s:%s@%s:%d/%s"}
          space: "#%s:%s"
          create_space: true
          %s
          """
              .formatted(
                  server.baseUrl(),
                  DOMAIN,
                  FOLDER.resolve("registration.yaml"),
                  db.user(),
                  LabClient.esc(db.password().reveal()),
                  db.host(),
                  db.port(),
                  db.database(),
                  name,
                  DOMAIN,
                  String.join("\n", more)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Landing(this, folder, "#" + name + ":" + DOMAIN);
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (var paths = Files.walk(folder)) {
        for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  /** All events of a room, oldest first, as the administrator reads them. */
  public List<JsonNode> timeline(String room) {
    List<JsonNode> events = new ArrayList<>();
    String path = ADMIN + LabClient.esc(room) + "/messages?dir=f&limit=500";
    String from = "";
    do {
      JsonNode page = admin.get(path + from);
      page.path("chunk").forEach(events::add);
      String end = page.path("end").asText();
      from = end.isEmpty() || page.path("chunk").isEmpty() ? "" : "&from=" + LabClient.esc(end);
    } while (!from.isEmpty());
    return events;
  }

  /** The present state of a room, by {@code type|state_key}. */
  public Map<String, JsonNode> state(String room) {
    Map<String, JsonNode> state = new TreeMap<>();
    for (JsonNode event : admin.get(ADMIN + LabClient.esc(room) + "/state").path("state")) {
      var unused =
          state.put(event.path("type").asText() + "|" + event.path("state_key").asText(), event);
    }
    return state;
  }

  /** The content of a piece of state, missing where there is none. */
  public JsonNode state(String room, String type, String key) {
    JsonNode event = state(room).get(type + "|" + key);
    return event == null ? MissingNode.getInstance() : event.path("content");
  }

  /** The ids of all rooms of the server. */
  public List<String> rooms() {
    return admin
        .get(ADMIN.substring(0, ADMIN.length() - 1) + "?limit=5000")
        .path("rooms")
        .findValuesAsText("room_id");
  }

  /** How many users the server has, guests and bots included. */
  public int users() {
    return admin.get("/_synapse/admin/v2/users?limit=1&guests=true").path("total").asInt();
  }

  /** How many events each room of the server has. */
  public Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new TreeMap<>();
    for (String room : rooms()) {
      var unused = sizes.put(room, timeline(room).size());
    }
    return sizes;
  }

  /** Takes aliases back that an earlier crossing of the same source made. */
  public void freeAliases(String... localparts) {
    for (String localpart : localparts) {
      String path = V3 + "directory/room/" + LabClient.esc("#" + localpart + ":" + DOMAIN);
      var answer = admin.request("DELETE", path, null);
      if (answer.status() != 200 && answer.status() != 404) {
        throw new AssertionError(answer.toString());
      }
    }
  }

  /** How many files people and Ferry have uploaded to the server. */
  public int files() {
    int sum = 0;
    for (JsonNode user :
        admin.get("/_synapse/admin/v1/statistics/users/media?limit=1000").path("users")) {
      sum += user.path("media_count").asInt();
    }
    return sum;
  }

  /** The room behind an alias. */
  public String resolve(String alias) {
    return admin.get(V3 + "directory/room/" + LabClient.esc(alias)).path("room_id").asText();
  }
}
