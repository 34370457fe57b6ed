package org.ferry.store.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import org.ferry.id.Secret;

/** The files of one embedded PostgreSQL: made once, checked at each use. */
final class Cluster {
  static final String USER = "ferry";

  private static final int LONGEST_PATH = 900;
  private static final Duration INITDB_LIMIT = Duration.ofMinutes(5);

  /**
   * Bulk loads write no log for a table made in the same transaction (wal_level), and no statement
   * or value, which may be what people wrote, gets into the server's log.
   */
  private static final String SETTINGS =
      """
      # Written by Ferry at each start. Your own settings belong in postgresql.conf above the include.
      listen_addresses = '127.0.0.1'
      unix_socket_directories = ''
      max_connections = 100
      shared_buffers = 128MB
      work_mem = 16MB
      maintenance_work_mem = 128MB
      wal_level = minimal
      max_wal_senders = 0
      max_wal_size = 2GB
      wal_compression = on
      checkpoint_timeout = 15min
      random_page_cost = 1.1
      fsync = on
      synchronous_commit = on
      full_page_writes = on
      timezone = 'UTC'
      log_timezone = 'UTC'
      logging_collector = off
      log_destination = stderr
      log_min_messages = log
      log_min_error_statement = panic
      log_error_verbosity = terse
      log_statement = none
      log_min_duration_statement = -1
      log_checkpoints = off
      log_autovacuum_min_duration = -1
      log_parameter_max_length = 0
      log_parameter_max_length_on_error = 0
      cluster_name = 'ferry'
      """;

  private final Path home;
  private final Path data;

  Cluster(Path home) {
    this.home = home;
    this.data = home.resolve("cluster");
  }

  Path data() {
    return data;
  }

  /** The server's log. */
  Path log() {
    return home.resolve("server.log");
  }

  Secret password() {
    try {
      return Secret.of(Files.readString(passwordFile()).strip());
    } catch (IOException | IllegalArgumentException e) {
      throw new EmbeddedPostgresException(
          "The password of Ferry's embedded PostgreSQL, %s, cannot be read. Put the file back."
              .formatted(passwordFile()),
          e);
    }
  }

  private Path passwordFile() {
    return home.resolve("password");
  }

  /** Makes the data folder unless it is there. An initdb that was killed leaves nothing behind. */
  void prepare(Command command, String major) {
    if (Files.exists(data)) {
      checkMajor(major);
      return;
    }
    if (data.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
      throw new EmbeddedPostgresException(
          "The path %s is too long for PostgreSQL. Choose a shorter data_dir.".formatted(data));
    }
    Path fresh = home.resolve("cluster.new");
    Folders.deleteTree(fresh);
    if (!Files.exists(passwordFile())) {
      Folders.writePrivate(passwordFile(), freshPassword() + "\n");
    }
    initdb(command, fresh);
    try {
      Files.writeString(
          fresh.resolve("postgresql.conf"),
          "\ninclude = '../ferry.conf'\n",
          StandardOpenOption.APPEND);
      Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw Folders.failure("make", data, e);
    }
  }

  private void initdb(Command command, Path folder) {
    var result =
        command.run(
            INITDB_LIMIT,
            "initdb",
            "--pgdata=" + folder,
            "--username=" + USER,
            "--auth=scram-sha-256",
            "--pwfile=" + passwordFile(),
            "--encoding=UTF8",
            "--locale=C");
    if (!result.ok()) {
      throw Diagnosis.of("initdb could not make " + data, result.output());
    }
  }

  private static String freshPassword() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private void checkMajor(String major) {
    String found;
    try {
      found = Files.readString(data.resolve("PG_VERSION")).strip();
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "%s is not a PostgreSQL data folder (no PG_VERSION). Restore it, or move it away and"
                  .formatted(data)
              + " let Ferry begin anew.",
          e);
    }
    if (!found.equals(major)) {
      throw new EmbeddedPostgresException(
          ("%s was made by PostgreSQL %s, and this Ferry carries %s. Run `ferry backup FILE` with"
                  + " the Ferry that made it, move %s away and `ferry restore FILE`; or %s.")
              .formatted(data, found, major, home, EmbeddedPostgresException.USE_EXTERNAL));
    }
  }

  void configure(int port) {
    Folders.writePrivate(home.resolve("ferry.conf"), SETTINGS + "port = " + port + "\n");
  }
}
