package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.ferry.id.Secret;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What Ferry reads of its database's server, and what it asks of it. */
class SetupIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String USER = "ferry_of_setup";

  private final StoreLab lab = new StoreLab();
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
    lab.close();
  }

  private void sql(String... statements) throws SQLException {
    try (var connection = lab.db.connect();
        var statement = connection.createStatement()) {
      for (String text : statements) {
        boolean unused = statement.execute(text);
      }
    }
  }

  private Setup setup(String user, Secret password) {
    TestPostgres.Db db = lab.db;
    DatabaseUrl url =
        new DatabaseUrl(db.host(), db.port(), db.database(), user, password, TlsMode.PREFER, null);
    try (Database database =
        Database.open(vertx, new DatabaseOptions(url, 2, Duration.ofSeconds(5)), n -> {})) {
      return Setup.of(database);
    }
  }

  @Test
  void whatIsKeptForOthersAndLimitsOfTheUserAreNoConnectionsOfFerrys() throws Exception {
    int all = (int) lab.number("select current_setting('max_connections')::int");
    int kept = (int) lab.number("select current_setting('superuser_reserved_connections')::int");
    Secret password = Secret.of("only-here");
    sql(
        "create role %s login password '%s'".formatted(USER, password.reveal()),
        "grant all on schema ferry to " + USER,
        "grant all on all tables in schema ferry to " + USER);
    try {
      assertThat(kept).isPositive();
      assertThat(setup(USER, password).connections()).isEqualTo(all - kept);
      sql("alter database \"%s\" connection limit 30".formatted(lab.db.database()));
      assertThat(setup(USER, password).connections()).isEqualTo(30);
      sql("alter role %s connection limit 9".formatted(USER));
      assertThat(setup(USER, password).connections()).isEqualTo(9);
    } finally {
      sql("drop owned by " + USER, "drop role " + USER);
    }
  }

  @Test
  void aServerThatMayForgetWhatItCommittedIsSaid() throws Exception {
    assertThat(setup(lab.db.user(), lab.db.password()).forgetful())
        .noneMatch(said -> said.contains("synchronous_commit"));
    sql("alter database \"%s\" set synchronous_commit = off".formatted(lab.db.database()));
    assertThat(setup(lab.db.user(), lab.db.password()).forgetful())
        .anyMatch(said -> said.contains("ALTER ROLE CURRENT_USER SET synchronous_commit = on;"));
  }

  /** As after a SIGSTOP: the server ends the transaction, and whoever wakes up does it again. */
  @Test
  void aTransactionThatStandsStillHoldsNothingForEver() {
    AtomicInteger times = new AtomicInteger();
    String limit =
        lab.database.transaction(connection -> {
          String set =
              Database.await(connection.query("show idle_in_transaction_session_timeout").execute())
                  .iterator()
                  .next()
                  .getString(0);
          if (times.incrementAndGet() == 1) {
            AtomicBoolean gone = new AtomicBoolean();
            var unused = connection.closeHandler(v -> gone.set(true));
            var unusedRows =
                Database.await(
                    connection
                        .query("set local idle_in_transaction_session_timeout = '50ms'")
                        .execute());
            Wait.until(LIMIT, "the server ends it", gone::get);
          }
          return set;
        });
    assertThat(times).hasValue(2);
    assertThat(limit).isEqualTo("1min");
  }
}
