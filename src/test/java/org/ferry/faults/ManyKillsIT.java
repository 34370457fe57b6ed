package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.ferry.bench.VillageDump;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Onlooker;
import org.ferry.testing.Tier;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many people's messages in many rooms, while Ferry and the homeserver are killed again and again.
 */
class ManyKillsIT {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** The last run carries all that the kills have left. */
  private static final Duration LAST = Duration.ofMinutes(60);

  private static final long SEED = 20_261_121;
  private static final List<KillPoint.Moment> MOMENTS = List.of(KillPoint.Moment.values());
  private static final int ROOMS = Tier.Count.VILLAGE_ROOMS.now();
  private static final int MESSAGES = Tier.Count.VILLAGE_MESSAGES.now();
  private static final int PEOPLE = Tier.Count.VILLAGE_PEOPLE.now();
  private static final int KILLS = Tier.Count.VILLAGE_KILLS.now();
  private static final int HOMESERVER_KILLS = Tier.Count.VILLAGE_HOMESERVER_KILLS.now();

  @TempDir Path folder;

  @Test
  void everyMessageStandsOnce() throws IOException {
    Path dump = folder.resolve("village.sql");
    new VillageDump(PEOPLE).with("village", ROOMS, MESSAGES).write(dump);
    try (Workplace work = Workplace.in(folder)) {
      Random random = new Random(SEED);
      for (int kill = 1; kill <= KILLS; kill++) {
        killed(work, dump, random, homeserverDies(kill));
      }
      FerryProcess.Result last = ended(migrate(work, dump));
      assertThat(last.status()).as(last.toString()).isZero();
      FerryProcess.Result verified = ended(work.ferry("verify"));
      assertThat(verified.status()).as(verified.toString()).isZero();
      assertThat(messages(new Onlooker(work.server())))
          .hasSize(ROOMS * MESSAGES)
          .allSatisfy((what, times) -> assertThat(times).as(what).isEqualTo(1));
    }
  }

  private static FerryProcess.Result ended(FerryProcess.Run run) {
    try (FerryProcess started = run.start()) {
      return started.await(LAST);
    }
  }

  /**
   * Spreads the homeserver's deaths evenly over Ferry's, from the first on: how much Ferry writes
   * until its own death is armed nobody knows, and in the end there is little left.
   */
  private static boolean homeserverDies(int kill) {
    return (kill - 1) * HOMESERVER_KILLS % KILLS < HOMESERVER_KILLS;
  }

  private static void killed(Workplace work, Path dump, Random random, boolean both) {
    int room = 9 * ROOMS * (MESSAGES + PEOPLE) / 10 / KILLS;
    int nth = 1 + random.nextInt(room);
    KillPoint.Moment moment = MOMENTS.get(random.nextInt(MOMENTS.size()));
    KillPoint point = new KillPoint("a write", Workplace::writes, nth, moment);
    CompletableFuture<FerryProcess> ferry = new CompletableFuture<>();
    work.proxy().heal();
    try (FerryProcess started = migrate(work, dump).start()) {
      boolean unused = ferry.complete(started);
      if (both) {
        work.awaitWrites(started, 1 + random.nextInt(room));
        work.server().kill();
        var unusedServer = work.server().start();
      }
      point.arm(work.proxy(), () -> ferry.join().kill());
      FerryProcess.Result result = started.await(LIMIT);
      System.out.println(
          "[kills] " + point + (both ? ", and the homeserver" : "") + ": " + result.status());
      assertThat(result.status()).as(point + "\n" + result).isEqualTo(137);
    } finally {
      work.proxy().heal();
      work.proxy().awaitQuiet();
    }
  }

  private static FerryProcess.Run migrate(Workplace work, Path dump) {
    return work.ferry("migrate", dump.toString(), "--yes");
  }

  /** How often each message stands in each room, by the room's name and the message's words. */
  private static Map<String, Integer> messages(Onlooker onlooker) {
    Map<String, Integer> times = new TreeMap<>();
    for (String room : onlooker.rooms()) {
      String name = "";
      for (JsonNode event : onlooker.events(room)) {
        JsonNode content = event.path("content");
        if (event.path("type").asText().equals("m.room.name")) {
          name = content.path("name").asText();
        } else if (content.path("body").asText().startsWith("Message ")) {
          int unused = times.merge(name + ": " + content.path("body").asText(), 1, Integer::sum);
        }
      }
    }
    return times;
  }
}
