package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.lab.SynapseSettings.Database;
import org.ferry.testing.DaemonConfig;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.Rooms;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Tier;
import org.ferry.testing.Wait;
import org.ferry.webhook.Receiver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A homeserver that dies again and again while Ferry runs, and that waits long for the answer to
 * each push, so that what is said meanwhile lies in its memory alone and dies with it (D-04);
 * before that, one that lives and loses what it pushes.
 */
class HomeserverDeathsIT {
  private static final String DOMAIN = "mortal.example.org";
  private static final String BOT = "@ferrybot:" + DOMAIN;
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Duration SLOW = Duration.ofSeconds(20);
  private static final int DEATHS = Tier.Count.HOMESERVER_DEATHS.now();
  private static final int ROOMS = Tier.Count.MORTAL_ROOMS.now();
  private static final int BETWEEN = 25;

  private final Vertx vertx = Vertx.vertx();
  private final Receiver receiver = new Receiver(vertx);
  private final TestPostgres.Db db = TestPostgres.ledger();
  private final int door = Ports.free();
  private final HttpFaultProxy pushes = HttpFaultProxy.to(URI.create("http://127.0.0.1:" + door));
  private final DaemonConfig config =
      DaemonConfig.of(DOMAIN, db)
          .pushedBy(pushes.url(), door)
          .with(
              """
              webhooks:
                - {name: shop, url: "%s", secret_file: shop.secret, allow_private: ["127.0.0.1"]}
              """
                  .formatted(receiver.url()));
  private final Map<String, List<String>> said = new LinkedHashMap<>();
  @TempDir Path folder;
  private SynapseServer server;

  @BeforeEach
  void start() throws IOException {
    Files.writeString(folder.resolve("shop.secret"), Receiver.secret().reveal());
    Path registration = config.register(folder);
    server =
        TestLab.shared()
            .fresh(
                SynapseSettings.of(TestLab.shared().unique("mortal"), DOMAIN)
                    .on(Database.SQLITE)
                    .withAppServices(registration));
    config.write(folder, server.baseUrl());
  }

  @AfterEach
  void stop() {
    server.stop();
    pushes.close();
    vertx.close().await();
  }

  @Test
  void whatIsSaidIsDeliveredInOrderWithinAMinuteOfEachReturn() {
    LabClient alice = server.register("alice", TestLab.PASSWORD, false);
    try (FerryProcess ferry = FerryProcess.ferry("run").in(folder).start()) {
      String unused = ferry.awaitLine("event=ping_ok");
      rooms(alice);
      loseOnTheWay(alice, ferry);
      pushes.delayAnswer(r -> r.path().contains("/transactions/"), Integer.MAX_VALUE, SLOW);
      for (int death = 1; death <= DEATHS; death++) {
        say(alice, (death + 1) * BETWEEN);
        die(death);
        if (death % 4 < 2 || death == DEATHS) {
          awaitAll(death, ferry);
        }
      }
    }
    assertThat(delivered()).isEqualTo(said);
    assertThat(receiver.refused()).isEmpty();
  }

  /** As where a worker that pushes is killed and comes back, and nothing else notices. */
  private void loseOnTheWay(LabClient alice, FerryProcess ferry) {
    Predicate<HttpFaultProxy.Seen> push = r -> r.path().contains("/transactions/");
    say(alice, 0);
    Wait.until(LIMIT, "the pushed ones", () -> delivered().equals(said));
    int taken = pushes.seen().size();
    pushes.answer(push, Integer.MAX_VALUE, 200, "{}");
    say(alice, BETWEEN);
    Wait.until(LIMIT, "all to be lost", () -> isPushed(taken));
    pushes.heal();
    String unused = ferry.awaitLine("event=pushes_missing");
    Wait.until(LIMIT, "the lost ones", () -> delivered().equals(said));
  }

  /** Whether all that was said last was handed over since then, to whomever. */
  private boolean isPushed(int since) {
    String all =
        pushes.seen().stream()
            .skip(since)
            .map(HttpFaultProxy.Seen::text)
            .collect(Collectors.joining());
    return IntStream.range(BETWEEN, 2 * BETWEEN).allMatch(i -> all.contains("message " + i + "\""));
  }

  private void rooms(LabClient alice) {
    for (int i = 0; i < ROOMS; i++) {
      String room = alice.createRoom(LabClient.json("{\"preset\":\"private_chat\"}"));
      alice.membership("invite", room, BOT, "");
      List<String> unused = said.put(room, new ArrayList<>());
    }
    said.keySet().forEach(room -> Rooms.awaitMember(alice, room, BOT));
  }

  private void say(LabClient alice, int from) {
    List<String> rooms = List.copyOf(said.keySet());
    for (int i = from; i < from + BETWEEN; i++) {
      String room = rooms.get(i % rooms.size());
      alice.say(room, "message " + i);
      boolean unused = said.computeIfAbsent(room, r -> new ArrayList<>()).add("message " + i);
    }
  }

  /** Without a word and in order by turns: Synapse keeps what is queued neither time. */
  private void die(int death) {
    if (death % 2 == 1) {
      server.kill();
    } else {
      server.stop();
    }
    var unused = server.start();
  }

  private void awaitAll(int death, FerryProcess ferry) {
    long up = System.nanoTime();
    try {
      Wait.until(
          LIMIT, "all of " + count(said) + " messages", () -> count(delivered()) >= count(said));
    } catch (AssertionError e) {
      throw new AssertionError(
          "death %d: %s, and there are %d; ferry wrote:%n%s"
              .formatted(death, e.getMessage(), count(delivered()), ferry.err()),
          e);
    }
    System.out.printf(
        "[deaths] %d: %d messages there after %.1f s%n",
        death, count(said), (System.nanoTime() - up) / 1e9);
  }

  private static int count(Map<String, List<String>> messages) {
    return messages.values().stream().mapToInt(List::size).sum();
  }

  /** What came to the receiver, in each room in the order in which it first came. */
  private Map<String, List<String>> delivered() {
    Map<String, LinkedHashSet<String>> bodies = new LinkedHashMap<>();
    said.keySet().forEach(room -> bodies.put(room, new LinkedHashSet<>()));
    for (Receiver.Got got : receiver.got()) {
      if (got.json().path("type").asText().equals("message.created")) {
        boolean unused =
            bodies
                .computeIfAbsent(got.room(), r -> new LinkedHashSet<>())
                .add(got.json().at("/data/body").asText());
      }
    }
    Map<String, List<String>> lists = new LinkedHashMap<>();
    bodies.forEach((room, all) -> lists.put(room, List.copyOf(all)));
    return lists;
  }
}
