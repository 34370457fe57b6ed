package org.ferry.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.ferry.id.Secret;
import org.ferry.lab.SynapseSettings.Database;
import org.ferry.store.embedded.EmbeddedPostgres;

/** The files of one Synapse: what is random is made once, the configuration at each start. */
final class SynapseFiles {
  private static final String NO_LIMITS =
      """
      rc_message: {per_second: 100000, burst_count: 100000}
      rc_registration: {per_second: 100000, burst_count: 100000}
      rc_login:
        address: {per_second: 100000, burst_count: 100000}
        account: {per_second: 100000, burst_count: 100000}
        failed_attempts: {per_second: 100000, burst_count: 100000}
      rc_admin_redaction: {per_second: 100000, burst_count: 100000}
      rc_joins:
        local: {per_second: 100000, burst_count: 100000}
        remote: {per_second: 100000, burst_count: 100000}
      rc_joins_per_room: {per_second: 100000, burst_count: 100000}
      rc_invites:
        per_room: {per_second: 100000, burst_count: 100000}
        per_user: {per_second: 100000, burst_count: 100000}
        per_issuer: {per_second: 100000, burst_count: 100000}
      rc_room_creation: {per_second: 100000, burst_count: 100000}
      rc_media_create: {per_second: 100000, burst_count: 100000}
      rc_reports: {per_second: 100000, burst_count: 100000}
      rc_federation: {window_size: 1000, sleep_limit: 100000, reject_limit: 100000, concurrent: 100}
      """;

  private final Path folder;

  SynapseFiles(Path folder) {
    try {
      this.folder = Files.createDirectories(folder).toRealPath();
    } catch (IOException e) {
      throw new LabException("The folder " + folder + " cannot be made: " + e.getMessage(), e);
    }
  }

  Path folder() {
    return folder;
  }

  Path media() {
    return folder.resolve("media_store");
  }

  Path log() {
    return folder.resolve("homeserver.log");
  }

  Path certificate() {
    return folder.resolve("tls.crt");
  }

  /** A value that stays the same for this server, made up at its first use. */
  Secret remembered(String name) {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      write(file, HexFormat.of().formatHex(random(16)));
    }
    return Secret.of(read(file));
  }

  /** A port that stays the same for this server as long as nobody else takes it. */
  int port(String name) {
    Path file = folder.resolve(name);
    int before = Files.exists(file) ? Integer.parseInt(read(file)) : 0;
    if (before != 0 && Ports.isFree(before)) {
      return before;
    }
    int fresh = Ports.free();
    write(file, Integer.toString(fresh));
    return fresh;
  }

  /** Writes the configuration; returns its files in the order in which they apply. */
  List<Path> configure(
      SynapseSettings settings, String serverName, int port, EmbeddedPostgres postgres) {
    Path key = folder.resolve("signing.key");
    if (!Files.exists(key)) {
      String seed = Base64.getEncoder().withoutPadding().encodeToString(random(32));
      write(key, "ed25519 a_" + HexFormat.of().formatHex(random(2)) + " " + seed + "\n");
    }
    write(folder.resolve("log.yaml"), logging());
    List<String> parts = new ArrayList<>();
    parts.add(base(settings, serverName, port));
    parts.add(database(settings, postgres));
    parts.add(settings.rateLimited() ? "" : NO_LIMITS);
    parts.add("app_service_config_files: " + quoted(copied(settings.appServices())) + "\n");
    Path main = folder.resolve("homeserver.yaml");
    write(main, String.join("\n", parts));
    Path extra = folder.resolve("extra.yaml");
    write(extra, settings.extraYaml().isBlank() ? "{}\n" : settings.extraYaml());
    return List.of(main, extra);
  }

  private String base(SynapseSettings settings, String serverName, int port) {
    String listener =
        """
          - {port: %d, bind_addresses: ["127.0.0.1"], type: http, tls: %s, resources: [{names: [%s]}]}
        """;
    String listeners = listener.formatted(port, false, "client, federation");
    // Nobody else can be reached, so asking three times only takes seconds.
    String federation = "federation: {max_short_retries: 0, max_long_retries: 0}\n";
    if (settings.federating()) {
      listeners += listener.formatted(Ports.of(serverName), true, "federation");
      federation =
          """
          tls_certificate_path: %s
          tls_private_key_path: %s
          federation_verify_certificates: false
          """
              .formatted(quoted(certificate()), quoted(folder.resolve("tls.key")));
    }
    Map<String, Object> values =
        Map.of(
            "server_name", quoted(serverName),
            "public_baseurl", quoted("http://127.0.0.1:" + port + "/"),
            "signing_key_path", quoted(folder.resolve("signing.key")),
            "log_config", quoted(folder.resolve("log.yaml")),
            "media_store_path", quoted(media()),
            "max_upload_size", quoted(settings.maxUpload()),
            "pid_file", quoted(folder.resolve("homeserver.pid")),
            "registration_shared_secret", quoted(remembered("registration.secret").reveal()),
            "macaroon_secret_key", quoted(remembered("macaroon.secret").reveal()),
            "form_secret", quoted(remembered("form.secret").reveal()));
    return values.entrySet().stream()
            .map(e -> e.getKey() + ": " + e.getValue() + "\n")
            .sorted()
            .collect(Collectors.joining())
        + """
        report_stats: false
        enable_registration: false
        suppress_key_server_warning: true
        trusted_key_servers: []
        ip_range_blacklist: []
        bcrypt_rounds: 4
        allow_public_rooms_over_federation: true
        experimental_features:
          msc2409_to_device_messages_enabled: true
          msc3202_transaction_extensions: true
          msc3202_device_masquerading: true
        listeners:
        """
        + listeners
        + federation;
  }

  private String database(SynapseSettings settings, EmbeddedPostgres postgres) {
    if (settings.database() == Database.SQLITE) {
      return "database: {name: sqlite3, args: {database: "
          + quoted(folder.resolve("homeserver.db"))
          + "}}\n";
    }
    return """
    database:
      name: psycopg2
      args: {user: %s, password: %s, dbname: %s, host: %s, port: %d, cp_min: 2, cp_max: 10}
    """
        .formatted(
            quoted(postgres.user()),
            quoted(postgres.password().reveal()),
            quoted(SynapseDatabase.name(settings.folder())),
            quoted(postgres.host()),
            postgres.port());
  }

  private String logging() {
    return """
    version: 1
    formatters: {line: {format: '%%(asctime)s %%(levelname)s %%(name)s %%(message)s'}}
    handlers: {file: {class: logging.FileHandler, filename: %s, formatter: line, encoding: utf8}}
    root: {level: WARNING, handlers: [file]}
    disable_existing_loggers: false
    """
        .formatted(quoted(log()));
  }

  /** Copies into the server's own folder, the only one that a container sees. */
  private List<Path> copied(List<Path> registrations) {
    List<Path> copies = new ArrayList<>();
    for (Path registration : registrations) {
      Path copy = folder.resolve("appservice-" + copies.size() + ".yaml");
      try {
        copies.add(Files.copy(registration, copy, StandardCopyOption.REPLACE_EXISTING));
      } catch (IOException e) {
        throw new LabException(
            "The registration " + registration + " cannot be copied: " + e.getMessage(), e);
      }
    }
    return copies;
  }

  private static String quoted(List<Path> paths) {
    return paths.stream().map(SynapseFiles::quoted).toList().toString();
  }

  private static String quoted(Object value) {
    return "'" + value.toString().replace("'", "''") + "'";
  }

  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new LabException("The file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Deletes a server's folder and all in it, if it is there. */
  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new LabException("The folder " + folder + " cannot be deleted: " + e.getMessage(), e);
    }
  }

  static void write(Path file, String text) {
    try {
      if (!Files.exists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new LabException("The file " + file + " cannot be written: " + e.getMessage(), e);
    }
  }
}
