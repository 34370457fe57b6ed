package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.ferry.migrate.LedgerException;
import org.ferry.testing.FaultProxy;
import org.ferry.testing.FaultProxy.Fate;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Tier;
import org.junit.jupiter.api.Test;

/**
 * D-11: what is delivered is what was committed, whatever is rolled back and whether or not the
 * answer to a commit arrives: work writes what is to be sent in its own transaction, and whoever
 * sends reads committed rows only.
 */
class UnknownCommitIT {
  private static final int PROCESSES = 8;
  private static final String TABLES =
      "create table done (id int primary key); create table to_send (id int primary key)";

  /** Work that finds what it did already does nothing. */
  private static final String WRITE =
      "with fresh as (insert into done values ($1) on conflict do nothing returning id)"
          + " insert into to_send select id from fresh";

  private static final String UNDONE = "this work is not to be done";

  private final TestPostgres.Db db = TestPostgres.freshDatabase();
  private final AtomicInteger commits = new AtomicInteger();

  private Database open(Vertx vertx, int port) {
    DatabaseUrl url =
        DatabaseUrl.parse(
            "postgresql://%s:%s@127.0.0.1:%d/%s"
                .formatted(db.user(), db.password().reveal(), port, db.database()));
    return Database.open(
        vertx, new DatabaseOptions(url, PROCESSES, Duration.ofSeconds(30)), l -> {});
  }

  /** One commit in a hundred is never heard of again; every other one of these happened. */
  private Fate fate() {
    return switch (commits.incrementAndGet() % 200) {
      case 50 -> Fate.LOST;
      case 150 -> Fate.UNANSWERED;
      default -> Fate.PASSES;
    };
  }

  private static boolean isUndone(int id) {
    return id % 10 < 3;
  }

  private static void work(Database database, int id) {
    try {
      int unused = database.transaction(connection -> write(connection, id));
    } catch (LedgerException e) {
      assertThat(e).hasMessage(UNDONE);
    }
  }

  private static int write(SqlConnection connection, int id) throws Exception {
    var written = Database.await(connection.preparedQuery(WRITE).execute(Tuple.of(id)));
    if (isUndone(id)) {
      throw new LedgerException(UNDONE, new IllegalStateException());
    }
    return written.rowCount();
  }

  /** Hands out what is to be sent, and says so once it has. */
  private static int deliver(Database database, ConcurrentLinkedQueue<Integer> delivered) {
    List<Integer> ids = new ArrayList<>();
    for (Row row : database.run("select id from to_send order by id limit 100")) {
      ids.add(row.getInteger(0));
    }
    delivered.addAll(ids);
    var unused =
        database.run(
            "delete from to_send where id = any($1)", (Object) ids.toArray(Integer[]::new));
    return ids.size();
  }

  @Test
  void whatIsDeliveredIsWhatWasCommitted() throws Exception {
    int count = Tier.Count.TRANSACTIONS.now();
    ConcurrentLinkedQueue<Integer> delivered = new ConcurrentLinkedQueue<>();
    AtomicBoolean over = new AtomicBoolean();
    Vertx vertx = Vertx.vertx();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        FaultProxy proxy = FaultProxy.to(db.host(), db.port());
        Database direct = open(vertx, db.port());
        Database faulty = open(vertx, proxy.port())) {
      create();
      proxy.whenSent("COMMIT", this::fate);
      Future<?> sender =
          threads.submit(() -> {
            while (!over.get() || deliver(direct, delivered) > 0) {
              int unused = deliver(direct, delivered);
            }
          });
      AtomicInteger next = new AtomicInteger();
      List<Future<?>> workers =
          IntStream.range(0, PROCESSES)
              .<Future<?>>mapToObj(i -> threads.submit(() -> drain(faulty, next, count)))
              .toList();
      for (Future<?> worker : workers) {
        Object unused = worker.get();
      }
      over.set(true);
      Object unused = sender.get();
    } finally {
      vertx.close().await();
    }
    assertThat(commits).hasValueGreaterThan(count * 7 / 10);
    assertThat(committed()).hasSize(count - count * 3 / 10).noneMatch(UnknownCommitIT::isUndone);
    assertThat(delivered).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(committed());
  }

  private static void drain(Database database, AtomicInteger next, int count) {
    for (int id = next.getAndIncrement(); id < count; id = next.getAndIncrement()) {
      work(database, id);
    }
  }

  private void create() throws SQLException {
    try (var connection = db.connect();
        var statement = connection.createStatement()) {
      boolean unused = statement.execute(TABLES);
    }
  }

  private Set<Integer> committed() throws SQLException {
    Set<Integer> committed = new TreeSet<>();
    try (var connection = db.connect();
        var row = connection.createStatement().executeQuery("select id from done")) {
      while (row.next()) {
        boolean unused = committed.add(row.getInt(1));
      }
    }
    return committed;
  }
}
