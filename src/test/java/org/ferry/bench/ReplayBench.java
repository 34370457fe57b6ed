package org.ferry.bench;

import static org.ferry.bench.Machine.say;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.ferry.config.RegistrationFile;
import org.ferry.lab.Lab;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.store.embedded.FerryCache;
import org.ferry.testing.FerryProcess;

/**
 * Measures the replay against load generators on the same Synapse, in one run. {@code bench/replay}
 * starts it; {@code bench/README.md} says what it prints.
 */
public final class ReplayBench {
  private static final String DOMAIN = "new.example.org";
  private static final String WARM_UP = "warm-up";
  private static final int WARM_MESSAGES = 5;
  private static final int UNORDERED = 64;
  private static final Duration LONGEST = Duration.ofHours(3);
  private static final double GOAL_ORDERED = 0.95;
  private static final double GOAL_SEQUENTIAL = 1.8;
  private static final Map<String, String> SENDERS = senders();
  private static final Pattern PHASE = Pattern.compile("[a-z ]+: [\\d,]+ done in .*");

  private final Path folder;
  private final int rooms;
  private final int messages;
  private final int members;
  private final List<String> order;
  private final Map<String, List<Arrivals.Seen>> seen = new LinkedHashMap<>();

  private ReplayBench(Map<String, String> options) {
    this.folder = Path.of(options.getOrDefault("work", "target/bench-replay")).toAbsolutePath();
    this.rooms = Integer.parseInt(options.getOrDefault("rooms", "16"));
    this.messages = Integer.parseInt(options.getOrDefault("messages", "100"));
    this.members = Integer.parseInt(options.getOrDefault("members", "20"));
    this.order = List.of(options.getOrDefault("order", "a,b,c,d,b,d").split(","));
    if (rooms < 1 || messages < 1 || members < 1 || !SENDERS.keySet().containsAll(order)) {
      throw new IllegalArgumentException(
          "rooms, messages and members are 1 or more; the order is of a, b, c and d");
    }
  }

  private static Map<String, String> senders() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("a", "sequential sender");
    all.put("b", "load generator, one in flight per room");
    all.put("c", "load generator, unordered, " + UNORDERED + " in flight");
    all.put("d", "ferry migrate");
    return all;
  }

  /**
   * Measures.
   *
   * @param args {@code --rooms N --messages N --members N --order a,b,c,d,b,d --work DIR}
   */
  public static void main(String[] args) throws Exception {
    new ReplayBench(Machine.options(args)).run();
  }

  private void run() throws Exception {
    Path ferry = Machine.fresh(folder.resolve("ferry"));
    try (Lab lab = Lab.open(folder.resolve("lab"), FerryCache.standard(), l -> say("# %s", l))) {
      lab.forget("target");
      SynapseServer server = lab.start(SynapseSettings.of("target", DOMAIN));
      ferry(
          ferry,
          "init",
          "--homeserver",
          server.baseUrl().toString(),
          "--domain",
          DOMAIN,
          "--space",
          "#bench:" + DOMAIN,
          "--create-space",
          "--address",
          "http://127.0.0.1:" + Ports.free());
      Path registration = ferry.resolve("registration.yaml");
      server.reconfigure(s -> s.withAppServices(registration)).restart();
      var arrivals = new Arrivals(lab.postgres(), server);
      facts(server, arrivals);
      var generator =
          new LoadGenerator(
              server.baseUrl(), RegistrationFile.read(registration).asToken(), DOMAIN, members);
      warmUp(ferry, generator);
      for (int i = 0; i < order.size(); i++) {
        turn(order.get(i), "turn " + (i + 1), ferry, generator, arrivals);
      }
      report();
    }
    Machine.delete(ferry);
  }

  private void facts(SynapseServer server, Arrivals arrivals) throws Exception {
    URI version = server.baseUrl().resolve("/_matrix/federation/v1/version");
    try (HttpClient http = HttpClient.newHttpClient()) {
      String body =
          http.send(HttpRequest.newBuilder(version).build(), BodyHandlers.ofString()).body();
      say("# %s", Machine.facts());
      say(
          "# Synapse %s, one process, on PostgreSQL %s; Ferry's ledger in its embedded PostgreSQL;"
              + " all on this machine",
          Village.JSON.readTree(body).path("server").path("version").asText(),
          arrivals.postgresVersion());
    }
    say(
        "# %d rooms, %d messages each, %d members each; events/s of text messages from the first"
            + " to the last by Synapse's own clock",
        rooms, messages, members);
  }

  /** People, devices and caches are there before anything is measured, for both sides. */
  private void warmUp(Path ferry, LoadGenerator generator) throws Exception {
    generator.register();
    List<String> warm = generator.rooms(WARM_UP, rooms);
    generator.ordered(warm, WARM_MESSAGES);
    var dump = new VillageDump(members).with(WARM_UP, 1, Math.max(members, WARM_MESSAGES));
    for (int i = 0; i < order.size(); i++) {
      if (order.get(i).equals("d")) {
        dump = dump.with("turn " + (i + 1), rooms, messages);
      }
    }
    dump.write(ferry.resolve("old.sql"));
    ferry(ferry, "analyze", "old.sql");
    ferry(ferry, "plan");
    ferry(ferry, "migrate", "--yes", "--rooms", WARM_UP + " *");
  }

  private void turn(String who, String name, Path ferry, LoadGenerator generator, Arrivals arrivals)
      throws Exception {
    List<String> made = who.equals("d") ? List.of() : generator.rooms(name, rooms);
    String load = Machine.load();
    Instant began = Instant.now();
    String more = "";
    switch (who) {
      case "a" -> generator.sequential(made, messages);
      case "b" -> generator.ordered(made, messages);
      case "c" -> generator.unordered(made, messages, UNORDERED);
      default -> more = ferry(ferry, "migrate", "--yes", "--rooms", name + " *");
    }
    Arrivals.Seen here = arrivals.between(began, Instant.now());
    if (here.messages() != (long) rooms * messages) {
      throw new IllegalStateException(
          "%s: %d messages arrived instead of %d\n%s"
              .formatted(name, here.messages(), rooms * messages, more));
    }
    seen.computeIfAbsent(who, k -> new ArrayList<>()).add(here);
    String others =
        here.others() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "; with %d other events in between %.1f/s",
                here.others(),
                here.rateOfAll());
    say(
        "%s (%s) %-42s %6.1f/s  %d in %.1f s%s; load %s before",
        name,
        who,
        SENDERS.getOrDefault(who, ""),
        here.rate(),
        here.messages(),
        here.seconds(),
        others,
        load);
    more.lines().forEach(line -> say("           %s", line));
  }

  /** Runs a command of the built program to its end; says its phases. */
  private static String ferry(Path folder, String... arguments) throws Exception {
    try (var process =
        FerryProcess.ferry(arguments).in(folder).jvm(Machine.launcher("512m")).start()) {
      Instant began = Instant.now();
      FerryProcess.Result result;
      Duration cpu;
      try (var gauge = new Gauge(process.handle())) {
        result = process.await(LONGEST);
        cpu = gauge.cpu();
      }
      if (result.status() != 0) {
        throw new IllegalStateException("ferry " + String.join(" ", arguments) + ": " + result);
      }
      StringBuilder phases = new StringBuilder();
      result
          .err()
          .lines()
          .filter(PHASE.asMatchPredicate())
          .forEach(l -> phases.append(l).append('\n'));
      return phases
          + "the whole command: %.1f s, of which the processor %.1f s (Ferry's process alone)"
              .formatted(
                  Duration.between(began, Instant.now()).toMillis() / 1e3, cpu.toMillis() / 1e3);
    }
  }

  private void report() {
    say("");
    SENDERS.forEach((who, name) -> {
      if (seen.containsKey(who)) {
        say("(%s) %-42s %6.1f/s", who, name, rate(who));
      }
    });
    ratio("d", "b", GOAL_ORDERED);
    ratio("d", "a", GOAL_SEQUENTIAL);
    ratio("d", "c", 0);
    say("# load average afterwards: %s", Machine.load());
  }

  private void ratio(String one, String other, double goal) {
    if (!seen.containsKey(one) || !seen.containsKey(other)) {
      return;
    }
    double ratio = rate(one) / rate(other);
    String verdict =
        goal == 0
            ? ""
            : String.format(
                Locale.ROOT, "  (goal: at least %.2f, %s)", goal, ratio >= goal ? "met" : "missed");
    say("%s/%s = %.2f%s", one, other, ratio, verdict);
  }

  /** Over all turns of a sender. */
  private double rate(String who) {
    List<Arrivals.Seen> all = seen.getOrDefault(who, List.of());
    double seconds = all.stream().mapToDouble(Arrivals.Seen::seconds).sum();
    return all.stream().mapToLong(Arrivals.Seen::messages).sum() / seconds;
  }
}
