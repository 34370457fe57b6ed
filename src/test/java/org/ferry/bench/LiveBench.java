package org.ferry.bench;

import static org.ferry.bench.Machine.say;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.lab.Lab;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.store.embedded.FerryCache;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestLab;
import org.ferry.testing.Wait;
import org.ferry.testing.peers.Peer;
import org.ferry.testing.peers.PeerKind;

/**
 * Measures how much later a message reaches a webhook through {@code ferry run} than a bare
 * application service of the same homeserver. {@code bench/live} starts it; {@code bench/README.md}
 * says what it prints.
 */
public final class LiveBench {
  static final String DOMAIN = "live.example.org";
  static final String BOT = "@ferrybot:" + DOMAIN;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int WARM = 200;
  private static final double[] CLEAR_GOALS = {20, 80};
  private static final double[] ENCRYPTED_GOALS = {40, 120};

  private final Path folder;
  private final int messages;
  private final int rate;
  private final int rooms;
  private final boolean encrypted;

  /** Says something in a room; gives the event's id. */
  private interface Speaker {
    String say(String room, String text);
  }

  private LiveBench(Map<String, String> options) {
    this.folder = Path.of(options.getOrDefault("work", "target/bench-live")).toAbsolutePath();
    this.messages = Integer.parseInt(options.getOrDefault("messages", "600"));
    this.rate = Integer.parseInt(options.getOrDefault("rate", "10"));
    this.rooms = Integer.parseInt(options.getOrDefault("rooms", "5"));
    this.encrypted = Boolean.parseBoolean(options.getOrDefault("encrypted", "true"));
    if (messages < 1 || rate < 1 || rooms < 1) {
      throw new IllegalArgumentException("messages, rate and rooms are 1 or more");
    }
  }

  /**
   * Measures.
   *
   * @param args {@code --messages N --rate N --rooms N --encrypted true|false --work DIR}
   */
  public static void main(String[] args) throws Exception {
    new LiveBench(Machine.options(args)).run();
  }

  private void run() throws Exception {
    Path ferry = Machine.fresh(folder.resolve("ferry"));
    Vertx vertx = Vertx.vertx();
    say("# %s; load average %s before", Machine.facts(), Machine.load());
    try (Lab lab = Lab.open(folder.resolve("lab"), FerryCache.standard(), l -> say("# %s", l));
        BareService bare = new BareService(vertx)) {
      lab.forget("live");
      SynapseServer server = homeserver(lab, ferry, bare);
      try (FerryProcess daemon =
          FerryProcess.ferry("run")
              .in(ferry)
              .with("FERRY_PICKLE_KEY", PickleKey.random().text().reveal())
              .jvm(Machine.launcher("512m"))
              .start()) {
        String unused = daemon.awaitLine("event=ping_ok");
        clear(server, bare);
        if (encrypted) {
          encrypted(server, bare, daemon);
        }
      }
    } finally {
      vertx.close().await();
    }
    say("# load average afterwards: %s", Machine.load());
    Machine.delete(ferry);
  }

  /** A homeserver that pushes to Ferry, which is configured for it, and to the bare service. */
  static SynapseServer homeserver(Lab lab, Path ferry, BareService bare) throws Exception {
    int port = Ports.free();
    configure(ferry, URI.create("http://127.0.0.1:1"), port, bare);
    Path registration = ferry.resolve("registration.yaml");
    RegistrationFile.write(
        registration, Registration.fresh(new ConfigLoader(Map.of(), ferry).load(null)));
    Path other = ferry.resolve("bare.yaml");
    bare.register(other);
    SynapseServer server =
        lab.start(SynapseSettings.of("live", DOMAIN).withAppServices(registration, other));
    configure(ferry, server.baseUrl(), port, bare);
    return server;
  }

  private static void configure(Path ferry, URI homeserver, int port, BareService bare)
      throws Exception {
    Files.writeString(ferry.resolve("hook.secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    Files.writeString(
        ferry.resolve("config.yaml"),
        """
        homeserver: {address: "%s", domain: %s}
        appservice: {address: "http://127.0.0.1:%d", listen: "127.0.0.1:%d"}
        api: {listen: "127.0.0.1:%d"}
        webhooks:
          - {name: bench, url: "%s", secret_file: hook.secret, allow_private: ["127.0.0.1"]}
        """
            .formatted(homeserver, DOMAIN, port, port, Ports.free(), bare.hook()));
  }

  private void clear(SynapseServer server, BareService bare) {
    LabClient alice = server.register("alice", TestLab.PASSWORD, false);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < rooms; i++) {
      String room = alice.createRoom(LabClient.json("{\"preset\":\"private_chat\"}"));
      alice.membership("invite", room, BOT, "");
      joined(alice, room);
      ids.add(room);
    }
    measure("clear text", alice::say, ids, bare, CLEAR_GOALS);
  }

  private void encrypted(SynapseServer server, BareService bare, FerryProcess daemon)
      throws IOException {
    LabClient carol = server.register("carol", TestLab.PASSWORD, false);
    String unused = daemon.awaitLine("state=following");
    try (Peer peer =
        Peer.login(
            PeerKind.NIO,
            Machine.fresh(folder.resolve("carol")),
            server.baseUrl(),
            carol.userId(),
            TestLab.PASSWORD)) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < rooms; i++) {
        String room = peer.createEncryptedRoom(100, BOT);
        LabClient client =
            LabClient.withToken(server.baseUrl(), carol.userId(), peer.device().token());
        joined(client, room);
        ids.add(room);
      }
      peer.sync();
      measure("encrypted", peer::send, ids, bare, ENCRYPTED_GOALS);
    }
  }

  /** Waits until the bot is in a room. */
  static void joined(LabClient who, String room) {
    Wait.until(
        LIMIT,
        "the bot",
        () -> who.state(room, "m.room.member", BOT).path("membership").asText().equals("join"));
  }

  private void measure(
      String what, Speaker speaker, List<String> ids, BareService bare, double[] goals) {
    say("%s: %d messages at %d/s in %d rooms, after %d", what, messages, rate, rooms, WARM);
    await(send(speaker, ids, WARM), bare);
    long begin = System.nanoTime();
    Map<String, Long> sent = send(speaker, ids, messages);
    double took = (System.nanoTime() - begin) / 1e9;
    await(sent, bare);
    List<Double> pushed = new ArrayList<>();
    List<Double> posted = new ArrayList<>();
    List<Double> above = new ArrayList<>();
    sent.forEach((event, at) -> {
      double push = (bare.pushed(event).orElseThrow() - at) / 1e6;
      double post = (bare.posted(event).orElseThrow() - at) / 1e6;
      pushed.add(push);
      posted.add(post);
      above.add(post - push);
    });
    say("  sent at %.1f/s", messages / took);
    row("to the bare service", pushed);
    row("to the webhook", posted);
    row("later, of each message", above);
    double half = at(posted, 50) - at(pushed, 50);
    double most = at(posted, 99) - at(pushed, 99);
    say(
        "  above the bare service: p50 %.1f ms (goal %.0f, %s), p99 %.1f ms (goal %.0f, %s)",
        half, goals[0], met(half, goals[0]), most, goals[1], met(most, goals[1]));
  }

  private static String met(double value, double goal) {
    return value <= goal ? "met" : "missed";
  }

  /** Sends at an even rate; gives when each event was begun to be sent. */
  private Map<String, Long> send(Speaker speaker, List<String> ids, int count) {
    Map<String, Long> sent = new LinkedHashMap<>();
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long due = begin + i * 1_000_000_000L / rate;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      long now = System.nanoTime();
      Long unused = sent.put(speaker.say(ids.get(i % ids.size()), "Message " + i), now);
    }
    return sent;
  }

  private static void await(Map<String, Long> sent, BareService bare) {
    Wait.until(
        LIMIT,
        "every message on both ways",
        () ->
            sent.keySet().stream()
                .allMatch(e -> bare.pushed(e).isPresent() && bare.posted(e).isPresent()));
  }

  private static void row(String what, List<Double> millis) {
    say(
        "  %-24s p50 %7.1f ms   p90 %7.1f ms   p99 %7.1f ms   most %7.1f ms",
        what, at(millis, 50), at(millis, 90), at(millis, 99), at(millis, 100));
  }

  private static double at(List<Double> values, int percent) {
    List<Double> sorted = values.stream().sorted().toList();
    int index = (int) Math.ceil(sorted.size() * percent / 100.0) - 1;
    return sorted.get(Math.max(0, index));
  }
}
