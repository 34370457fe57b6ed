package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.ferry.id.Secret;
import org.ferry.id.TraceId;
import org.ferry.live.Received;
import org.ferry.migrate.LedgerException;
import org.ferry.testing.FaultProxy;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DatabaseIT {
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String PID = "select pg_backend_pid()";

  private final Vertx vertx = Vertx.vertx();
  private final TestPostgres.Db db = TestPostgres.freshDatabase();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private DatabaseUrl url(String user, @Nullable Secret password) {
    return new DatabaseUrl(
        db.host(), db.port(), db.database(), user, password, TlsMode.PREFER, null);
  }

  private DatabaseUrl at(int port) {
    return new DatabaseUrl(
        db.host(), port, db.database(), db.user(), db.password(), TlsMode.PREFER, null);
  }

  private Database open(DatabaseUrl url) {
    return Database.open(vertx, new DatabaseOptions(url, 2, SHORT), n -> {});
  }

  private Database open() {
    return open(url(db.user(), db.password()));
  }

  private void sql(String... statements) throws SQLException {
    try (var connection = db.connect();
        var statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private long number(String sql) throws SQLException {
    try (var connection = db.connect();
        var row = connection.createStatement().executeQuery(sql)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  @Test
  void leavesNoConnectionOpenOnWhichTlsWasRefused() throws Exception {
    try (FaultProxy proxy = FaultProxy.to(db.host(), db.port());
        Database database = open(at(proxy.port()))) {
      var unused = database.run("select 1");
      Wait.until(LIMIT, "one connection", () -> proxy.connections() == 1);
    }
  }

  @Test
  void installsItselfOnceWithinItsOwnSchema() throws Exception {
    open().close();
    open().close();
    assertThat(number("select count(*) from ferry.schema_history where version::int = 1"))
        .isEqualTo(1);
    assertThat(
            number(
                "select count(*) from pg_class where relkind in ('r', 'p', 'S')"
                    + " and relnamespace = 'public'::regnamespace"))
        .isZero();
  }

  @Test
  void theVersionIsThatOfTheNewestMigration() throws IOException {
    try (var files = Files.list(Path.of("src/main/resources/db/migration"))) {
      List<Integer> versions =
          files
              .map(
                  f -> Integer.parseInt(f.getFileName().toString().replaceAll("V(\\d+)__.*", "$1")))
              .sorted()
              .toList();
      assertThat(versions).doesNotHaveDuplicates().startsWith(1).endsWith(Schema.VERSION);
    }
  }

  @Test
  void severalMayStartAtOnce() throws Exception {
    var starts =
        IntStream.range(0, 6)
            .mapToObj(i -> CompletableFuture.runAsync(() -> open().close()))
            .toList();
    starts.forEach(CompletableFuture::join);
    assertThat(number("select count(*) from ferry.claim")).isEqualTo(1);
  }

  @Test
  void aNewerSchemaIsLeftAlone() throws Exception {
    open().close();
    sql(
        "insert into ferry.schema_history (installed_rank, version, description, type, script,"
            + " installed_by, execution_time, success)"
            + " values (99, '99', 'later', 'SQL', 'V99__later.sql', 'x', 1, true)");
    assertThatThrownBy(this::open)
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("newer Ferry")
        .hasMessageContaining("schema version 99");
  }

  @Test
  void aWrongPasswordIsSaidWithoutIt() {
    assertThatThrownBy(() -> open(url("nobody_at_all", Secret.of("s3cret"))))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("does not let user \"nobody_at_all\" in")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
  }

  @Test
  void aMissingDatabaseIsSaid() {
    DatabaseUrl url =
        new DatabaseUrl(
            db.host(), db.port(), "not_there", db.user(), db.password(), TlsMode.PREFER, null);
    assertThatThrownBy(() -> open(url))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("not_there");
  }

  @Test
  void aServerThatIsAwayIsWaitedForAndThenSaid() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    DatabaseUrl url = new DatabaseUrl("127.0.0.1", port, "d", "u", null, TlsMode.PREFER, null);
    Instant start = Instant.now();
    assertThatThrownBy(() -> open(url))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("cannot be reached");
    assertThat(Duration.between(start, Instant.now())).isBetween(SHORT, SHORT.multipliedBy(5));
  }

  @Test
  void aMissingRightIsSaidWithTheGrantToRun() throws Exception {
    String role = "plain_" + db.database();
    sql("create role \"%s\" login password 'pw'".formatted(role));
    assertThatThrownBy(() -> open(url(role, Secret.of("pw"))))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining(
            "GRANT CREATE ON DATABASE \"%s\" TO \"%s\";".formatted(db.database(), role));

    sql("grant create on database \"%s\" to \"%s\"".formatted(db.database(), role));
    open(url(role, Secret.of("pw"))).close();
  }

  @Test
  void aSchemaOfSomebodyElseIsSaid() throws Exception {
    String role = "other_" + db.database();
    open().close();
    sql("create role \"%s\" login password 'pw'".formatted(role));
    assertThatThrownBy(() -> open(url(role, Secret.of("pw"))))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("ALTER SCHEMA ferry OWNER TO \"%s\";".formatted(role));
  }

  @Test
  void aDatabaseOfAnotherEncodingIsRefused() throws Exception {
    String latin = db.database() + "_latin";
    sql(
        "create database %s encoding 'LATIN1' template template0 lc_collate 'C' lc_ctype 'C'"
            .formatted(latin));
    DatabaseUrl url =
        new DatabaseUrl(
            db.host(), db.port(), latin, db.user(), db.password(), TlsMode.PREFER, null);
    assertThatThrownBy(() -> open(url))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("LATIN1")
        .hasMessageContaining("CREATE DATABASE");
  }

  @Test
  void aReadOnlyDatabaseIsSaid() throws Exception {
    sql("alter database \"%s\" set default_transaction_read_only = on".formatted(db.database()));
    assertThatThrownBy(this::open)
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("takes no writes");
  }

  @Test
  void transactionsAreKeptAndRecognised() throws Exception {
    try (Database database = open()) {
      PgInbox inbox = new PgInbox(database);
      Instant first = Instant.parse("2026-01-01T00:00:00Z");
      assertThat(inbox.newest("new")).isEmpty();
      assertThat(inbox.store(received("new", "1", "aa", first))).isTrue();
      assertThat(inbox.store(received("new", "1", "aa", first.plusSeconds(9)))).isFalse();
      assertThat(inbox.store(received("new", "1", "bb", first.plusSeconds(5)))).isTrue();
      assertThat(inbox.store(received("old", "1'\\%\0", "aa", first))).isTrue();
      assertThat(inbox.newest("new").orElseThrow().at()).isEqualTo(first.plusSeconds(5));
    }
  }

  private static Received received(String server, String txn, String sha256, Instant at) {
    return new Received(
        server,
        txn,
        Buffer.buffer(new byte[] {0, 1, (byte) 0xff, '{'}),
        sha256,
        1,
        2,
        at,
        TraceId.fresh());
  }

  @Test
  void theInboxKnowsTheRoomsThatAreCarriedAndTheirSpace() throws Exception {
    try (Database database = open()) {
      sql(
          """
          insert into ferry.source (server, type, label, fingerprint, load, loaded_at)
          values ('old', '', '', '', 1, 'epoch');
          insert into ferry.crossing (source, domain, space, used_at)
          select id, 'new', '!space:new', 'epoch' from ferry.source;
          insert into ferry.crossing_room (crossing, old, target, state, action, actor, detail)
          select id, '!r:old', '!r:new', 'open', 'create', '@b:new', '{}' from ferry.crossing
          """);
      PgInbox inbox = new PgInbox(database);
      assertThat(inbox.ours(Set.of("!r:new", "!space:new", "!r:old", "!else:new", "!n\0:new", "")))
          .containsExactlyInAnyOrder("!r:new", "!space:new");
    }
  }

  @Test
  void nothingOfTheDriverIsPrintedWhereTheServerEndsAConnection() throws Exception {
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try (Database database = open()) {
      AtomicInteger times = new AtomicInteger();
      int done =
          database.transaction(connection -> {
            Row row = Database.await(connection.query(PID).execute()).iterator().next();
            if (times.incrementAndGet() == 1) {
              AtomicBoolean gone = new AtomicBoolean();
              var unused = connection.closeHandler(v -> gone.set(true));
              sql("select pg_terminate_backend(%d)".formatted(row.getInteger(0)));
              Wait.until(LIMIT, "the connection is gone", gone::get);
            }
            return Database.await(connection.query("select 7").execute())
                .iterator()
                .next()
                .getInteger(0);
          });
      assertThat(done).isEqualTo(7);
      assertThat(times).hasValue(2);
    } finally {
      System.setErr(err);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
  }
}
