package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.ferry.testing.FaultProxy;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Eight kinds of faults of a network, each for a moment, on both links of a migration. */
class FaultyNetworkIT {
  private static final Duration LIMIT = Duration.ofMinutes(8);
  private static final Duration WINDOW = Duration.ofMillis(1_200);
  private static final int BETWEEN = 6;
  private static final int MOST = Workplace.eventsOf(0.7) / (2 * faults().size()) - BETWEEN;

  @TempDir Path folder;

  static Map<String, Consumer<FaultProxy>> faults() {
    Map<String, Consumer<FaultProxy>> faults = new LinkedHashMap<>();
    faults.put("latency", p -> p.latency(Duration.ofMillis(150)));
    faults.put("bandwidth", p -> p.bandwidth(20_000));
    faults.put("slow_close", p -> p.slowClose(Duration.ofMillis(500)));
    faults.put("timeout", p -> p.timeout(Duration.ofMillis(900)));
    faults.put("reset_peer", FaultProxy::reset);
    faults.put("slicer", p -> p.slice(64));
    faults.put("limit_data", p -> p.cutAfter(2_000));
    faults.put(
        "down",
        p -> {
          p.refuse();
          p.reset();
        });
    return faults;
  }

  @Test
  void nothingIsLostOrCarriedTwiceWhateverTheNetworkDoes() throws IOException {
    TestPostgres.Db db = TestPostgres.ledger();
    try (Workplace work = Workplace.in(folder);
        FaultProxy server = FaultProxy.to(work.proxy().url());
        FaultProxy database = FaultProxy.to(db.host(), db.port())) {
      work.configure(server.url(), OutageIT.database(db, database.port()));
      List<String> done = new ArrayList<>();
      try (FerryProcess ferry = work.migrate().start()) {
        for (Map.Entry<String, Consumer<FaultProxy>> fault : faults().entrySet()) {
          for (FaultProxy link : List.of(server, database)) {
            work.awaitWrites(ferry, BETWEEN);
            fault.getValue().accept(link);
            goesOn(work, ferry, WINDOW, MOST);
            link.heal();
            done.add(fault.getKey());
          }
        }
        FerryProcess.Result result = ferry.await(LIMIT);
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.err()).doesNotContain("Exception", "\tat ", "ERROR", "WARN");
        System.out.println("[faults] " + done + "\n" + result.err());
      }
      assertThat(done).hasSize(2 * faults().size());
      KillIT.proven(work);
    }
  }

  /**
   * Lets Ferry work for a while, but not on so much that nothing is left for what comes after.
   *
   * @param longest how long
   * @param most how many events
   */
  static void goesOn(Workplace work, FerryProcess ferry, Duration longest, int most) {
    long enough = work.written() + most;
    long end = System.nanoTime() + longest.toNanos();
    Wait.until(
        longest.plusMinutes(1),
        "the time to be over",
        () -> System.nanoTime() > end || work.written() >= enough || !ferry.isRunning());
    assertThat(ferry.isRunning()).as("whether it goes on:\n%s", ferry.err()).isTrue();
  }
}
