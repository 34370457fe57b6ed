package org.ferry.store.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ferry.live.watch.Figures;
import org.ferry.store.Database;
import org.ferry.store.StoreLab;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The numbers of /metrics against rows that were written by hand. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PgFiguresTest {
  private static StoreLab lab;
  private static Database database;

  @BeforeAll
  static void open() {
    lab = new StoreLab();
    database = lab.database();
    WatchedRows.fill(database);
  }

  @AfterAll
  static void close() {
    lab.close();
  }

  private static Map<String, Double> numbers() {
    Map<String, Double> all = new TreeMap<>();
    for (Figures.Figure f : new PgFigures(database, Duration.ZERO, Duration.ZERO).look()) {
      Double before = all.put((f.name() + " " + String.join(" ", f.labels())).strip(), f.value());
      assertThat(before).as("twice: " + f).isNull();
    }
    return all;
  }

  @Test
  @Order(1)
  void eachNumberIsThatOfTheRows() {
    Map<String, Double> numbers = numbers();
    Map.<String, Double>ofEntries(
            Map.entry("transactions", 2.0),
            Map.entry("transactions_waiting", 1.0),
            Map.entry("events", 47.0),
            Map.entry("events_waiting", 1.0),
            Map.entry("settled decrypted", 41.0),
            Map.entry("settled undecryptable", 5.0),
            Map.entry("settled clear", 0.0),
            Map.entry("undecryptable no_key", 1.0),
            Map.entry("undecryptable withheld m.unverified", 1.0),
            Map.entry("undecryptable withheld other", 3.0),
            Map.entry("quarantined", 1.0),
            Map.entry("deliveries shop waiting", 3.0),
            Map.entry("deliveries shop failed", 1.0),
            Map.entry("delivered shop", 17.0),
            Map.entry("webhook_on shop", 1.0),
            Map.entry("outgoing_waiting", 1.0),
            Map.entry("room_keys", 7.0),
            Map.entry("rooms_with_keys", 3.0),
            Map.entry("rooms_followed", 1.0),
            Map.entry("replay_rate old.example.org !space:s", 37.5),
            Map.entry("replayed old.example.org !space:s", 200.0),
            Map.entry("replay_total old.example.org !space:s", 900.0),
            Map.entry("replay_stuck old.example.org !space:s failed", 1.0),
            Map.entry("replay_stuck old.example.org !space:s in_doubt", 1.0))
        .forEach((name, value) -> assertThat(numbers).as(name).containsEntry(name, value));
    Map.of(
            "inbox_lag", 7,
            "relay_lag", 5,
            "telling_lag", 3,
            "oldest_delivery shop", 2,
            "outgoing_lag", 60)
        .forEach((name, minutes) ->
            assertThat(numbers.get(name)).as(name).isBetween(minutes * 60.0, minutes * 60.0 + 300));
  }

  @Test
  @Order(2)
  void whoAsksOftenAsksTheDatabaseSeldom() {
    PgFigures figures = new PgFigures(database, Duration.ofHours(1), Duration.ofHours(1));
    List<Figures.Figure> first = figures.look();
    var unused = database.run("update ferry.webhook_endpoint set delivered = delivered + 1");
    assertThat(figures.look()).isEqualTo(first);
    assertThat(new PgFigures(database).look()).isNotEqualTo(first);
  }

  /** Ten million rows are not read for a number: no table that grows is read from end to end. */
  @Test
  @Order(3)
  void noNumberReadsALargeTable() {
    WatchedRows.grow(database);
    for (String sql :
        List.of(
            FigureSql.OFTEN,
            FigureSql.WEBHOOKS,
            FigureSql.REPLAY,
            FigureSql.SELDOM,
            FigureSql.UNDECRYPTABLE)) {
      StringBuilder plan = new StringBuilder();
      for (Row row : database.run("explain " + sql)) {
        plan.append(row.getString(0)).append('\n');
      }
      assertThat(plan.toString())
          .doesNotContainPattern(
              "Seq Scan on (inbox_transaction|live_event|live_release|live_message|live_untold"
                  + "|webhook_delivery|outgoing|room_key|crossing_event)");
    }
  }

  @Test
  @Order(4)
  void thePoolTellsWhatIsUnderWay() {
    assertThat(database.use().busy()).isZero();
    int busy = database.transaction(connection -> database.use().busy());
    assertThat(busy).isEqualTo(1);
    assertThat(database.use().open()).isBetween(1, database.use().most());
  }
}
