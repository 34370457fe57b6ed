package org.ferry.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ferry.id.Sha256;
import org.ferry.id.UserId;
import org.ferry.store.Forgetting;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Files in posts: from a real database to real receivers on loopback. */
class EnclosingIT {
  private static final int MOST = 100_000;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private final Depot depot = new Depot();
  private final Receiver receiver = new Receiver(depot.vertx);

  @AfterEach
  void close() {
    depot.close();
    assertThat(receiver.refused()).isEmpty();
  }

  private Endpoint shop() {
    return depot.inline("shop", receiver.url(), MOST);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void waitFor(int posts) {
    Wait.until(LIMIT, posts + " posts", () -> receiver.got().size() >= posts);
  }

  private static String media(Receiver.Got got, String field) {
    return got.json().at("/data/media/" + field).asText();
  }

  @Test
  void smallFilesAreInThePostAndLargerOnesAreNot() {
    depot.files((id, most) -> {
      byte[] file = bytes(id.repeat(id.equals("liar") ? most : 3));
      return file.length > most ? Optional.empty() : Optional.of(file);
    });
    depot.tellFile("!a", "pic", 9);
    depot.tellFile("!a", "large", MOST + 1);
    depot.tellFile("!a", "liar", 9);
    depot.tell("!a", "no file");
    depot.start(shop());
    waitFor(4);
    List<Receiver.Got> got = receiver.got();
    assertThat(Base64.getDecoder().decode(media(got.getFirst(), "data")))
        .isEqualTo(bytes("picpicpic"));
    assertThat(media(got.getFirst(), "sha256")).isEqualTo(Sha256.hex("picpicpic"));
    for (Receiver.Got without : got.subList(1, 3)) {
      assertThat(without.json().at("/data/media").has("data")).isTrue();
      assertThat(media(without, "data")).isEqualTo("null");
      assertThat(media(without, "sha256")).isEqualTo("null");
    }
    assertThat(got).extracting(Receiver.Got::seq).containsExactly(1L, 2L, 3L, 4L);
  }

  /** Also where the file changed or went away meanwhile, and where the post is large. */
  @Test
  void everyAttemptSendsTheSame() {
    AtomicInteger asked = new AtomicInteger();
    Set<String> before = ConcurrentHashMap.newKeySet();
    depot.files((id, most) -> {
      if (before.add(id) && id.equals("gone")) {
        throw new IOException("not now");
      }
      return Optional.of(bytes(asked.incrementAndGet() + "x".repeat(most - 100)));
    });
    receiver.answers(g -> receiver.got().size() < 2 ? 500 : 200);
    depot.tellFile("!a", "gone", 9);
    depot.tellFile("!b", "pic", 9);
    depot.start(depot.inline("shop", receiver.url(), Endpoint.MOST_INLINE / 8));
    waitFor(2);
    Wait.until(() -> depot.standing("shop").lastError() != null);
    Wait.until(
        LIMIT,
        "both",
        () -> {
          depot.pass(Duration.ofSeconds(1));
          return depot.standing("shop").delivered() == 2;
        });
    for (String room : List.of("!a", "!b")) {
      List<Receiver.Got> same = receiver.got().stream().filter(g -> g.room().equals(room)).toList();
      assertThat(same).hasSizeGreaterThan(1);
      assertThat(same.stream().map(Receiver.Got::id).distinct()).hasSize(1);
      assertThat(same.stream().map(Receiver.Got::body).distinct()).hasSize(1);
      assertThat(media(same.getFirst(), "data").equals("null")).isEqualTo(room.equals("!a"));
    }
  }

  /** As a homeserver that takes questions and never answers. */
  private record Hanging(Duration patience) implements Enclosures {
    @Override
    public Optional<byte[]> read(String id, int most) throws IOException {
      try {
        new CountDownLatch(1).await();
        return Optional.empty();
      } catch (InterruptedException e) {
        throw new IOException("broken off", e);
      }
    }
  }

  /** More rooms than are delivered at once, each with a file and something behind it. */
  private int tellFiles() {
    int rooms = 3 * Courier.LANES;
    for (int i = 0; i < rooms; i++) {
      depot.tellFile("!files" + i, "pic", 9);
      depot.tell("!files" + i, "behind it");
    }
    return rooms;
  }

  @Test
  void aFileThatDoesNotComeHoldsUpItsRoomAlone() {
    depot.files(new Hanging(Duration.ofHours(1)));
    int rooms = tellFiles();
    for (int i = 0; i < rooms; i++) {
      depot.tell("!text" + i, "no file");
    }
    try (Receiver other = new Receiver(depot.vertx)) {
      depot.start(shop(), depot.endpoint("other", other.url(), "beginning"));
      waitFor(rooms);
      Wait.until(LIMIT, "the other", () -> other.got().size() == 3 * rooms);
    }
    assertThat(receiver.got()).hasSize(rooms).allMatch(g -> g.room().startsWith("!text"));
  }

  /** More of them than may wait at once: nobody takes those again and again for nothing. */
  @Test
  void roomsThatCannotWaitForTheirFileAreLeftWhereTheyAre() {
    depot.files(new Hanging(Duration.ofHours(1)));
    for (int i = 0; i < 100; i++) {
      depot.tellFile("!files" + i, "pic", 9);
    }
    depot.start(shop());
    Wait.until(LIMIT, "those that may wait", () -> taken() >= 64);
    for (int i = 1; i <= 4; i++) {
      depot.tell("!text", "goes by");
      depot.pass(Duration.ofSeconds(2));
      waitFor(i);
    }
    assertThat(taken()).isLessThanOrEqualTo(64 + 2 * Courier.LANES);
  }

  /** How often rooms with files were taken. */
  private long taken() {
    return depot.lab.number("select sum(epoch) from ferry.webhook_lane where room like '!files%'");
  }

  @Test
  void whatDoesNotComeInTimeIsLeftOutAndTheRoomKeepsItsOrder() {
    depot.files(new Hanging(Duration.ofMillis(300)));
    int rooms = tellFiles();
    depot.start(shop());
    Wait.until(
        LIMIT,
        "all",
        () -> {
          depot.pass(Duration.ofSeconds(1));
          return receiver.got().size() >= 2 * rooms;
        });
    assertThat(receiver.got()).allMatch(g -> media(g, "data").matches("null|"));
    Set<String> begun = new HashSet<>();
    assertThat(receiver.got()).allMatch(g -> g.seq() == (begun.add(g.room()) ? 1 : 2));
  }

  /** As a homeserver that is well, and takes a quarter of a second for each file. */
  private record Busy(Duration patience, CountDownLatch never) implements Enclosures {
    @Override
    public Optional<byte[]> read(String id, int most) throws IOException {
      try {
        boolean unused = never.await(250, TimeUnit.MILLISECONDS);
        return Optional.of(bytes(id));
      } catch (InterruptedException e) {
        throw new IOException("broken off", e);
      }
    }
  }

  /** Where more files wait than are read within the time that one may take. */
  @Test
  void whoseTurnComesLateLosesNoFile() {
    depot.files(new Busy(Duration.ofSeconds(2), new CountDownLatch(1)));
    int rooms = tellFiles();
    depot.start(shop());
    Wait.until(
        LIMIT,
        "all",
        () -> {
          depot.pass(Duration.ofSeconds(1));
          return receiver.got().size() >= 2 * rooms;
        });
    assertThat(receiver.got().stream().filter(g -> g.seq() == 1))
        .hasSize(rooms)
        .noneMatch(g -> media(g, "data").equals("null"));
    assertThat(receiver.got()).noneMatch(g -> g.headers().containsKey("ferry-repeat"));
  }

  @Test
  void aFileThatIsForgottenWhileItWaitsHoldsNothingUp() {
    depot.files((id, most) -> Optional.of(bytes(id)));
    receiver.answers(g -> 500);
    depot.tell("!a", "the one that fails");
    String forgotten = depot.tellFile("!a", "of @bob:new", 9);
    depot.tell("!a", "behind it");
    depot.start(shop());
    Wait.until(() -> depot.desk.about("$1").stream().anyMatch(d -> d.attempts() == 1));
    try (Forgetting forgetting = depot.lab.database().forgetting()) {
      assertThat(forgetting.user(new UserId("@bob:new"))).isPositive();
    }
    receiver.answers(g -> 200);
    Wait.until(
        LIMIT,
        "what is behind it",
        () -> {
          depot.pass(Duration.ofSeconds(2));
          return depot.standing("shop").delivered() == 2;
        });
    assertThat(receiver.got()).extracting(Receiver.Got::seq).containsExactly(1L, 1L, 3L);
    assertThat(depot.desk.failed("shop", 9))
        .extracting(Desk.Dossier::event)
        .containsOnly(forgotten);
  }

  /** Few files are in memory at once, however many wait; and nothing of them stays. */
  @Test
  void aBacklogIsReadInFewPiecesAndForgottenWhole() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger peak = new AtomicInteger();
    depot.files((id, most) -> {
      int unused = peak.accumulateAndGet(now.incrementAndGet(), Math::max);
      try {
        return Optional.of(bytes("canary".repeat(10_000)));
      } finally {
        unused = now.decrementAndGet();
      }
    });
    for (int i = 0; i < 200; i++) {
      depot.tellFile("!r" + i % 40, "pic", 60_000);
    }
    depot.start(shop());
    Wait.until(LIMIT, "all", () -> depot.standing("shop").delivered() == 200);
    assertThat(receiver.got()).hasSize(200).allMatch(g -> media(g, "data").length() == 80_000);
    assertThat(peak.get()).isBetween(1, 4);
    assertThat(kept()).isEqualTo(200);
    var after = depot.now().plusSeconds(9);
    assertThat(depot.outbox.forget(after, after, after)).isEqualTo(200);
    assertThat(kept()).isZero();
  }

  private long kept() throws Exception {
    try (var connection = depot.lab.db().connect();
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    "select count(*) from ferry.webhook_delivery"
                        + " where convert_from(body, 'UTF8') like '%Y2FuYXJ5%'")) {
      boolean unused = rows.next();
      return rows.getLong(1);
    }
  }
}
