package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.ferry.crypto.keys.KeyExportFile;
import org.ferry.crypto.keys.KeyExportWriter;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.LibolmPickle;
import org.ferry.id.Secret;
import org.ferry.testing.TestPostgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** The commands under ferry keys, with what real clients of the sample's old server left. */
class KeysCommandsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path DUMP =
      Path.of("src/main/resources/demo/synapse.sql.gz").toAbsolutePath();
  private static final Path EXPORT =
      Path.of("src/test/resources/alice-element-keys.txt").toAbsolutePath();
  private static final int IN_EXPORT = 5;

  @TempDir Path folder = Path.of("");
  private final TestPostgres.Db db = TestPostgres.ledger();
  private JsonNode recovery = JSON.createObjectNode();
  private Map<String, String> environment = Map.of();

  @BeforeEach
  void configure() throws IOException {
    recovery =
        JSON.readTree(Path.of("src/main/resources/demo/facts.json").toFile()).path("recovery");
    write(
        "config.yaml", "homeserver: {address: \"http://127.0.0.1:1\", domain: new.example.org}\n");
    write("passphrase", recovery.path("exportPassphrase").asText() + "\n");
    write("recovery", recovery.path("recoveryKey").asText());
    environment =
        Map.of(
            "DATABASE_URL",
            "postgresql://%s:%s@%s:%d/%s"
                .formatted(db.user(), db.password().reveal(), db.host(), db.port(), db.database()),
            "FERRY_PICKLE_KEY",
            PickleKey.random().text().reveal());
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private CommandRun run(String... arguments) {
    return CommandRun.in(folder, environment, null, arguments);
  }

  private CommandRun imported() {
    return run("keys", "import", EXPORT.toString(), "--passphrase-file", "passphrase");
  }

  private JsonNode status() throws IOException {
    return JSON.readTree(run("keys", "status", "--json").out());
  }

  @Test
  void theExportOfAClientComesInOnceAndGoesOutAgain() throws IOException {
    CommandRun first = imported();
    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.out()).contains(IN_EXPORT + " sessions were read: " + IN_EXPORT + " new");
    assertThat(imported().out()).contains(IN_EXPORT + " there already");
    assertThat(status().path("sessions").asInt()).isEqualTo(IN_EXPORT);
    assertThat(status().path("origins").path("export").asInt()).isEqualTo(IN_EXPORT);

    CommandRun out = run("keys", "export", "out.txt", "--passphrase-file", "passphrase");
    assertThat(out.status()).as(out.err()).isZero();
    assertThat(sessionKeys(folder.resolve("out.txt"))).isEqualTo(sessionKeys(EXPORT));
  }

  /** One row that a disk spoiled stops neither the way out nor the way in. */
  @Test
  void aDamagedKeyIsNamedLeftOutAndMendedByAnImport() throws Exception {
    assertThat(imported().status()).isZero();
    try (var connection = db.connect();
        var statement = connection.createStatement()) {
      int one =
          statement.executeUpdate(
              "update ferry.room_key set pickle = 'spoiled'"
                  + " where session_id = (select min(session_id) from ferry.room_key)");
      assertThat(one).isEqualTo(1);
    }
    String[] export = {"keys", "export", "--force", "out.txt", "--passphrase-file", "passphrase"};
    CommandRun out = run(export);
    assertThat(out.status()).as(out.err()).isEqualTo(1);
    assertThat(out.out()).contains((IN_EXPORT - 1) + " sessions were written");
    assertThat(out.err())
        .contains(
            "1 of what the database holds does not open",
            "the key of session",
            "ferry keys import");
    CommandRun mended = imported();
    assertThat(mended.status()).as(mended.err()).isZero();
    assertThat(mended.out()).contains((IN_EXPORT - 1) + " there already");
    assertThat(run(export).status()).isZero();
    assertThat(sessionKeys(folder.resolve("out.txt"))).isEqualTo(sessionKeys(EXPORT));
  }

  /** What a program reads is one document, and a backup that nobody took is no success. */
  @Test
  void whatAProgramReadsIsOneDocumentAndWhole() throws IOException {
    CommandRun forgotten = run("forget", "--content", "--yes", "--json");
    assertThat(forgotten.status()).as(forgotten.err()).isZero();
    assertThat(
            new ObjectMapper()
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(forgotten.out())
                .path("forgotten")
                .asText())
        .isEqualTo("content");
    assertThat(forgotten.err()).contains("Backups that were made before");
    var err = new ByteArrayOutputStream();
    World full =
        new World(
            environment,
            folder,
            InputStream.nullInputStream(),
            new PrintStream(new OutputTest.Full(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            new Terminal(false, false, false, 80));
    assertThat(new Main(full, new Stop()).run(List.of("backup", "-"))).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("standard output takes no more")
        .doesNotContain("rows were saved");
  }

  private List<String> sessionKeys(Path file) throws IOException {
    List<String> keys = new ArrayList<>();
    Secret passphrase = Secret.of(recovery.path("exportPassphrase").asText());
    long unused =
        KeyExportFile.unlock(() -> Files.newInputStream(file), passphrase)
            .read(s -> keys.add(s.path("room_id").asText() + s.path("session_key").asText()));
    keys.sort(null);
    return keys;
  }

  /** Nobody signs an export: one that a program mangled must not keep the right one out. */
  @Test
  void theRightExportTakesThePlaceOfAMangledOne() throws IOException {
    Secret passphrase = Secret.of(recovery.path("exportPassphrase").asText());
    try (OutputStream out = Files.newOutputStream(folder.resolve("mangled.txt"))) {
      KeyExportWriter writer = new KeyExportWriter(out, passphrase);
      long unused =
          KeyExportFile.unlock(() -> Files.newInputStream(EXPORT), passphrase)
              .read(session -> add(writer, mangled(session)));
      writer.end();
    }
    CommandRun mangled = run("keys", "import", "mangled.txt", "--passphrase-file", "passphrase");
    assertThat(mangled.status()).as(mangled.err()).isZero();
    CommandRun right = imported();
    assertThat(right.status()).isEqualTo(1);
    assertThat(right.out())
        .contains(IN_EXPORT + " could not be used: it does not fit", "with --replace");
    CommandRun replaced =
        run("keys", "import", "--replace", EXPORT.toString(), "--passphrase-file", "passphrase");
    assertThat(replaced.status()).as(replaced.out()).isZero();
    assertThat(replaced.out()).contains(IN_EXPORT + " better than what was there");
    assertThat(imported().out()).contains(IN_EXPORT + " there already");
    // What a sender's device gave is nobody's to replace.
    sql("update ferry.room_key set origin = 'olm'");
    CommandRun refused =
        run("keys", "import", "--replace", "mangled.txt", "--passphrase-file", "passphrase");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.out()).contains("its sender's").doesNotContain("with --replace");
  }

  private static void add(KeyExportWriter writer, JsonNode session) {
    try {
      writer.add(session);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode mangled(JsonNode session) {
    byte[] key = Base64.getDecoder().decode(session.path("session_key").asText());
    key[40] ^= 1;
    return ((ObjectNode) session.deepCopy())
        .put("session_key", Base64.getEncoder().withoutPadding().encodeToString(key));
  }

  private void sql(String statement) {
    try (Connection connection = db.connect()) {
      boolean unused = connection.createStatement().execute(statement);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The plan says what is carried in clear, not what Ferry reads live. */
  @Test
  void aPlanThrowsNoKeyAwayThatALiveRoomNeeds() throws IOException {
    assertThat(run("analyze", DUMP.toString()).status()).isZero();
    write(
        "plan.yaml",
        """
        format: 1
        server: old.example.org
        domain: new.example.org
        space: "#village:new.example.org"
        people: []
        rooms: []
        """);
    String[] json = {
      "keys", "import", "--json", EXPORT.toString(), "--passphrase-file", "passphrase"
    };
    CommandRun first = run(json);
    assertThat(first.status()).as(first.err()).isZero();
    assertThat(JSON.readTree(first.out()).path("discarded").asInt()).isEqualTo(IN_EXPORT);
    List<String> rooms = new ArrayList<>();
    Secret passphrase = Secret.of(recovery.path("exportPassphrase").asText());
    long unused =
        KeyExportFile.unlock(() -> Files.newInputStream(EXPORT), passphrase)
            .read(session -> rooms.add(session.path("room_id").asText()));
    sql(
        "insert into ferry.followed_room (user_id, room) values ('@ferrybot:new.example.org', '%s')"
            .formatted(rooms.getFirst()));
    long there = rooms.stream().filter(rooms.getFirst()::equals).count();
    CommandRun second = run(json);
    assertThat(JSON.readTree(second.out()).path("added").asLong()).isEqualTo(there);
    assertThat(second.err()).contains("of the 1 that Ferry reads in");
  }

  @Test
  void anExportTakesNobodysPlaceAndIsNeverEmpty() throws IOException {
    String[] export = {"keys", "export", "out.txt", "--passphrase-file", "passphrase"};
    CommandRun nothing = run(export);
    assertThat(nothing.status()).isEqualTo(1);
    assertThat(nothing.err()).contains("no session to write", "ferry keys status");
    assertThat(folder.resolve("out.txt")).doesNotExist();

    write("out.txt", "the one of yesterday");
    CommandRun refused = run(export);
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("out.txt is there", "--force");
    assertThat(folder.resolve("out.txt")).hasContent("the one of yesterday");
    assertThat(imported().status()).isZero();
    CommandRun forced =
        run("keys", "export", "--force", "out.txt", "--passphrase-file", "passphrase");
    assertThat(forced.status()).as(forced.err()).isZero();
    assertThat(sessionKeys(folder.resolve("out.txt"))).isEqualTo(sessionKeys(EXPORT));
  }

  /** Who only follows accounts is asked for no registration and sent to no migration. */
  @Test
  void doctorAndStatusKnowWhoOnlyFollows() throws IOException {
    Files.delete(folder.resolve("config.yaml"));
    CommandRun made =
        run("init", "--account", "@me:example.org", "--homeserver", "http://127.0.0.1:1");
    assertThat(made.status()).as(made.err()).isZero();
    assertThat(run("doctor").out())
        .contains("ok        registration: there is none")
        .contains("warning   accounts: @me:example.org is not followed: nobody has logged in yet")
        .doesNotContain("ferry registration");
    assertThat(run("status").out())
        .contains("Nothing is carried: accounts are followed")
        .contains("@me:example.org  account, needs token")
        .doesNotContain("analyze");
    assertThat(run("accounts", "list").out())
        .contains("No ferry run is at work: so they stood when the last one ended.");
  }

  @Test
  void aBackupDoesNotSilentlyTakeThePlaceOfAnother() throws IOException {
    write("ferry.backup", "the one of yesterday");
    CommandRun refused = run("backup", "ferry.backup");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("ferry.backup is there", "--force");
    assertThat(folder.resolve("ferry.backup")).hasContent("the one of yesterday");
    CommandRun forced = run("backup", "ferry.backup", "--force");
    assertThat(forced.status()).as(forced.err()).isZero();
    assertThat(Files.readString(folder.resolve("ferry.backup"), StandardCharsets.ISO_8859_1))
        .startsWith("ferry-backup");
  }

  @Test
  void theBackupInTheDumpOpensWithTheRecoveryKeyAlone() throws IOException {
    CommandRun restored =
        run(
            "keys",
            "restore",
            "--user",
            "@alice:old.example.org",
            "--source",
            DUMP.toString(),
            "--recovery-key-file",
            "recovery");
    assertThat(restored.status()).as(restored.err()).isZero();
    assertThat(restored.out()).contains("3 sessions were read: 3 new");
    assertThat(status().path("origins").path("backup").asInt()).isEqualTo(3);
  }

  @Test
  void theBackupOpensWithThePassphraseToo() throws IOException {
    write("words", recovery.path("passphrase").asText());
    CommandRun restored =
        run(
            "keys",
            "restore",
            "--user",
            "@alice:old.example.org",
            "--source",
            DUMP.toString(),
            "--passphrase-file",
            "words");
    assertThat(restored.status()).as(restored.err()).isZero();
  }

  /** Rows as COPY writes another client's table; what is wrong with one costs no other. */
  @Test
  void whatLibolmPickledComesInRowByRow() throws IOException {
    String maker = "A".repeat(42) + "E";
    List<String> rows = new ArrayList<>(List.of("room_id,sender_key,session_id,pickle"));
    rows.add(row(maker, LibolmPickle.fresh("old key")));
    LibolmPickle bytes = LibolmPickle.fresh("old key");
    String hex = HexFormat.of().formatHex(bytes.pickle().getBytes(StandardCharsets.US_ASCII));
    rows.add(row(maker, new LibolmPickle(bytes.sessionId(), "\\x" + hex)));
    rows.add(row("", LibolmPickle.fresh("old key")));
    rows.add(row(maker, LibolmPickle.fresh("another key")));
    rows.add(row("curve\0", LibolmPickle.fresh("old key")));
    LibolmPickle cut = LibolmPickle.fresh("old key");
    rows.add(row(maker, new LibolmPickle(cut.sessionId(), cut.pickle().substring(0, 60))));
    rows.add(row(maker, new LibolmPickle(cut.sessionId(), "\\x" + hex.substring(1))));
    rows.add("!room:old.example.org," + maker);
    write("sessions.csv", String.join("\n", rows) + "\n");
    write("old-pickle.key", "old key\n");
    CommandRun run =
        run(
            "keys",
            "import",
            "--libolm-pickle",
            "sessions.csv",
            "--pickle-key-file",
            "old-pickle.key");
    assertThat(run.status()).as(run.err()).isEqualTo(1);
    assertThat(run.out())
        .contains(
            "8 sessions were read: 3 new",
            "1 could not be used: a sender key that is none",
            "1 could not be used: a row that does not have");
    assertThat(status().path("origins").path("libolm").asInt()).isEqualTo(3);
    write("passphrase", "export pass 1\n");
    CommandRun out = run("keys", "export", "out.txt", "--passphrase-file", "passphrase");
    assertThat(out.status()).as(out.err()).isZero();
    assertThat(out.err()).contains("3 of them name no signing key of their sender");
  }

  private static String row(String maker, LibolmPickle session) {
    return String.join(",", "!room:old.example.org", maker, session.sessionId(), session.pickle());
  }

  @Test
  void whatIsWrongIsOneSentenceAndChangesNothing() throws IOException {
    write("wrong", "another passphrase");
    write("cut", Files.readString(EXPORT).substring(0, 900));
    write("hello", "hello");
    wrong(
        3,
        "the passphrase is another",
        "keys",
        "import",
        EXPORT.toString(),
        "--passphrase-file",
        "wrong");
    wrong(
        3,
        "cut off",
        "keys",
        "import",
        EXPORT.toString(),
        "cut",
        "--passphrase-file",
        "passphrase");
    wrong(3, "is no key export", "keys", "import", "hello", "--passphrase-file", "passphrase");
    wrong(2, "--passphrase-file", "keys", "import", EXPORT.toString());
    wrong(2, "cannot be read", "keys", "import", "nowhere", "--passphrase-file", "passphrase");
    wrong(2, "needs one of", "keys");
    String[] restore = {
      "keys",
      "restore",
      "--user",
      "@alice:old.example.org",
      "--source",
      DUMP.toString(),
      "--recovery-key-file",
      "wrong"
    };
    wrong(3, "no recovery key", restore);
    wrong(
        3,
        "no server-side key backup",
        "keys",
        "restore",
        "--user",
        "@bob:old.example.org",
        "--source",
        DUMP.toString(),
        "--recovery-key-file",
        "recovery");
    assertThat(status().path("sessions").asInt()).isZero();
  }

  private static String middle(Path export) throws IOException {
    List<String> lines = Files.readAllLines(export);
    return String.join("", lines.subList(1, lines.size() - 1));
  }

  private static String framed(byte[] export) {
    return "-----BEGIN MEGOLM SESSION DATA-----\n"
        + Base64.getEncoder().encodeToString(export)
        + "\n-----END MEGOLM SESSION DATA-----\n";
  }

  @Test
  void whatIsNoTextOrAsksForTooMuchIsOneSentence() throws IOException {
    Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xff, 0, (byte) 0xfe});
    wrong(2, "bytes is no text", "keys", "import", EXPORT.toString(), "--passphrase-file", "bytes");
    byte[] rounds = Base64.getMimeDecoder().decode(middle(EXPORT));
    Arrays.fill(rounds, 33, 37, (byte) 0xff);
    write("rounds", framed(rounds));
    wrong(
        3,
        "rounds asks for 4,294,967,295 rounds",
        "keys",
        "import",
        "rounds",
        "--passphrase-file",
        "passphrase");
  }

  private void wrong(int status, String words, String... arguments) {
    CommandRun run = run(arguments);
    assertThat(run.status()).as(run.err()).isEqualTo(status);
    assertThat(run.err()).contains(words).doesNotContain("Exception", "another passphrase");
  }

  @Test
  void aWrongPickleKeyRefusesAndSaysSo() throws IOException {
    assertThat(imported().status()).isZero();
    Map<String, String> right = environment;
    environment =
        Map.of(
            "DATABASE_URL", right.getOrDefault("DATABASE_URL", ""),
            "FERRY_PICKLE_KEY", PickleKey.random().text().reveal());
    wrong(
        3,
        "another pickle key",
        "keys",
        "import",
        EXPORT.toString(),
        "--passphrase-file",
        "passphrase");
    assertThat(status().path("pickle_key_fits").asBoolean(true)).isFalse();
    environment = Map.of("DATABASE_URL", right.getOrDefault("DATABASE_URL", ""));
    wrong(3, "Put it back", "keys", "import", EXPORT.toString(), "--passphrase-file", "passphrase");
    environment = right;
    assertThat(status().path("pickle_key_fits").asBoolean(false)).isTrue();
  }

  @Test
  void noTableHoldsAKeyInClear() throws Exception {
    assertThat(imported().status()).isZero();
    String all = everything();
    assertThat(all).contains("room_key");
    for (String key : sessionKeys(EXPORT)) {
      String session = key.substring(key.indexOf(":old.example.org") + 16);
      assertThat(session).hasSizeGreaterThan(200);
      // Any part of the ratchet would do; the exported form begins with a version and an index.
      assertThat(all).doesNotContain(session.substring(8, 40), session.substring(100, 140));
    }
    assertThat(all)
        .doesNotContain(
            environment.getOrDefault("FERRY_PICKLE_KEY", "?"),
            recovery.path("exportPassphrase").asText());
  }

  /** Every table of the schema as COPY writes it. */
  private String everything() throws SQLException, IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Connection connection = db.connect()) {
      List<String> tables = new ArrayList<>();
      try (var rows =
          connection
              .createStatement()
              .executeQuery(
                  "select relname from pg_class where relnamespace = 'ferry'::regnamespace and relkind = 'r'")) {
        while (rows.next()) {
          tables.add(rows.getString(1));
        }
      }
      for (String table : tables) {
        out.write((table + "\n").getBytes(StandardCharsets.UTF_8));
        long unused =
            connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("copy ferry." + table + " to stdout", out);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
