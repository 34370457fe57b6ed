package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.ferry.testing.FaultProxy;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Tier;
import org.ferry.testing.Wait;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The homeserver and the database go away in the middle of a migration and come back. */
class OutageIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String WAITING = "waiting, nothing is lost";

  @TempDir Path folder;

  @Test
  void waitsForAHomeserverThatWasKilled() {
    try (Workplace work = Workplace.in(folder)) {
      try (FerryProcess ferry = work.migrate().start()) {
        int kills = Tier.Count.HOMESERVER_KILLS.now();
        for (int i = 1; i <= kills; i++) {
          work.awaitWrites(ferry, Workplace.eventsOf(0.6) / kills);
          work.server().kill();
          int expected = i;
          Wait.until(LIMIT, "word of it", () -> count(ferry.err(), WAITING) >= expected);
          var unused = work.server().start();
        }
        FerryProcess.Result result = ferry.await(LIMIT);
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(count(result.err(), WAITING)).as(result.err()).isEqualTo(kills);
        assertThat(count(result.err(), "answers again")).as(result.err()).isEqualTo(kills);
      }
      KillIT.proven(work);
    }
  }

  @Test
  void goesOnWhenItsDatabaseConnectionsAreCut() throws SQLException, IOException {
    TestPostgres.Db db = TestPostgres.ledger();
    try (Workplace work = Workplace.in(folder);
        FaultProxy proxy = FaultProxy.to(db.host(), db.port())) {
      work.configure(database(db, proxy.port()));
      try (FerryProcess ferry = work.migrate().start()) {
        int cuts = Tier.Count.DATABASE_CUTS.now();
        for (int i = 1; i <= cuts; i++) {
          work.awaitWrites(ferry, Workplace.eventsOf(0.7) / cuts);
          if (i % 2 == 0) {
            proxy.reset();
          } else {
            terminate(db);
          }
        }
        work.awaitWrites(ferry, 20);
        proxy.refuse();
        proxy.reset();
        String line = ferry.awaitLine("waiting up to");
        assertThat(line).startsWith("database connection lost (");
        proxy.heal();
        FerryProcess.Result result = ferry.await(LIMIT);
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.err()).contains("the database is back, going on");
      }
      KillIT.proven(work);
    }
  }

  @Test
  void anEmbeddedDatabaseThatWasKilledIsStartedAgainAndTheRunGoesOn() throws IOException {
    try (Workplace work = Workplace.in(folder)) {
      try (FerryProcess ferry = work.migrate().start()) {
        work.awaitWrites(ferry, 60);
        killPostgres();
        FerryProcess.Result result = ferry.await(LIMIT);
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(count(result.err(), "it was started again, nothing is lost"))
            .as(result.err())
            .isEqualTo(1);
        assertThat(result.err()).doesNotContain("Exception", "\tat ");
      }
      KillIT.standsOnce(work);
    }
  }

  private void killPostgres() throws IOException {
    try (var files = Files.walk(folder)) {
      Path note = files.filter(f -> f.endsWith("postmaster.pid")).findFirst().orElseThrow();
      long pid = Long.parseLong(Files.readAllLines(note).getFirst().strip());
      ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
      List<ProcessHandle> all = postmaster.descendants().toList();
      assertThat(postmaster.destroyForcibly()).isTrue();
      all.forEach(p -> p.destroyForcibly());
    }
  }

  private static void terminate(TestPostgres.Db db) throws SQLException {
    try (var connection = db.connect();
        var statement = connection.createStatement()) {
      boolean unused =
          statement.execute(
              "select pg_terminate_backend(pid) from pg_stat_activity"
                  + " where datname = current_database() and pid <> pg_backend_pid()");
    }
  }

  static String database(TestPostgres.Db db, int port) {
    return "database: {url: \"postgresql://%s:%s@127.0.0.1:%d/%s\"}"
        .formatted(db.user(), db.password().reveal(), port, db.database());
  }

  private static int count(String text, String part) {
    return (int) text.lines().filter(l -> l.contains(part)).count();
  }
}
