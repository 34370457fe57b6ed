package org.ferry.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
  private static final Path CACHE = FerryCache.standard();

  @TempDir Path data;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endWhatIsLeft() throws Exception {
    for (Process process : started) {
      assertThat(process.destroyForcibly().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    EmbeddedPostgres.open(data, CACHE).close();
  }

  @Test
  void twoHoldsShareOneServerAndTheLastStopsIt() throws Exception {
    var first = EmbeddedPostgres.open(data, CACHE);
    var second = EmbeddedPostgres.open(data, CACHE);
    assertThat(second.port()).isEqualTo(first.port());

    first.close();
    first.close();
    assertThat(answers(second)).isTrue();

    second.close();
    assertThat(answers(second)).isFalse();
    assertThat(PidFile.read(cluster())).isEmpty();
  }

  @Test
  void processesShareOneServerAndTheLastStopsIt() throws Exception {
    Process one = holder();
    Process two = holder();
    int port = port(one);
    assertThat(port(two)).isEqualTo(port);
    try (var here = EmbeddedPostgres.open(data, CACHE)) {
      assertThat(here.port()).isEqualTo(port);
      end(one);
      end(two);
      assertThat(answers(here)).isTrue();
    }
    assertThat(PidFile.read(cluster())).isEmpty();
  }

  @Test
  void aLeaverLeavesTheServerToOtherProcesses() throws Exception {
    Process other = holder();
    int port = port(other);
    var here = EmbeddedPostgres.open(data, CACHE);
    here.close();
    assertThat(answers(here)).isTrue();
    assertThat(here.port()).isEqualTo(port);
    end(other);
    assertThat(answers(here)).isFalse();
  }

  /** As Ctrl-C does to a command that has only begun. */
  @Test
  void whoIsInterruptedWhileItStartsLeavesNothingRunning() throws Exception {
    EmbeddedPostgres.open(data, CACHE).close();
    Thread opening =
        Thread.ofPlatform()
            .start(() -> {
              try (var hold = EmbeddedPostgres.open(data, CACHE)) {
                assertThat(hold.port()).isPositive();
              } catch (EmbeddedPostgresException e) {
                // It may give up or finish; the server ends either way.
              }
            });
    Path pid = cluster().resolve("postmaster.pid");
    while (!Files.exists(pid)) {
      assertThat(opening.isAlive()).isTrue();
      Thread.onSpinWait();
    }
    opening.interrupt();
    opening.join();
    assertThat(PidFile.read(cluster())).isEmpty();
  }

  @Test
  void anInterruptedThreadStopsItAllTheSame() {
    var hold = EmbeddedPostgres.open(data, CACHE);
    Thread.currentThread().interrupt();
    hold.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(answers(hold)).isFalse();
  }

  @Test
  void aKilledProcessLeavesItUsable() throws Exception {
    Process killed = holder();
    int port = port(killed);
    assertThat(killed.destroyForcibly().waitFor(10, TimeUnit.SECONDS)).isTrue();

    var next = EmbeddedPostgres.open(data, CACHE);
    assertThat(next.port()).isEqualTo(port);
    assertThat(answers(next)).isTrue();
    next.close();
    assertThat(answers(next)).isFalse();
  }

  @Test
  void dataSurviveAKilledServer() throws Exception {
    try (var hold = EmbeddedPostgres.open(data, CACHE);
        var connection = connect(hold);
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t AS SELECT 42 AS n");
      ProcessHandle server =
          ProcessHandle.of(PidFile.read(cluster()).orElseThrow().pid()).orElseThrow();
      assertThat(server.destroyForcibly()).isTrue();
      assertThat(server.onExit().get(10, TimeUnit.SECONDS).isAlive()).isFalse();

      try (var again = EmbeddedPostgres.open(data, CACHE)) {
        assertThat(again.port()).isEqualTo(hold.port());
        try (var fresh = connect(again);
            var rows = fresh.createStatement().executeQuery("SELECT n FROM t")) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getInt(1)).isEqualTo(42);
        }
      }
    }
  }

  @Test
  void aHoldBringsAKilledServerBackWhereItWas() throws Exception {
    var hold = EmbeddedPostgres.open(data, CACHE);
    try (var beside = EmbeddedPostgres.open(data, CACHE)) {
      assertThat(hold.revive()).isFalse();
      ProcessHandle server =
          ProcessHandle.of(PidFile.read(cluster()).orElseThrow().pid()).orElseThrow();
      assertThat(server.destroyForcibly()).isTrue();
      assertThat(server.onExit().get(10, TimeUnit.SECONDS).isAlive()).isFalse();

      assertThat(hold.revive()).isTrue();
      assertThat(beside.revive()).isFalse();
      assertThat(answers(hold)).isTrue();
      hold.close();
      assertThat(hold.revive()).isFalse();
    }
    assertThat(PidFile.read(cluster())).isEmpty();
  }

  @Test
  void aPidFileOfBeforeTheMachineRestartedDoesNotMatter() throws Exception {
    EmbeddedPostgres.open(data, CACHE).close();
    // The number now belongs to another program, here to this test.
    Files.writeString(
        PidFile.in(cluster()),
        ProcessHandle.current().pid() + "\n" + cluster() + "\n1\n5432\n\n\n");
    try (var hold = EmbeddedPostgres.open(data, CACHE)) {
      assertThat(answers(hold)).isTrue();
    }
  }

  @Test
  void anInitdbThatWasKilledIsDoneAgain() throws Exception {
    Files.createDirectories(data.resolve("postgres/cluster.new/base"));
    try (var hold = EmbeddedPostgres.open(data, CACHE)) {
      assertThat(answers(hold)).isTrue();
    }
  }

  @Test
  void keepsItsFilesPrivateAndAsksForThePassword() throws Exception {
    try (var hold = EmbeddedPostgres.open(data, CACHE)) {
      assertThat(mode(data.resolve("postgres"))).isEqualTo("rwx------");
      assertThat(mode(data.resolve("postgres/password"))).isEqualTo("rw-------");
      assertThat(hold.password().toString()).isEqualTo("[REDACTED]");
      assertThatThrownBy(
              () -> DriverManager.getConnection(hold.jdbcUrl(), hold.user(), "guess").close())
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("password authentication failed");
    }
  }

  @Test
  void writesNothingOfWhatPeopleWroteIntoItsLog() throws Exception {
    try (var hold = EmbeddedPostgres.open(data, CACHE);
        var connection = connect(hold);
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (n int PRIMARY KEY, body text UNIQUE)");
      statement.execute("INSERT INTO t VALUES (1, 'canary-one')");
      assertThatThrownBy(() -> statement.execute("INSERT INTO t VALUES (2, 'canary-one')"))
          .hasMessageContaining("canary-one");
      assertThatThrownBy(() -> statement.execute("SELECT 'canary-two'::int"))
          .hasMessageContaining("canary-two");
      try (var prepared = connection.prepareStatement("INSERT INTO t VALUES (3, ?)")) {
        prepared.setString(1, "canary-one");
        assertThatThrownBy(prepared::execute).isInstanceOf(SQLException.class);
      }
    }
    assertThat(Files.readString(data.resolve("postgres/server.log")))
        .contains("ready to accept connections")
        .doesNotContain("canary");
  }

  @Test
  void refusesTheDataOfAnotherMajorVersion() throws Exception {
    EmbeddedPostgres.open(data, CACHE).close();
    Path version = cluster().resolve("PG_VERSION");
    String own = Files.readString(version);
    Files.writeString(version, "12\n");
    assertThatThrownBy(() -> EmbeddedPostgres.open(data, CACHE))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContainingAll("PostgreSQL 12", "ferry backup", "database.url");
    Files.writeString(version, own);
  }

  @Test
  void namesTheFolderThatItCannotMake() throws Exception {
    Path file = Files.writeString(data.resolve("file"), "");
    assertThatThrownBy(() -> EmbeddedPostgres.open(file, CACHE))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContainingAll(file.toString(), "data_dir");
  }

  @Test
  void saysWhatPostgresSaidWhenItDoesNotStart() throws Exception {
    EmbeddedPostgres.open(data, CACHE).close();
    Path conf = cluster().resolve("postgresql.conf");
    String own = Files.readString(conf);
    Files.writeString(conf, own + "\nno_such_setting = 1\n");
    assertThatThrownBy(() -> EmbeddedPostgres.open(data, CACHE))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContainingAll("did not start", "no_such_setting", "database.url");
    Files.writeString(conf, own);
  }

  private Path cluster() throws IOException {
    return data.toRealPath().resolve("postgres/cluster");
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static Connection connect(EmbeddedPostgres hold) throws SQLException {
    return DriverManager.getConnection(hold.jdbcUrl(), hold.user(), hold.password().reveal());
  }

  private static boolean answers(EmbeddedPostgres hold) {
    try (var connection = connect(hold)) {
      return connection.isValid(5);
    } catch (SQLException e) {
      return false;
    }
  }

  private Process holder() throws IOException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                data.toString(),
                CACHE.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    started.add(process);
    return process;
  }

  private static int port(Process holder) throws IOException {
    BufferedReader reader = holder.inputReader(StandardCharsets.UTF_8);
    String line = reader.readLine();
    assertThat(line).startsWith("port=");
    return Integer.parseInt(line.substring("port=".length()));
  }

  private static void end(Process holder) throws Exception {
    holder.getOutputStream().close();
    assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(holder.exitValue()).isZero();
  }
}
