package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A migration is asked to stop, watched, and started twice. */
class StopIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void endsCleanlyOnEachSignalAndGoesOn() throws IOException, InterruptedException {
    try (Workplace work = Workplace.in(folder)) {
      for (Map.Entry<String, Integer> signal :
          List.of(Map.entry("INT", 130), Map.entry("TERM", 143), Map.entry("HUP", 129))) {
        try (FerryProcess ferry = work.migrate().start()) {
          work.awaitWrites(ferry, 20);
          signal(signal.getKey(), ferry);
          stopped(ferry.await(SOON), signal.getValue());
        }
      }
      try (FerryProcess ferry = work.migrate().start()) {
        work.awaitWrites(ferry, 20);
        work.server().kill();
        String unused = ferry.awaitLine("waiting, nothing is lost");
        besides(work, ferry);
        signal("TERM", ferry);
        stopped(ferry.await(SOON), 143);
      }
      var unusedServer = work.server().start();
      KillIT.standsOnce(work);
    }
  }

  /** While one migration runs. */
  private static void besides(Workplace work, FerryProcess running) {
    FerryProcess.Result second = work.migrate().run();
    assertThat(second.status()).as(second.toString()).isEqualTo(1);
    assertThat(second.err())
        .contains("ferry migrate is running already (process " + running.handle().pid());
    FerryProcess.Result status = work.ferry("status").run();
    assertThat(status.status()).as(status.toString()).isZero();
    assertThat(status.out())
        .contains(
            "old.example.org into " + Workplace.SPACE,
            "ferry migrate is at work: process " + running.handle().pid());
    assertThat(running.isRunning()).isTrue();
  }

  private static void stopped(FerryProcess.Result result, int status) {
    System.out.println("[stops] " + result);
    assertThat(result.status()).as(result.toString()).isEqualTo(status);
    assertThat(result.err())
        .contains("stopped; what was done is kept; go on with: ferry migrate")
        .doesNotContain("\tat ", "Exception");
  }

  private static void signal(String name, FerryProcess ferry)
      throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(ferry.handle().pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
