package org.ferry.bench;

import static org.ferry.bench.Machine.say;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.lab.Lab;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.store.embedded.FerryCache;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;

/**
 * Measures what {@code ferry run} holds and takes where there is much of everything: rooms at rest,
 * an outage to catch up with, open streams, a backlog of deliveries. {@code bench/daemon} starts
 * it; {@code bench/README.md} says what it prints.
 */
public final class DaemonBench {
  private static final String DOMAIN = "much.example.org";
  private static final String BOT = "@ferrybot:" + DOMAIN;
  private static final String V3 = "/_matrix/client/v3/";
  private static final ObjectNode NOTHING = LabClient.json("{}");
  private static final String AS_BOT = "?user_id=" + LabClient.esc(BOT);
  private static final Duration LONGEST = Duration.ofMinutes(60);
  private static final Duration REST = Duration.ofSeconds(30);
  private static final String PARTS = "rest,outage,streams,backlog";
  private static final int TALKING = 50;
  private static final int AT_ONCE = 8;
  private static final int SEEDED = 10_000;

  private final Path folder;
  private final Map<String, String> options;
  private final BareService receiver;
  private final TestPostgres.Db db = TestPostgres.freshDatabase();
  private final Rows rows = new Rows(db);
  private final int door = Ports.free();
  private final int api = Ports.free();
  private final List<String> talking = new ArrayList<>();

  private DaemonBench(Path folder, Map<String, String> options, BareService receiver) {
    this.folder = folder;
    this.options = options;
    this.receiver = receiver;
  }

  /**
   * Measures.
   *
   * @param args {@code --rooms N --seconds N --events N --sockets N --backlog N --parts A,B --work
   *     DIR}
   */
  public static void main(String[] args) throws Exception {
    Map<String, String> options = Machine.options(args);
    Path work = Path.of(options.getOrDefault("work", "target/bench-daemon")).toAbsolutePath();
    Vertx vertx = Vertx.vertx();
    say("# %s; load average %s before", Machine.facts(), Machine.load());
    try (Lab lab = Lab.open(work.resolve("lab"), FerryCache.standard(), l -> say("# %s", l));
        BareService receiver = new BareService(vertx)) {
      lab.forget("much");
      new DaemonBench(Machine.fresh(work.resolve("ferry")), options, receiver).run(lab);
    } finally {
      vertx.close().await();
    }
    say("# load average afterwards: %s", Machine.load());
  }

  private int option(String name, int usual) {
    return Integer.parseInt(options.getOrDefault(name, String.valueOf(usual)));
  }

  private void run(Lab lab) throws Exception {
    configure(URI.create("http://127.0.0.1:1"), "");
    Path registration = folder.resolve("registration.yaml");
    RegistrationFile.write(
        registration, Registration.fresh(new ConfigLoader(Map.of(), folder).load(null)));
    SynapseServer server =
        lab.start(SynapseSettings.of("much", DOMAIN).withAppServices(registration));
    configure(server.baseUrl(), "");
    LabClient alice = server.register("alice", TestLab.PASSWORD, false);
    LabClient bot =
        LabClient.withToken(server.baseUrl(), BOT, RegistrationFile.read(registration).asToken());
    talking(alice, bot);
    if (wanted("rest")) {
      rest(rooms(bot));
    }
    if (wanted("outage")) {
      outage(alice);
    }
    if (wanted("streams")) {
      streams(alice);
    }
    if (wanted("backlog")) {
      configure(server.baseUrl(), hook("old", "from: beginning, "));
      backlog();
    }
  }

  private boolean wanted(String part) {
    return List.of(options.getOrDefault("parts", PARTS).split(",")).contains(part);
  }

  private void configure(URI homeserver, String more) throws IOException {
    Files.writeString(folder.resolve("hook.secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        homeserver: {address: "%s", domain: %s}
        appservice: {address: "http://127.0.0.1:%d", listen: "127.0.0.1:%d"}
        api: {listen: "127.0.0.1:%d", tokens: [{name: b, token: %s, scopes: [read]}]}
        database: {url: "postgresql://%s:%s@%s:%d/%s"}
        webhooks:
        """
                .formatted(
                    homeserver,
                    DOMAIN,
                    door,
                    door,
                    api,
                    Streams.TOKEN,
                    db.user(),
                    db.password().reveal(),
                    db.host(),
                    db.port(),
                    db.database())
            + hook("news", "")
            + more);
  }

  private String hook(String name, String more) {
    return "  - {name: %s, %surl: \"%s\", secret_file: hook.secret, allow_private: [127.0.0.1]}\n"
        .formatted(name, more, receiver.hook());
  }

  private FerryProcess daemon() {
    return FerryProcess.ferry("run").in(folder).jvm(Machine.launcher("512m")).start();
  }

  /** Makes the rooms in which something is said. */
  private void talking(LabClient alice, LabClient bot) {
    var unusedUser =
        bot.post(
            V3 + "register",
            LabClient.json(
                "{\"type\":\"m.login.application_service\",\"username\":\"ferrybot\","
                    + "\"inhibit_login\":true}"));
    for (int i = 0; i < TALKING; i++) {
      String room = alice.createRoom(LabClient.json("{\"preset\":\"public_chat\"}"));
      var unusedAnswer = bot.post(V3 + "join/" + LabClient.esc(room) + AS_BOT, NOTHING);
      boolean unused = talking.add(room);
    }
  }

  /** Makes rooms that the bot is in, as many as are wanted or as the time allows. */
  private int rooms(LabClient bot) throws InterruptedException {
    int wanted = option("rooms", 2000) - TALKING;
    long end = System.nanoTime() + Duration.ofSeconds(option("seconds", 180)).toNanos();
    ConcurrentLinkedQueue<String> made = new ConcurrentLinkedQueue<>();
    sideBySide(
        wanted,
        i -> {
          if (System.nanoTime() < end) {
            made.add(bot.post(V3 + "createRoom" + AS_BOT, NOTHING).path("room_id").asText());
          }
        });
    return made.size() + TALKING;
  }

  /** Does something so many times, some at once. */
  private static void sideBySide(int times, java.util.function.IntConsumer work)
      throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < AT_ONCE; t++) {
      int first = t;
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int i = first; i < times; i += AT_ONCE) {
                  work.accept(i);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void rest(int real) throws Exception {
    try (FerryProcess daemon = daemon()) {
      long began = System.nanoTime();
      String unused = daemon.awaitLine("event=ping_ok");
      Wait.until(LONGEST, "all rooms", () -> rows.followed() >= real);
      say("%,d rooms of the homeserver followed %.0f s after the start", real, since(began));
      end(daemon);
    }
    int seeded = Math.max(0, SEEDED - real);
    rows.rooms(seeded);
    try (FerryProcess daemon = daemon()) {
      String unused = daemon.awaitLine("event=ping_ok");
      atRest(daemon);
      say("  with those, and %,d more that are rows of the database alone, at rest:", seeded);
      Holding unusedToo = held(daemon);
      end(daemon);
    }
  }

  private static void atRest(FerryProcess daemon) throws InterruptedException {
    // The rest is what is measured: nothing comes but, if it fails, its end.
    if (daemon.ends(REST)) {
      throw new IllegalStateException("ferry run ended by itself: " + daemon.await(LONGEST));
    }
  }

  private static Holding held(FerryProcess daemon) throws Exception {
    Holding holding = Holding.of(daemon.handle()).orElseThrow();
    say(
        "  heap %.0f MiB after a full collection, resident %d MiB, %d threads, %d open files",
        holding.heapMib(), holding.residentMib(), holding.threads(), holding.files());
    return holding;
  }

  /** What there is more of than before. */
  private static void grown(Holding now, Holding before) {
    now.since(before, 12)
        .forEach((type, bytes) -> say("    %,d KiB more of %s", bytes >> 10, type));
  }

  private static void end(FerryProcess daemon) {
    daemon.terminate();
    FerryProcess.Result unused = daemon.await(Duration.ofMinutes(2));
  }

  /** Everything is said while nobody takes it. */
  private void outage(LabClient alice) throws Exception {
    int events = option("events", 5000);
    ConcurrentLinkedQueue<String> said = new ConcurrentLinkedQueue<>();
    long saying = System.nanoTime();
    sideBySide(
        events, i -> said.add(alice.say(talking.get(i % talking.size()), "while away " + i)));
    say("%,d messages said in %.0f s while ferry run was away", events, since(saying));
    long began = System.nanoTime();
    try (FerryProcess daemon = daemon();
        Gauge gauge = new Gauge(daemon.handle())) {
      Wait.until(
          LONGEST, "everything", () -> said.stream().allMatch(e -> receiver.posted(e).isPresent()));
      say(
          "  all posted %.0f s after its start (goal for 20,000: 600 s); resident at most %d MiB",
          since(began), gauge.peakMib());
      end(daemon);
    }
  }

  private void streams(LabClient alice) throws Exception {
    int sockets = option("sockets", 2000);
    try (FerryProcess daemon = daemon();
        Streams streams = new Streams(URI.create("ws://127.0.0.1:" + api + "/api/v1/stream"))) {
      String unused = daemon.awaitLine("event=ping_ok");
      atRest(daemon);
      say("streams: before");
      Holding before = held(daemon);
      long began = System.nanoTime();
      streams.open(sockets);
      say("  %,d opened in %.1f s", sockets, since(began));
      Holding open = held(daemon);
      grown(open, before);
      long spoken = System.nanoTime();
      String event = alice.say(talking.getFirst(), "to all streams");
      Wait.until(LONGEST, "all streams", () -> streams.heard(event) == sockets);
      say("  a message was with all of them %.1f s after it was said", since(spoken));
      for (int i = 0; i < 3; i++) {
        atRest(daemon);
        say("  closed meanwhile: %d", streams.closed());
        Holding later = held(daemon);
        grown(later, open);
        open = later;
      }
      end(daemon);
    }
  }

  private void backlog() throws Exception {
    int messages = option("backlog", 1_000_000);
    long all = rows.backlog(messages);
    long began = System.nanoTime();
    long step = Math.max(1, all / 8);
    try (FerryProcess daemon = daemon();
        Gauge gauge = new Gauge(daemon.handle())) {
      for (long next = step; next <= all; next += step) {
        long goal = Math.min(next, all);
        Wait.until(LONGEST, goal + " deliveries", () -> rows.delivered("old") >= goal);
        say("backlog: %,d of %,d delivered after %.0f s", goal, all, since(began));
        Holding unused = held(daemon);
      }
      say("  resident at most %d MiB; %.0f s of processor time", gauge.peakMib(), cpu(gauge));
      end(daemon);
    }
  }

  private static double cpu(Gauge gauge) {
    return gauge.cpu().toMillis() / 1e3;
  }

  private static double since(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}
