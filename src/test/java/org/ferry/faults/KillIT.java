package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.Onlooker;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ferry is killed at any moment, then the same command is typed again. */
class KillIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final long SEED = 20_260_719;

  @TempDir Path folder;

  @Test
  void nothingIsLostOrCarriedTwiceWhereverFerryIsKilled() {
    try (Workplace work = Workplace.in(folder)) {
      work.configure("replay: {concurrency: 1}");
      killed(work, KillPoint.preparing());
      work.configure("");
      killed(work, KillPoint.carrying());
      killed(work, KillPoint.random(SEED));
      killed(work, KillPoint.last());
      standsOnce(work);
      // A notice that a kill kept from the homeserver is sent again as the same transaction.
      List<String> rooms =
          work.proxy().seen().stream()
              .filter(KillPoint::notice)
              .map(HttpFaultProxy.Seen::path)
              .distinct()
              .map(path -> path.replaceFirst("/send/.*", ""))
              .toList();
      assertThat(rooms).isNotEmpty().doesNotHaveDuplicates();
    }
  }

  private static void killed(Workplace work, List<KillPoint> points) {
    for (KillPoint point : points) {
      FerryProcess.Result result = runUntilKilled(work, point);
      System.out.println("[kills] " + point + ": " + result.status());
      assertThat(result.status()).as(point + " was not reached\n" + result).isEqualTo(137);
    }
  }

  private static FerryProcess.Result runUntilKilled(Workplace work, KillPoint point) {
    CompletableFuture<FerryProcess> ferry = new CompletableFuture<>();
    work.proxy().heal();
    point.arm(work.proxy(), () -> ferry.join().kill());
    try (FerryProcess started = work.migrate().start()) {
      boolean unused = ferry.complete(started);
      return started.await(LIMIT);
    } finally {
      work.proxy().heal();
      work.proxy().awaitQuiet();
    }
  }

  /** Carries what is left, proves it, and counts by another path. */
  static void standsOnce(Workplace work) {
    FerryProcess.Result last = work.migrate().run();
    assertThat(last.status()).as(last.toString()).isZero();
    proven(work);
  }

  /** The proof of Ferry, then a count by another path, then a run that has nothing to do. */
  static void proven(Workplace work) {
    FerryProcess.Result verified = work.ferry("verify").run();
    assertThat(verified.status()).as(verified.toString()).isZero();
    Onlooker onlooker = new Onlooker(work.server());
    Map<String, Integer> carried = onlooker.carried();
    assertThat(carried)
        .hasSizeGreaterThan(Workplace.eventsOf(0.9))
        .allSatisfy((id, n) -> assertThat(n).isEqualTo(1));
    assertThat(onlooker.roomsMade()).allSatisfy((id, n) -> assertThat(n).isEqualTo(1));
    FerryProcess.Result status = work.ferry("status", "--json").run();
    assertThat(status.out()).contains("\"carried\" : " + carried.size() + ",");
    assertThat(onlooker.files("@ferrybot:" + Workplace.DOMAIN)).isEqualTo(uploads(status));
    int before = work.proxy().seen().size();
    FerryProcess.Result again = work.goOn().run();
    assertThat(again.status()).as(again.toString()).isZero();
    // An invitation to a server that is not there is tried again by every run.
    assertThat(
            work.proxy().seen().stream()
                .skip(before)
                .filter(Workplace::writes)
                .filter(s -> !s.path().contains("%3Aremote.example.net")))
        .as("what a run writes that has nothing to do")
        .isEmpty();
  }

  private static int uploads(FerryProcess.Result status) {
    return org.ferry.lab.LabClient.json(status.out())
        .path("crossings")
        .path(0)
        .path("media")
        .path("carried")
        .asInt();
  }
}
