package org.ferry.bench;

import static org.ferry.bench.Machine.say;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ferry.crypto.KeyOrigin;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.RoomKeyInfo;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.id.RoomId;
import org.ferry.lab.Lab;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.store.StoreLab;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.crypto.PgRoomKeys;
import org.ferry.store.embedded.FerryCache;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.FollowingConfig;
import org.ferry.testing.TestLab;

/**
 * Measures how long {@code ferry run} takes from the start of its process until it follows an
 * account with many encrypted rooms and their keys. {@code bench/start} starts it.
 */
public final class StartBench {
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final int AT_ONCE = 4;
  private static final ObjectNode ROOM =
      LabClient.json(
          """
          {"initial_state": [{"type": "m.room.encryption", "state_key": "",
            "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]}
          """);

  private final Path folder;
  private final PickleKey pickleKey = PickleKey.random();

  private StartBench(Path folder) {
    this.folder = folder;
  }

  /**
   * Measures.
   *
   * @param args {@code --rooms N --sessions N --starts N --work DIR}
   */
  public static void main(String[] args) throws Exception {
    Map<String, String> options = Machine.options(args);
    Path work = Path.of(options.getOrDefault("work", "target/bench-start")).toAbsolutePath();
    say("# %s; load average %s before", Machine.facts(), Machine.load());
    try (Lab lab = Lab.open(work.resolve("lab"), FerryCache.standard(), l -> say("# %s", l));
        StoreLab store = new StoreLab()) {
      lab.forget("start");
      SynapseServer server = lab.start(SynapseSettings.of("start", TestLab.DOMAIN));
      new StartBench(Machine.fresh(work.resolve("ferry"))).run(server, store, options);
    }
    say("# load average afterwards: %s", Machine.load());
  }

  private void run(SynapseServer server, StoreLab store, Map<String, String> options)
      throws Exception {
    int count = Integer.parseInt(options.getOrDefault("rooms", "200"));
    int sessions = Integer.parseInt(options.getOrDefault("sessions", "2000"));
    LabClient me = server.register("me", TestLab.PASSWORD, false);
    List<String> rooms = rooms(me, count);
    Files.writeString(folder.resolve("password"), TestLab.PASSWORD.reveal());
    FollowingConfig.write(
        folder,
        server.baseUrl(),
        store.db(),
        "{user: \"%s\", password_file: password}".formatted(me.userId()));
    say("first start, with a login and %,d rooms of which nothing is known: %s", count, start());
    keys(store, rooms, sessions);
    for (int i = Integer.parseInt(options.getOrDefault("starts", "3")); i > 0; i--) {
      say("start with %,d rooms and %,d sessions: %s", count, sessions, start());
    }
  }

  private static List<String> rooms(LabClient me, int count) throws Exception {
    List<Future<String>> made = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      for (int i = 0; i < count; i++) {
        made.add(threads.submit(() -> me.createRoom(ROOM)));
      }
    }
    List<String> rooms = new ArrayList<>();
    for (Future<String> room : made) {
      rooms.add(room.get());
    }
    return rooms;
  }

  private void keys(StoreLab store, List<String> rooms, int count) {
    try (PgKeyring keyring = PgKeyring.open(store.database(), pickleKey);
        PgRoomKeys keys = new PgRoomKeys(store.database(), keyring, PgRoomKeys.CACHED)) {
      for (int i = 0; i < count; i++) {
        try (MegolmOutbound outbound = MegolmOutbound.create()) {
          RoomKey key =
              new RoomKey(
                  new RoomId(rooms.get(i % rooms.size())),
                  MegolmInbound.fromSessionKey(outbound.sessionKey()),
                  new RoomKeyInfo(KeyOrigin.OLM, "c", "e", null, List.of(), false, Instant.EPOCH));
          var unused = keys.addAll(List.of(key));
          key.session().close();
        }
      }
    }
  }

  /** From the start of the process to the first answer to a sync, by the clock and its own work. */
  private String start() throws IOException {
    long begun = System.nanoTime();
    try (FerryProcess ferry =
        FerryProcess.ferry("run")
            .in(folder)
            .with("FERRY_PICKLE_KEY", pickleKey.text().reveal())
            .jvm(Machine.launcher("512m"))
            .start()) {
      String unused = ferry.awaitLine(line -> line.contains("state=following"), LONGEST);
      double seconds = (System.nanoTime() - begun) / 1e9;
      Duration own = ferry.handle().info().totalCpuDuration().orElse(Duration.ZERO);
      ferry.terminate();
      FerryProcess.Result unusedToo = ferry.await(LONGEST);
      return "%.1f s, of which it worked %.1f s".formatted(seconds, own.toMillis() / 1e3);
    }
  }
}
