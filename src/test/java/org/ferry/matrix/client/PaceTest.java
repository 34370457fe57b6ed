package org.ferry.matrix.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class PaceTest {
  /** What was measured of one Synapse on two cores: 19/s alone, 30 with 4, 40 with 16. */
  private static double synapse(int n) {
    return 19.0 * n / (1 + 0.42 * (n - 1) + 0.0004 * n * (n - 1));
  }

  private final VirtualClock clock = new VirtualClock();

  @Test
  void findsWhereMostGetsDone() {
    for (int seed = 0; seed < 20; seed++) {
      Simulation s = new Simulation(Pace.adaptive(clock), PaceTest::synapse, 200, seed);
      s.run(Duration.ofSeconds(60));
      double rate = s.run(Duration.ofMinutes(2));
      assertThat(rate).as("seed %s at %s", seed, s.pace.limit()).isGreaterThan(0.92 * best());
    }
  }

  private static double best() {
    double best = 0;
    for (int n = 1; n <= Pace.MOST; n++) {
      best = Math.max(best, synapse(n));
    }
    return best;
  }

  @Test
  void staysLowWhereMoreAtOnceGetsNothingMoreDone() {
    Simulation s = new Simulation(Pace.adaptive(clock), n -> Math.min(n, 3) * 20.0, 200, 1);
    s.run(Duration.ofSeconds(60));
    assertThat(s.pace.limit()).isLessThanOrEqualTo(8);
    assertThat(s.pace.snapshot().holdsBack()).isEqualTo("homeserver latency");
  }

  @Test
  void climbsToTheTopOfAServerThatTakesIt() {
    Simulation s = new Simulation(Pace.adaptive(clock), n -> n * 10.0, 200, 1);
    s.run(Duration.ofSeconds(30));
    assertThat(s.pace.limit()).isEqualTo(Pace.MOST);
    assertThat(s.pace.snapshot().holdsBack()).isEqualTo("concurrency limit");
  }

  @Test
  void doesNotGrowWhileThereIsTooLittleToDo() {
    Simulation s = new Simulation(Pace.adaptive(clock), n -> n * 10.0, 3, 1);
    s.run(Duration.ofSeconds(60));
    assertThat(s.pace.limit()).isEqualTo(4);
    assertThat(s.pace.snapshot().holdsBack()).isEqualTo("the number of rooms");
  }

  @Test
  void aServerThatBecomesSlowGetsLess() {
    Simulation s = new Simulation(Pace.adaptive(clock), n -> n * 10.0, 200, 1);
    s.run(Duration.ofSeconds(30));
    s.capacity = n -> 4.0;
    s.run(Duration.ofMinutes(10));
    assertThat(s.pace.limit()).isLessThanOrEqualTo(16);
    assertThat(s.pace.snapshot().p50()).isLessThan(Duration.ofSeconds(6));
  }

  @Test
  void stepsBackOnceForManyRefusalsAtATime() {
    Simulation s = new Simulation(Pace.adaptive(clock), n -> n * 10.0, 200, 1);
    s.run(Duration.ofSeconds(30));
    for (int i = 0; i < 60; i++) {
      s.pace.limited();
    }
    assertThat(s.pace.limit()).isEqualTo(44);
    assertThat(s.pace.snapshot().throttled()).isEqualTo(60);
    assertThat(s.pace.snapshot().holdsBack()).isEqualTo("rate limit (429)");
    clock.advance(Duration.ofSeconds(31));
    s.pace.failed();
    s.pace.failed();
    assertThat(s.pace.limit()).isEqualTo(22);
    assertThat(s.pace.snapshot().holdsBack()).isEqualTo("failing homeserver");
    clock.advance(Duration.ofSeconds(31));
    s.run(Duration.ofMinutes(2));
    assertThat(s.pace.limit()).isEqualTo(Pace.MOST);
  }

  @Test
  void comesBackSoonFromABadMinute() {
    Simulation s = new Simulation(Pace.adaptive(clock), PaceTest::synapse, 200, 1);
    s.run(Duration.ofSeconds(60));
    for (int i = 0; i < 6; i++) {
      s.pace.failed();
      s.run(Duration.ofMillis(1_100));
    }
    s.pace.failed();
    assertThat(s.pace.limit()).isLessThan(4);
    int seconds = 0;
    while (s.run(Duration.ofSeconds(1)) < 0.8 * best()) {
      seconds++;
    }
    System.out.println("[pace] at 80 % again after " + seconds + " s");
    assertThat(seconds).isLessThanOrEqualTo(6);
  }

  @Test
  void comesBackWhileNoEventsAreWritten() {
    Pace pace = Pace.adaptive(clock);
    for (int i = 0; i < 3; i++) {
      clock.advance(Duration.ofSeconds(2));
      pace.failed();
    }
    assertThat(pace.limit()).isEqualTo(1);
    for (int i = 0; i < 60; i++) {
      clock.advance(Duration.ofMillis(50));
      pace.answered();
    }
    assertThat(pace.limit()).isEqualTo(2);
  }

  @Test
  void goesCarefullyWhereAServerFailsAboveAFewAtATime() {
    Simulation s = new Simulation(Pace.adaptive(clock), n -> n * 10.0, 200, 1);
    s.run(Duration.ofSeconds(20));
    int failures = 0;
    for (int i = 0; i < 600; i++) {
      s.run(Duration.ofSeconds(1));
      if (s.pace.limit() > 3) {
        s.pace.failed();
        failures++;
      }
    }
    System.out.println("[pace] failures in ten minutes: " + failures);
    assertThat(failures).isLessThan(90);
  }

  @Test
  void neverGoesBelowOne() {
    Pace pace = Pace.adaptive(clock);
    for (int i = 0; i < 50; i++) {
      clock.advance(Duration.ofSeconds(2));
      pace.failed();
    }
    assertThat(pace.limit()).isEqualTo(1);
  }

  @Test
  void aFixedNumberStaysWhateverHappens() {
    Simulation s = new Simulation(Pace.fixed(7, clock), PaceTest::synapse, 200, 1);
    s.run(Duration.ofSeconds(60));
    s.pace.limited();
    assertThat(s.pace.limit()).isEqualTo(7);
    clock.advance(Duration.ofSeconds(60));
    s.run(Duration.ofSeconds(10));
    assertThat(s.pace.snapshot().holdsBack()).isEqualTo("concurrency limit");
  }

  @Test
  void aPermitComesFreeForWhoeverWaits() throws Exception {
    Pace pace = Pace.fixed(1, clock);
    Pace.Permit first = pace.acquire();
    CountDownLatch got = new CountDownLatch(1);
    Thread waiter =
        Thread.ofVirtual()
            .start(() -> {
              try (Pace.Permit second = pace.acquire()) {
                assertThat(second.since()).isEqualTo(clock.instant());
                got.countDown();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    assertThat(got.getCount()).isEqualTo(1);
    first.close();
    first.close();
    assertThat(got.await(10, TimeUnit.SECONDS)).isTrue();
    waiter.join();
    assertThat(pace.snapshot().inFlight()).isZero();
  }

  @Test
  void percentilesAreOfTheLatestOnly() {
    Latencies latencies = new Latencies(10);
    assertThat(latencies.at(0.5)).isZero();
    for (int i = 1; i <= 1000; i++) {
      latencies.add(Duration.ofMillis(i));
    }
    assertThat(latencies.at(0.5)).isEqualTo(Duration.ofMillis(996));
    assertThat(latencies.at(0.95)).isEqualTo(Duration.ofSeconds(1));
  }

  /** Workers that always have the next thing to do, and a server that many share. */
  private final class Simulation {
    private final Pace pace;
    private final int workers;
    private final Random random;
    private final PriorityQueue<Instant[]> running =
        new PriorityQueue<>((a, b) -> a[1].compareTo(b[1]));
    private IntToDoubleFunction capacity;

    Simulation(Pace pace, IntToDoubleFunction capacity, int workers, long seed) {
      this.pace = pace;
      this.capacity = capacity;
      this.workers = workers;
      this.random = new Random(seed);
    }

    @CanIgnoreReturnValue
    double run(Duration time) {
      Instant end = clock.instant().plus(time);
      int done = 0;
      while (clock.instant().isBefore(end)) {
        while (running.size() < workers && pace.tryAcquire()) {
          start();
        }
        Instant[] next = running.remove();
        clock.set(next[1]);
        pace.answered();
        pace.wrote(Duration.between(next[0], next[1]));
        pace.release();
        done++;
      }
      return done / (time.toMillis() / 1000.0);
    }

    private void start() {
      int n = running.size() + 1;
      double seconds = n / capacity.applyAsDouble(n) * (0.5 + random.nextDouble());
      Instant now = clock.instant();
      boolean unused = running.add(new Instant[] {now, now.plusNanos((long) (seconds * 1e9))});
    }
  }
}
