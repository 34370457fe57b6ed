package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.ferry.lab.LabClient;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.HttpFaultProxy.Seen;
import org.ferry.testing.Onlooker;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ferry was killed after a message was sent and before it noted that, and nobody came back before
 * the homeserver had forgotten the transaction, which it does after a day (D-16).
 */
class DayLaterIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String ROOM = "#general:*";

  @TempDir Path folder;

  @Test
  void whatWasSentIsFoundByItsMarkAndNotSentAgain() throws SQLException {
    TestPostgres.Db db = TestPostgres.ledger();
    try (Workplace work = Workplace.in(folder)) {
      work.configure(OutageIT.database(db, db.port()));
      Seen killed = killedAfterASend(work);
      assertThat(doubtful(work)).isPositive();
      aDayGoesBy(work, db);
      int before = work.proxy().seen().size();
      FerryProcess.Result later = work.goOn("--rooms", ROOM).run();
      assertThat(later.status()).as(later.toString()).isZero();
      assertThat(work.proxy().seen().stream().skip(before).map(Seen::path))
          .as("what the homeserver had")
          .isNotEmpty()
          .doesNotContain(killed.path());
      assertThat(doubtful(work)).isZero();
      assertThat(new Onlooker(work.server()).carried())
          .hasSizeGreaterThan(20)
          .allSatisfy((id, times) -> assertThat(times).as(id).isEqualTo(1));
    }
  }

  /** A homeserver, or a proxy before it, that says 500 has perhaps done what it was asked. */
  @Test
  void whatTheHomeserverTookAndCalledAFailureIsFoundAndNotSentAgain() throws SQLException {
    TestPostgres.Db db = TestPostgres.ledger();
    try (Workplace work = Workplace.in(folder)) {
      work.configure(OutageIT.database(db, db.port()));
      String spoilt = failedAlthoughItArrived(work);
      assertThat(events(work, "failed")).isEqualTo(1);
      aDayGoesBy(work, db);
      int before = work.proxy().seen().size();
      FerryProcess.Result later = work.goOn("--rooms", ROOM).run();
      assertThat(later.status()).as(later.toString()).isZero();
      assertThat(work.proxy().seen().stream().skip(before).map(Seen::path))
          .isNotEmpty()
          .doesNotContain(spoilt);
      assertThat(events(work, "failed")).isZero();
      assertThat(events(work, "late")).as("it stood in its place all the time").isZero();
      assertThat(new Onlooker(work.server()).carried())
          .hasSizeGreaterThan(20)
          .allSatisfy((id, times) -> assertThat(times).as(id).isEqualTo(1));
    }
  }

  /** The path of the message whose every answer became a 500. */
  private static String failedAlthoughItArrived(Workplace work) {
    AtomicInteger left = new AtomicInteger(5);
    CompletableFuture<String> chosen = new CompletableFuture<>();
    Predicate<Seen> fifth =
        seen -> {
          boolean message =
              seen.path().contains("/send/m.room.message/") && !Workplace.ofTheCheckup(seen);
          if (message && left.decrementAndGet() == 0) {
            boolean unused = chosen.complete(seen.path());
          }
          return seen.path().equals(chosen.getNow(""));
        };
    work.proxy()
        .spoilAnswer(fifth, Integer.MAX_VALUE, 500, "{\"errcode\":\"M_UNKNOWN\",\"error\":\"no\"}");
    FerryProcess.Result first = work.migrate("--rooms", ROOM).run();
    work.proxy().heal();
    assertThat(first.status()).as(first.toString()).isEqualTo(1);
    assertThat(chosen).isDone();
    return chosen.join();
  }

  private static Seen killedAfterASend(Workplace work) {
    CompletableFuture<FerryProcess> ferry = new CompletableFuture<>();
    CompletableFuture<Seen> killed = new CompletableFuture<>();
    AtomicInteger left = new AtomicInteger(5);
    Predicate<Seen> fifth =
        seen ->
            seen.path().contains("/send/m.room.message/")
                && !Workplace.ofTheCheckup(seen)
                && left.decrementAndGet() == 0;
    work.proxy()
        .after(
            fifth,
            1,
            seen -> {
              // Noted first: the other thread goes on as soon as the process is dead.
              boolean unused = killed.complete(seen);
              ferry.join().kill();
            });
    try (FerryProcess started = work.migrate("--rooms", ROOM).start()) {
      boolean unused = ferry.complete(started);
      FerryProcess.Result result = started.await(LIMIT);
      assertThat(result.status()).as(result.toString()).isEqualTo(137);
    } finally {
      work.proxy().heal();
      work.proxy().awaitQuiet();
    }
    assertThat(killed).as("the fifth message").isDone();
    return killed.join();
  }

  private static int doubtful(Workplace work) {
    return events(work, "in_doubt");
  }

  private static int events(Workplace work, String how) {
    FerryProcess.Result status = work.ferry("status", "--json").run();
    return LabClient.json(status.out()).at("/crossings/0/events/" + how).asInt(-1);
  }

  /** The homeserver forgets its transactions, and all that Ferry noted is 25 hours old. */
  private static void aDayGoesBy(Workplace work, TestPostgres.Db db) throws SQLException {
    work.server().stop();
    Path database = work.server().log().resolveSibling("homeserver.db");
    assertThat(database).exists();
    try (var synapse = DriverManager.getConnection("jdbc:sqlite:" + database);
        var statement = synapse.createStatement()) {
      assertThat(statement.executeUpdate("delete from event_txn_id_device_id")).isPositive();
    }
    var unused = work.server().start();
    List<String> columns = new ArrayList<>();
    try (var ledger = db.connect();
        var statement = ledger.createStatement()) {
      var row =
          statement.executeQuery(
              "select format('update ferry.%I set %I = %I - interval ''25 hours''', table_name,"
                  + " column_name, column_name) from information_schema.columns"
                  + " join information_schema.tables using (table_schema, table_name)"
                  + " where table_schema = 'ferry' and data_type = 'timestamp with time zone'"
                  + " and table_type = 'BASE TABLE' and is_generated = 'NEVER'");
      while (row.next()) {
        boolean unusedAdded = columns.add(row.getString(1));
      }
      for (String update : columns) {
        int unusedRows = statement.executeUpdate(update);
      }
    }
    assertThat(columns).isNotEmpty();
  }
}
