package org.ferry.store.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.ferry.source.SourceException;
import org.ferry.source.synapse.Surroundings;
import org.ferry.store.sqlite.SqliteFile;
import org.ferry.testing.DumpTables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One database in every form that an administrator may have it in: what comes out is the same. The
 * archives were written by pg_dump 15; where the machine has no pg_restore, the tests see that this
 * is said with the remedy.
 */
class FormatsTest {
  private static final Path ARCHIVES = Path.of("src/test/resources/archives");
  private static final String MACHINE = System.getenv().getOrDefault("PATH", "");

  @TempDir Path folder;

  @Test
  void insertsHoldTheSameAsRowsOfManyInserts() throws Exception {
    Contents single = read("small.inserts.sql.gz", "");
    Contents many = read("small.rows.sql.gz", "");
    assertThat(single.events()).hasSize(17);
    assertThat(many.streams()).isEqualTo(single.streams());
    assertThat(single.problems()).isEmpty();
    assertThat(single.info().madeBy()).isEqualTo("pg_dump 15.18 --inserts, Synapse schema 94");
  }

  @ParameterizedTest
  @ValueSource(strings = {"small.dump", "small.tar.gz", "small.folder"})
  void archivesAreReadThroughPgRestore(String archive) throws Exception {
    if (!isThere()) {
      assertThatThrownBy(() -> read(archive, MACHINE)).hasMessageContaining("postgresql-client");
      return;
    }
    Contents expected = read("small.rows.sql.gz", "");
    Contents found = read(archive, MACHINE);
    assertThat(found.streams()).isEqualTo(expected.streams());
    assertThat(found.problems()).isEmpty();
    assertThat(found.info().madeBy()).contains("format), Synapse schema 94");
    assertThat(found.info().fingerprint()).hasSize(64);
    assertThat(read(archive, MACHINE).info()).isEqualTo(found.info());
  }

  @Test
  void anArchiveFromStandardInputAlsoCompressed() throws Exception {
    byte[] archive = Files.readAllBytes(ARCHIVES.resolve("small.dump"));
    Path packed = folder.resolve("small.dump.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(archive);
    }
    if (!isThere()) {
      assertThatThrownBy(() -> Contents.of(packed.toString(), none(), around(MACHINE)))
          .hasMessageContaining("postgresql-client");
      return;
    }
    Contents first = Contents.of("-", new ByteArrayInputStream(archive), around(MACHINE));
    Contents second = Contents.of(packed.toString(), none(), around(MACHINE));
    assertThat(first.events()).hasSize(17);
    assertThat(second.streams()).isEqualTo(first.streams());
  }

  @Test
  void withoutPgRestoreTheRemedyIsSaid() {
    assertThatThrownBy(() -> read("small.dump", ""))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("custom format")
        .hasMessageContaining("client programs 15 or newer (package postgresql-client)")
        .hasMessageContaining("pg_restore -f dump.sql");
    assertThatThrownBy(() -> read("small.tar.gz", "")).hasMessageContaining("tar format");
    assertThatThrownBy(() -> read("small.folder", "")).hasMessageContaining("directory format");
  }

  @Test
  void anOlderPgRestoreIsNamedWithWhatIsNeeded() throws Exception {
    Path program = folder.resolve("pg_restore");
    Files.writeString(
        program,
        """
        #!/bin/sh
        if [ "$1" = --version ]; then echo 'pg_restore (PostgreSQL) 999.1'; exit; fi
        echo 'pg_restore: error: unsupported version (1.16) in file header' >&2
        exit 1
        """);
    var unused =
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(() -> read("small.dump", folder.toString()))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("pg_dump 15.18 (Debian 15.18-0+deb12u1)")
        .hasMessageContaining("pg_restore 999.1 (" + program + ") does not understand")
        .hasMessageContaining("Install PostgreSQL's client programs 15 or newer");
  }

  @Test
  void aCutArchiveIsRefused() throws Exception {
    byte[] archive = Files.readAllBytes(ARCHIVES.resolve("small.dump"));
    for (int length : new int[] {20, archive.length / 2, archive.length - 40}) {
      InputStream cut = new ByteArrayInputStream(Arrays.copyOf(archive, length));
      assertThatThrownBy(() -> Contents.of("-", cut, around(MACHINE)))
          .as("cut at %s", length)
          .isInstanceOf(SourceException.class)
          .hasMessageContaining(isThere() ? "custom format" : "postgresql-client");
    }
  }

  @Test
  void anSqliteDatabaseHoldsTheSame() throws Exception {
    Contents expected = Contents.of("-", DumpTables.sample().open(), around(""));
    Path database = folder.resolve("homeserver.db");
    sqlite(database, "DELETE");
    List<Path> before = files();
    Contents found = Contents.of(database.toString(), none(), around(""));
    assertThat(found.streams()).isEqualTo(expected.streams());
    assertThat(found.problems()).isEmpty();
    assertThat(found.info().madeBy()).isEqualTo("SQLite, Synapse schema 94");
    assertThat(files()).isEqualTo(before);
    Path packed = folder.resolve("homeserver.db.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      long unused = Files.copy(database, out);
    }
    Contents unpacked = Contents.of(packed.toString(), none(), around(""));
    assertThat(unpacked.streams()).isEqualTo(expected.streams());
    assertThat(scratch()).isEmpty();
  }

  /** What a killed server leaves: the newest rows are in the log beside the database only. */
  @Test
  void aWriteAheadLogBesideADatabaseCounts() throws Exception {
    Path database = folder.resolve("live/homeserver.db");
    Path copy = folder.resolve("copy/homeserver.db");
    Files.createDirectories(database.getParent());
    Files.createDirectories(copy.getParent());
    sqlite(database, "WAL");
    try (Connection server = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = server.createStatement()) {
      boolean unused = statement.execute("PRAGMA wal_autocheckpoint = 0");
      int added =
          statement.executeUpdate(
              "INSERT INTO users (name, creation_ts) VALUES ('@late:old.example.org', '7')");
      assertThat(added).isEqualTo(1);
      Path log =
          Files.copy(
              database.resolveSibling("homeserver.db-wal"),
              copy.resolveSibling("homeserver.db-wal"));
      assertThat(Files.size(log)).isPositive();
      Path same = Files.copy(database, copy);
      byte[] bytes = Files.readAllBytes(same);
      Contents found = Contents.of(copy.toString(), none(), around(""));
      assertThat(found.streams().get(0)).anyMatch(p -> p.contains("@late:old.example.org"));
      assertThat(Files.readAllBytes(copy)).isEqualTo(bytes);
      assertThat(scratch()).isEmpty();
    }
  }

  @Test
  void aDatabaseThatIsNoneOrADifferentOneIsCalledSo() throws Exception {
    Path other = folder.resolve("other.db");
    try (Connection made = DriverManager.getConnection("jdbc:sqlite:" + other);
        Statement statement = made.createStatement()) {
      int unused = statement.executeUpdate("CREATE TABLE users (name TEXT)");
    }
    assertThatThrownBy(() -> Contents.of(other.toString(), none(), around("")))
        .hasMessageContaining("not of a Synapse")
        .hasMessageContaining("homeserver.yaml");
    Path broken = folder.resolve("broken.db");
    byte[] bytes = new byte[8192];
    Arrays.fill(bytes, (byte) 'x');
    System.arraycopy("SQLite format 3\0".getBytes(StandardCharsets.US_ASCII), 0, bytes, 0, 16);
    Path written = Files.write(broken, bytes);
    assertThatThrownBy(() -> Contents.of(written.toString(), none(), around("")))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("cannot be read as an SQLite database");
  }

  /** A view may call functions; a table of that name is wanted, not a view. */
  @Test
  void nothingInADatabaseIsExecuted() throws Exception {
    Path database = folder.resolve("homeserver.db");
    sqlite(database, "DELETE");
    try (Connection made = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = made.createStatement()) {
      int unused = statement.executeUpdate("ALTER TABLE profiles RENAME TO hidden");
      unused =
          statement.executeUpdate(
              "CREATE VIEW profiles AS SELECT 'alice' AS user_id,"
                  + " hex(zeroblob(1000000000)) AS displayname");
    }
    Contents found = Contents.of(database.toString(), none(), around(""));
    assertThat(found.streams().get(0)).hasSize(12).noneMatch(p -> p.contains("Alice"));
  }

  private static boolean isThere() {
    return Stream.concat(
            Arrays.stream(MACHINE.split(":")).map(Path::of),
            Files.isDirectory(Path.of("/usr/lib/postgresql"))
                ? Arrays.stream(new String[] {"14", "15", "16", "17", "18"})
                    .map(v -> Path.of("/usr/lib/postgresql", v, "bin"))
                : Stream.of())
        .anyMatch(p -> Files.isExecutable(p.resolve("pg_restore")));
  }

  private Contents read(String file, String path) throws Exception {
    return Contents.of(ARCHIVES.resolve(file).toString(), none(), around(path));
  }

  private static InputStream none() {
    return InputStream.nullInputStream();
  }

  private Surroundings around(String path) {
    return new Surroundings(folder.resolve("scratch"), path, SqliteFile::open);
  }

  private List<Path> scratch() throws IOException {
    try (var all = Files.list(folder.resolve("scratch"))) {
      return all.toList();
    }
  }

  private List<Path> files() throws IOException {
    try (var all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** The sample as Synapse keeps it in SQLite: truth values are numbers, the rest is text. */
  private static void sqlite(Path file, String journal) throws Exception {
    try (Connection made = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      try (Statement statement = made.createStatement()) {
        boolean unused = statement.execute("PRAGMA journal_mode = " + journal);
      }
      made.setAutoCommit(false);
      for (Map.Entry<String, DumpTables.Table> table : DumpTables.sample().tables().entrySet()) {
        fill(made, table.getKey(), table.getValue());
      }
      made.commit();
    }
  }

  private static void fill(Connection made, String name, DumpTables.Table table) throws Exception {
    String columns =
        table.columns().stream().map(c -> '"' + c + '"').collect(Collectors.joining(", "));
    try (Statement statement = made.createStatement()) {
      int unused = statement.executeUpdate("CREATE TABLE " + name + " (" + columns + ")");
    }
    String marks = String.join(", ", table.columns().stream().map(c -> "?").toList());
    try (PreparedStatement insert =
        made.prepareStatement("INSERT INTO " + name + " VALUES (" + marks + ")")) {
      for (String[] row : table.rows()) {
        for (int i = 0; i < row.length; i++) {
          insert.setString(i + 1, plain(row[i]));
        }
        int unused = insert.executeUpdate();
      }
    }
  }

  private static @Nullable String plain(String value) {
    return switch (value) {
      case "\\N" -> null;
      case "t" -> "1";
      case "f" -> "0";
      default ->
          value
              .replace("\\\\", "\u0000")
              .replace("\\n", "\n")
              .replace("\\t", "\t")
              .replace("\\r", "\r")
              .replace("\u0000", "\\");
    };
  }
}
