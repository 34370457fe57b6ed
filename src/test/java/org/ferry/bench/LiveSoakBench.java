package org.ferry.bench;

import static org.ferry.bench.Machine.say;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.lab.Lab;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.store.embedded.EmbeddedPostgres;
import org.ferry.store.embedded.FerryCache;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestLab;
import org.ferry.testing.Wait;
import org.ferry.testing.peers.Peer;
import org.ferry.testing.peers.PeerKind;

/**
 * Watches one long {@code ferry run} beside a real Synapse: whether what it holds grows with time.
 * {@code bench/live-soak} starts it; {@code bench/README.md} says what it prints.
 */
public final class LiveSoakBench {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String HANDLE = "org.ferry.crypto.vodozemac.Handle$Resource";
  private static final String DEAD =
      """
      select coalesce(sum(n_dead_tup), 0), coalesce(sum(pg_total_relation_size(relid)), 0)
      from pg_stat_user_tables where schemaname = 'ferry'
      """;

  private final Path folder;
  private final Duration time;
  private final double rate;
  private final double encryptedRate;
  private final int rooms;
  private final Duration pause;
  private final String heap;
  private final Queue<String> said = new ConcurrentLinkedQueue<>();
  private final List<Sample> samples = new ArrayList<>();
  private volatile boolean over;

  /**
   * What was held after so many seconds.
   *
   * @param dead rows of Ferry's tables that a vacuum will remove
   * @param tablesMib what the tables and their indexes take on the disk
   */
  private record Sample(double seconds, Holding held, long dead, double tablesMib) {}

  /** Says something in a room; gives the event's id. */
  private interface Speaker {
    String say(String room, String text);
  }

  private LiveSoakBench(Map<String, String> options) {
    this.folder = Path.of(options.getOrDefault("work", "target/bench-live-soak")).toAbsolutePath();
    this.time = Duration.ofSeconds(Long.parseLong(options.getOrDefault("seconds", "3600")));
    this.rate = Double.parseDouble(options.getOrDefault("rate", "10"));
    this.encryptedRate = Double.parseDouble(options.getOrDefault("encrypted", "2"));
    this.rooms = Integer.parseInt(options.getOrDefault("rooms", "5"));
    this.pause = Duration.ofSeconds(Long.parseLong(options.getOrDefault("every", "30")));
    this.heap = options.getOrDefault("heap", "512m");
    if (rate <= 0 || encryptedRate <= 0 || rooms < 1 || pause.isZero()) {
      throw new IllegalArgumentException("rate, encrypted, rooms and every are more than 0");
    }
  }

  /**
   * Watches.
   *
   * @param args {@code --seconds N --rate N --encrypted N --rooms N --every SECONDS --heap 512m
   *     --work DIR}
   */
  public static void main(String[] args) throws Exception {
    new LiveSoakBench(Machine.options(args)).run();
  }

  private void run() throws Exception {
    Path ferry = Machine.fresh(folder.resolve("ferry"));
    Vertx vertx = Vertx.vertx();
    say("# %s; load average %s before", Machine.facts(), Machine.load());
    say(
        "# for %d s %.1f clear and %.1f encrypted messages a second in %d rooms of each; heap of"
            + " Ferry at most %s",
        time.toSeconds(), rate, encryptedRate, rooms, heap);
    try (Lab lab = Lab.open(folder.resolve("lab"), FerryCache.standard(), l -> say("# %s", l));
        BareService receiver = new BareService(vertx)) {
      lab.forget("live");
      SynapseServer server = LiveBench.homeserver(lab, ferry, receiver);
      try (FerryProcess daemon =
          FerryProcess.ferry("run")
              .in(ferry)
              .with("FERRY_PICKLE_KEY", PickleKey.random().text().reveal())
              .jvm(Machine.launcher(heap))
              .start()) {
        String unused = daemon.awaitLine("state=following");
        watch(server, daemon, ferry, receiver);
      }
    } finally {
      vertx.close().await();
    }
    say("# load average afterwards: %s", Machine.load());
    Machine.delete(ferry);
  }

  private void watch(SynapseServer server, FerryProcess daemon, Path ferry, BareService receiver)
      throws Exception {
    LabClient alice = server.register("alice", TestLab.PASSWORD, false);
    LabClient carol = server.register("carol", TestLab.PASSWORD, false);
    try (Peer peer =
            Peer.login(
                PeerKind.NIO,
                Machine.fresh(folder.resolve("carol")),
                server.baseUrl(),
                carol.userId(),
                TestLab.PASSWORD);
        EmbeddedPostgres postgres =
            EmbeddedPostgres.open(ferry.resolve("data"), FerryCache.standard())) {
      List<Thread> talk =
          List.of(
              talk(alice::say, clear(alice), rate),
              talk(peer::send, encrypted(server, carol, peer), encryptedRate));
      long began = System.nanoTime();
      while (System.nanoTime() - began < time.toNanos() && !daemon.ends(pause)) {
        sample(daemon, postgres, (System.nanoTime() - began) / 1e9);
      }
      over = true;
      double took = (System.nanoTime() - began) / 1e9;
      for (Thread thread : talk) {
        thread.join();
      }
      say("said: %,d messages, %.1f/s", said.size(), said.size() / took);
      Wait.until(
          LIMIT,
          "all at the webhook",
          () -> said.stream().allMatch(e -> receiver.posted(e).isPresent()));
      say("each of them was posted to the webhook");
    }
    judge();
  }

  private List<String> clear(LabClient alice) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < rooms; i++) {
      String room = alice.createRoom(LabClient.json("{\"preset\":\"private_chat\"}"));
      alice.membership("invite", room, LiveBench.BOT, "");
      LiveBench.joined(alice, room);
      ids.add(room);
    }
    return ids;
  }

  private List<String> encrypted(SynapseServer server, LabClient carol, Peer peer) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < rooms; i++) {
      String room = peer.createEncryptedRoom(100, LiveBench.BOT);
      LiveBench.joined(
          LabClient.withToken(server.baseUrl(), carol.userId(), peer.device().token()), room);
      ids.add(room);
    }
    peer.sync();
    return ids;
  }

  /** Says something at an even rate until it is over. */
  private Thread talk(Speaker speaker, List<String> ids, double each) {
    return Thread.ofPlatform()
        .start(() -> {
          long begin = System.nanoTime();
          for (int i = 0; !over; i++) {
            long due = begin + (long) (i * 1e9 / each);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
              LockSupport.parkNanos(left);
            }
            boolean unused = said.add(speaker.say(ids.get(i % ids.size()), "Message " + i));
          }
        });
  }

  private void sample(FerryProcess daemon, EmbeddedPostgres postgres, double seconds)
      throws Exception {
    Holding held = Holding.of(daemon.handle()).orElseThrow();
    Sample sample = sample(postgres, seconds, held);
    samples.add(sample);
    say(
        "%6.0f s  %,8d said  heap after a collection %6.1f MiB  resident %4d MiB  %4d handles"
            + "  %3d threads  %3d files  %,6d dead rows  tables %6.1f MiB",
        seconds,
        said.size(),
        held.heapMib(),
        held.residentMib(),
        held.count(HANDLE),
        held.threads(),
        held.files(),
        sample.dead(),
        sample.tablesMib());
  }

  private static Sample sample(EmbeddedPostgres postgres, double seconds, Holding held)
      throws SQLException {
    try (var connection =
            DriverManager.getConnection(
                postgres.jdbcUrl(), postgres.user(), postgres.password().reveal());
        var statement = connection.createStatement();
        var row = statement.executeQuery(DEAD)) {
      boolean unused = row.next();
      return new Sample(seconds, held, row.getLong(1), row.getLong(2) / 1048576.0);
    }
  }

  /** The first quarter still fills what has a fixed size. */
  private void judge() {
    List<Sample> later = samples.subList(samples.size() / 4, samples.size());
    if (later.size() < 3) {
      say("too short for slopes");
      return;
    }
    say("slopes of the last three quarters, an hour (by least squares):");
    slope(later, "heap", "MiB (goal: less than 1)", s -> s.held().heapMib());
    slope(later, "resident", "MiB (goal: less than 1)", s -> s.held().residentMib());
    slope(later, "objects of libvodozemac", "", s -> s.held().count(HANDLE));
    slope(later, "threads", "", s -> s.held().threads());
    slope(later, "open files", "", s -> s.held().files());
    slope(later, "dead rows", "", Sample::dead);
    slope(later, "tables", "MiB", Sample::tablesMib);
    later
        .getLast()
        .held()
        .since(later.getFirst().held(), 8)
        .forEach((type, bytes) -> say("  %,d KiB more of %s", bytes >> 10, type));
  }

  private static void slope(
      List<Sample> samples, String what, String unit, ToDoubleFunction<Sample> of) {
    double x = samples.stream().mapToDouble(Sample::seconds).average().orElse(0);
    double y = samples.stream().mapToDouble(of).average().orElse(0);
    double above =
        samples.stream().mapToDouble(s -> (s.seconds() - x) * (of.applyAsDouble(s) - y)).sum();
    double below = samples.stream().mapToDouble(s -> (s.seconds() - x) * (s.seconds() - x)).sum();
    say("  %-24s %+10.1f %s", what, above / below * 3600, unit);
  }
}
