package org.ferry.store.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.ferry.migrate.LedgerException;
import org.ferry.store.StoreLab;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One at a time for each name, also where somebody who waits gives up. */
class TurnsIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String WAITING =
      "select exists (select from pg_locks l join pg_database d on d.oid = l.database"
          + " where l.locktype = 'advisory' and l.classid = 1180062319 and not l.granted"
          + " and d.datname = current_database())";

  private final StoreLab lab = new StoreLab();

  @AfterEach
  void close() {
    lab.close();
  }

  private boolean somebodyWaits() {
    return lab.database().run(WAITING).iterator().next().getBoolean(0);
  }

  @Test
  void whoIsToldToStopWhileWaitingLeavesNoLock() throws Exception {
    String lock = "(1180062319, hashtext('room'))";
    try (var other = lab.db().connect();
        var statement = other.createStatement()) {
      boolean unused = statement.execute("select pg_advisory_lock" + lock);
      FutureTask<String> first =
          new FutureTask<>(() -> new Turns(lab.database()).alone("room", () -> "done"));
      Thread waiting = Thread.ofVirtual().start(first);
      Wait.until(LIMIT, "somebody waits for the lock", this::somebodyWaits);
      waiting.interrupt();
      assertThatThrownBy(() -> first.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(LedgerException.class);
      unused = statement.execute("select pg_advisory_unlock" + lock);
    }
    FutureTask<String> next =
        new FutureTask<>(() -> new Turns(lab.database()).alone("room", () -> "done"));
    Thread unused = Thread.ofVirtual().start(next);
    assertThat(next.get(20, TimeUnit.SECONDS)).isEqualTo("done");
  }
}
