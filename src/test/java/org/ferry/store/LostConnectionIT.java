package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.ferry.live.Leader;
import org.ferry.migrate.AlreadyRunning;
import org.ferry.migrate.CrossingLedger;
import org.ferry.store.live.PgChannels;
import org.ferry.store.live.PgLeader;
import org.ferry.testing.FaultProxy;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What lasts as long as one connection, where that is lost unseen. */
class LostConnectionIT {
  private static final String HOLDERS =
      " from pg_locks where locktype = 'advisory' and granted and classid = 1180062318"
          + " and objid = 11"
          + " and database = (select oid from pg_database where datname = current_database())";
  private static final String ENTERING =
      "select count(*) from pg_stat_activity where datname = current_database()"
          + " and wait_event_type = 'Lock' and query like '%insert into ferry.live_leader%'";

  private static final String CLAIMED =
      "select coalesce(max(pid), 0) from pg_locks where locktype = 'advisory' and granted"
          + " and classid = 1180062318 and objid = 3"
          + " and database = (select oid from pg_database where datname = current_database())";

  private final StoreLab lab = new StoreLab();

  @AfterEach
  void close() {
    lab.close();
  }

  /** Two would lead. */
  @Test
  void aTermWhoseConnectionWasLostBeforeItBeganDoesNotStand() throws Exception {
    try (ExecutorService work = Executors.newVirtualThreadPerTaskExecutor();
        Connection other = lab.db.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      boolean unused = statement.execute("lock table ferry.live_leader in exclusive mode");
      Future<Leader.Term> taken =
          work.submit(() -> new PgLeader(lab.database).take().orElseThrow());
      Wait.until(() -> lab.number(ENTERING) == 1);
      assertThat(lab.number("select count(pg_terminate_backend(pid))" + HOLDERS)).isEqualTo(1);
      Wait.until(() -> lab.number("select count(*)" + HOLDERS) == 0);
      other.rollback();
      try (Leader.Term term = taken.get(30, TimeUnit.SECONDS)) {
        Wait.until(Duration.ofSeconds(10), "the end of the term", () -> !term.stands());
      }
    }
  }

  @Test
  void aServerThatIsGoneWithoutAWordIsListenedToAgain() throws Exception {
    Vertx vertx = Vertx.vertx();
    Set<String> heard = ConcurrentHashMap.newKeySet();
    try (FaultProxy proxy = FaultProxy.to(lab.db.host(), lab.db.port());
        Database far = Database.open(vertx, through(proxy), notice -> {});
        PgChannels channels = new PgChannels(far, Duration.ofSeconds(1))) {
      try {
        channels.on(PgChannels.TRANSACTIONS, heard::add, () -> {});
        hears(heard, "before");
        proxy.timeout(Duration.ofMinutes(5));
        hears(heard, "after");
      } finally {
        proxy.reset();
      }
    } finally {
      vertx.close().await();
    }
  }

  /** The server finds out after minutes; until then its end has the lock. */
  @Test
  void aClaimIsHeldAgainWhereTheServerDoesNotKnowThatItsConnectionIsLost() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (FaultProxy proxy = FaultProxy.to(lab.db.host(), lab.db.port());
        Database far = Database.open(vertx, through(proxy), notice -> {});
        PgCrossingLedger ledger = new PgCrossingLedger(far)) {
      try (CrossingLedger.Claim claim = ledger.claim("migrate")) {
        long before = lab.number(CLAIMED);
        assertThat(before).isPositive();
        proxy.halve();
        Wait.until(() -> {
          long now = lab.number(CLAIMED);
          return now != 0 && now != before;
        });
        assertThatThrownBy(() -> new PgCrossingLedger(lab.database).claim("retry"))
            .isInstanceOf(AlreadyRunning.class);
        assertThat(claim).isInstanceOf(PgClaim.class).satisfies(c -> ((PgClaim) c).check());
      }
    } finally {
      vertx.close().await();
    }
  }

  /** Whoever stops while the pool is empty takes nothing from it for good. */
  @Test
  void anInterruptWhileItWaitsForAConnectionLosesNone() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (Database two =
            Database.open(
                vertx,
                new DatabaseOptions(
                    lab.options(Duration.ofSeconds(10)).url(), 2, Duration.ofSeconds(10)),
                n -> {});
        ExecutorService work = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 3; i++) {
        CountDownLatch busy = new CountDownLatch(2);
        CountDownLatch enough = new CountDownLatch(1);
        List<Future<Boolean>> holders =
            IntStream.range(0, 2)
                .mapToObj(n ->
                    work.submit(() ->
                        two.transaction(connection -> {
                          busy.countDown();
                          enough.await();
                          return true;
                        })))
                .toList();
        busy.await();
        Thread waiting =
            Thread.ofVirtual()
                .start(() -> assertThatThrownBy(() -> two.transaction(connection -> 1)));
        Wait.until(() -> waiting.getState() == Thread.State.WAITING && two.use().busy() == 3);
        waiting.interrupt();
        waiting.join();
        enough.countDown();
        for (Future<Boolean> holder : holders) {
          assertThat(holder.get(10, TimeUnit.SECONDS)).isTrue();
        }
      }
      assertThat(two.<Integer>transaction(connection -> 1)).isEqualTo(1);
    } finally {
      vertx.close().await();
    }
  }

  private DatabaseOptions through(FaultProxy proxy) {
    DatabaseUrl url =
        new DatabaseUrl(
            "127.0.0.1",
            proxy.port(),
            lab.db.database(),
            lab.db.user(),
            lab.db.password(),
            TlsMode.PREFER,
            null);
    return new DatabaseOptions(url, 2, Duration.ofSeconds(10));
  }

  private void hears(Set<String> heard, String word) {
    Wait.until(() -> {
      String unused =
          lab.text("select pg_notify('%s', '%s')".formatted(PgChannels.TRANSACTIONS, word));
      return heard.contains(word);
    });
  }
}
