package org.ferry.bench;

import static org.ferry.bench.Machine.say;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.ferry.lab.Lab;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.store.embedded.FerryCache;
import org.ferry.testing.FerryProcess;

/**
 * Watches one long {@code ferry migrate}: whether what it holds grows with what it has carried.
 * {@code bench/soak} starts it; {@code bench/README.md} says what it prints.
 */
public final class SoakBench {
  private static final String DOMAIN = "new.example.org";
  private static final Duration LONGEST = Duration.ofHours(12);
  private static final double GOAL = 1.1;
  private static final int QUARTERS = 4;
  private static final int GROWN = 5;

  private final Path folder;
  private final int events;
  private final int rooms;
  private final int members;
  private final String heap;
  private final Duration pause;
  private final List<Sample> samples = new ArrayList<>();

  /** What was held when so many messages stood on the homeserver. */
  private record Sample(long carried, Holding held) {}

  private SoakBench(Map<String, String> options) {
    this.folder = Path.of(options.getOrDefault("work", "target/bench-soak")).toAbsolutePath();
    this.events = Integer.parseInt(options.getOrDefault("events", "100000"));
    this.rooms = Integer.parseInt(options.getOrDefault("rooms", "40"));
    this.members = Integer.parseInt(options.getOrDefault("members", "20"));
    this.heap = options.getOrDefault("heap", "256m");
    this.pause = Duration.ofSeconds(Long.parseLong(options.getOrDefault("every", "30")));
    if (rooms < 1 || events < rooms || members < 1) {
      throw new IllegalArgumentException("rooms and members are 1 or more, events more than rooms");
    }
  }

  /**
   * Measures.
   *
   * @param args {@code --events N --rooms N --members N --heap 256m --every SECONDS --work DIR}
   */
  public static void main(String[] args) throws Exception {
    new SoakBench(Machine.options(args)).run();
  }

  private void run() throws Exception {
    Path ferry = Machine.fresh(folder.resolve("ferry"));
    say("# %s; load average %s before", Machine.facts(), Machine.load());
    say(
        "# %,d messages in %d rooms with %d members; heap of Ferry at most %s",
        events / rooms * rooms, rooms, members, heap);
    new VillageDump(members).with("soak", rooms, events / rooms).write(ferry.resolve("old.sql"));
    try (Lab lab = Lab.open(folder.resolve("lab"), FerryCache.standard(), l -> say("# %s", l))) {
      lab.forget("soak");
      SynapseServer server = lab.start(SynapseSettings.of("soak", DOMAIN));
      prepare(ferry, server);
      migrate(ferry, new Arrivals(lab.postgres(), server));
    }
    judge();
    say("# load average afterwards: %s", Machine.load());
    Machine.delete(ferry);
  }

  private static void prepare(Path ferry, SynapseServer server) {
    String address = "http://127.0.0.1:" + Ports.free();
    String[] init = {
      "init",
      "--homeserver",
      server.baseUrl().toString(),
      "--domain",
      DOMAIN,
      "--space",
      "#soak:" + DOMAIN,
      "--create-space",
      "--address",
      address
    };
    orderly(FerryProcess.ferry(init).in(ferry).run());
    Path registration = ferry.resolve("registration.yaml");
    server.reconfigure(s -> s.withAppServices(registration)).restart();
  }

  private static void orderly(FerryProcess.Result result) {
    if (result.status() != 0) {
      throw new IllegalStateException("ferry: " + result);
    }
  }

  private void migrate(Path ferry, Arrivals arrivals) throws Exception {
    Instant began = Instant.now();
    try (var process =
        FerryProcess.ferry("migrate", "old.sql", "--yes")
            .in(ferry)
            .jvm(Machine.launcher(heap))
            .start()) {
      while (!process.ends(pause)) {
        if (Instant.now().isAfter(began.plus(LONGEST))) {
          throw new IllegalStateException("ferry migrate takes longer than " + LONGEST);
        }
        sample(process, began, arrivals.between(began, Instant.now()));
      }
      orderly(process.await(LONGEST));
    }
    Arrivals.Seen all = arrivals.between(began, Instant.now());
    say("arrived: %,d messages, %.1f/s from the first to the last", all.messages(), all.rate());
    try (var process = FerryProcess.ferry("verify").in(ferry).start()) {
      orderly(process.await(LONGEST));
    }
    say("verified: each of them is there as it was");
  }

  /** Notes what is held while the rooms fill; loading the dump and the checkup come before. */
  private void sample(FerryProcess process, Instant began, Arrivals.Seen seen) throws Exception {
    if (seen.messages() < rooms || !process.isRunning()) {
      return;
    }
    Holding.of(process.handle())
        .ifPresent(held -> {
          samples.add(new Sample(seen.messages(), held));
          say(
              "%6d s  %,9d messages  heap after a collection %6.1f MiB  resident %4d MiB  %3d"
                  + " threads  %3d files",
              Duration.between(began, Instant.now()).toSeconds(),
              seen.messages(),
              held.heapMib(),
              held.residentMib(),
              held.threads(),
              held.files());
        });
  }

  private void judge() {
    if (samples.size() < QUARTERS) {
      say("too few samples to judge; ask for more events or a shorter --every");
      return;
    }
    compare("heap after a collection", Holding::heapMib);
    compare("resident", Holding::residentMib);
    Sample half = samples.get(samples.size() / 2);
    Sample last = samples.get(samples.size() - 1);
    say("most grown from %,d to %,d messages:", half.carried(), last.carried());
    last.held()
        .since(half.held(), GROWN)
        .forEach((type, bytes) -> say("  %,12d bytes more  %s", bytes, type));
  }

  /** Compares the last quarter with the second: the first one still fills caches of fixed size. */
  private void compare(String what, ToDoubleFunction<Holding> value) {
    List<String> means = new ArrayList<>();
    double[] mean = new double[QUARTERS];
    for (int quarter = 0; quarter < QUARTERS; quarter++) {
      int from = samples.size() * quarter / QUARTERS;
      int to = samples.size() * (quarter + 1) / QUARTERS;
      mean[quarter] =
          samples.subList(from, to).stream()
              .mapToDouble(s -> value.applyAsDouble(s.held()))
              .average()
              .orElse(0);
      means.add(String.format(Locale.ROOT, "%.1f", mean[quarter]));
    }
    double ratio = mean[QUARTERS - 1] / mean[1];
    say(
        "%s, mean of each quarter: %s MiB; last/second = %.2f (goal: at most %.2f, %s)",
        what, String.join(", ", means), ratio, GOAL, ratio <= GOAL ? "met" : "missed");
  }
}
