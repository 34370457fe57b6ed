package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Workplace;
import org.ferry.testing.crossing.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other commands beside a migration, on the embedded database, and after it was killed. */
class SeveralProcessesIT {
  private static final int WRITES = 60;

  @TempDir Path folder;

  @Test
  void readersWorkAndWritersAreToldWhoIsAtWork() {
    try (Workplace work = Workplace.in(folder)) {
      Workplace.Gate gate = work.holdWritesAfter(WRITES);
      try (FerryProcess ferry = work.migrate().start()) {
        gate.awaitHeld(ferry);
        reads(work);
        writes(work, ferry);
        assertThat(ferry.isRunning()).isTrue();
        ferry.kill();
      } finally {
        gate.open();
      }
      FerryProcess.Result after = work.ferry("status").run();
      assertThat(after.status()).as(after.toString()).isZero();
      assertThat(after.out())
          .contains("nothing is being carried at the moment; go on with: ferry migrate")
          .doesNotContain("is at work", "  rate: ");
      KillIT.standsOnce(work);
    }
  }

  private static void reads(Workplace work) {
    for (List<String> reads :
        List.of(
            List.of("status", "--json"),
            List.of("explain", Sample.facts().room("general")),
            List.of("backup", "ferry.backup"))) {
      FerryProcess.Result read = work.ferry(reads.toArray(String[]::new)).run();
      assertThat(read.status()).as(reads + " " + read).isZero();
    }
    FerryProcess.Result verify = work.ferry("verify").run();
    assertThat(verify.status()).as("not all is carried yet: " + verify).isEqualTo(1);
    assertThat(verify.err()).doesNotContain("ferry: ");
  }

  private static void writes(Workplace work, FerryProcess running) {
    for (List<String> writes :
        List.of(
            List.of("migrate", "--yes"),
            List.of("rollback", "--yes"),
            List.of("forget", "--content", "--yes"))) {
      FerryProcess.Result refused = work.ferry(writes.toArray(String[]::new)).run();
      assertThat(refused.status()).as(writes + " " + refused).isEqualTo(1);
      assertThat(refused.err())
          .contains("is running already (process " + running.handle().pid(), "since ");
    }
  }
}
