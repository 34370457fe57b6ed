package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Onlooker;
import org.ferry.testing.Workplace;
import org.ferry.testing.crossing.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ferry is killed while it puts placeholders, while it takes them back, and while it carries what
 * stands in their place: each message is there once in the end, and no placeholder.
 */
class EncryptedKillIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Sample SAMPLE = Sample.facts();
  private static final Path KEYS =
      Path.of("src/test/resources/alice-element-keys.txt").toAbsolutePath();
  private static final String[] ROOMS = {
    "--rooms", SAMPLE.room("encrypted"), "--rooms", SAMPLE.room("encryptedDm")
  };

  @TempDir Path folder;

  @Test
  void everyMessageStandsOnceWhereverFerryIsKilled() throws IOException {
    try (Workplace work = Workplace.in(folder)) {
      work.configure(
          """
          rooms: {encrypted: decrypt}
          encryption: {pickle_key: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"}
          """);
      KillPoint.placeholders().forEach(point -> killed(work, point));
      done(work.migrate(ROOMS));
      assertThat(bodies(work)).hasSize(70).allMatch(b -> b.contains("Ferry has no key"));

      Path passphrase = folder.resolve("passphrase.txt");
      Files.writeString(passphrase, SAMPLE.recovery("exportPassphrase"));
      done(
          work.ferry(
              "keys", "import", KEYS.toString(), "--passphrase-file", passphrase.toString()));
      KillPoint.unsealing().forEach(point -> killed(work, point));
      done(work.migrate(ROOMS));

      assertThat(bodies(work)).containsExactlyInAnyOrderElementsOf(said());
      Map<String, Integer> carried = new Onlooker(work.server()).carried();
      assertThat(carried).hasSizeGreaterThan(80).allSatisfy((id, n) -> assertThat(n).isEqualTo(1));
      // The bytes of one picture, opened once, beside those of people and rooms.
      assertThat(new Onlooker(work.server()).files("@ferrybot:" + Workplace.DOMAIN)).isEqualTo(6);
    }
  }

  private static void done(FerryProcess.Run run) {
    FerryProcess.Result result = run.run();
    assertThat(result.status()).as(result.toString()).isZero();
  }

  private static void killed(Workplace work, KillPoint point) {
    CompletableFuture<FerryProcess> ferry = new CompletableFuture<>();
    work.proxy().heal();
    point.arm(work.proxy(), () -> ferry.join().kill());
    try (FerryProcess started = work.migrate(ROOMS).start()) {
      boolean unused = ferry.complete(started);
      FerryProcess.Result result = started.await(LIMIT);
      System.out.println("[kills] " + point + ": " + result.status());
      assertThat(result.status()).as(point + " was not reached\n" + result).isEqualTo(137);
    } finally {
      work.proxy().heal();
    }
  }

  /** What can be read in both rooms. */
  private static List<String> bodies(Workplace work) {
    Onlooker onlooker = new Onlooker(work.server());
    return onlooker.rooms().stream()
        .flatMap(room -> onlooker.events(room).stream())
        .filter(e -> e.path("type").asText().equals("m.room.message"))
        .filter(e -> e.path("content").has("org.ferry.origin"))
        .map(e -> e.path("content").path("body"))
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue)
        .toList();
  }

  private static List<String> said() {
    return Stream.of(
            IntStream.range(0, 60).mapToObj(i -> "secret " + i + " 🔐"),
            IntStream.range(0, 8).mapToObj(i -> "private " + i),
            Stream.of("* secret 0 (edited)", "map.png"))
        .flatMap(s -> s)
        .toList();
  }
}
