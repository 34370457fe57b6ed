package org.ferry.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.ferry.crypto.DecryptOutcome;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.EncryptedEvent;
import org.ferry.crypto.KeyOrigin;
import org.ferry.crypto.OlmMachine;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.RoomKeyInfo;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.store.StoreLab;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.crypto.PgRoomKeys;

/** Room keys in PostgreSQL: taking them in, and reading with them; {@code SESSIONS MESSAGES}. */
public final class KeyStoreBench {
  private static final int BATCH = 500;
  private static final int AT_ONCE = 100;
  private static final int EACH = 10;
  private static final RoomId ROOM = new RoomId("!bench:example.org");

  private KeyStoreBench() {}

  /** Measures and prints. */
  public static void main(String[] args) {
    int sessions = Integer.parseInt(args[0]);
    int messages = Integer.parseInt(args[1]);
    System.out.printf("%s; load %s%n", Machine.facts(), Machine.load());
    try (StoreLab lab = new StoreLab();
        PgKeyring keyring = PgKeyring.open(lab.database(), PickleKey.random());
        PgRoomKeys keys = new PgRoomKeys(lab.database(), keyring, PgRoomKeys.CACHED)) {
      take(keys, sessions);
      read(lab, keyring, keys, messages);
    }
    System.out.printf("load %s%n", Machine.load());
  }

  private static void take(PgRoomKeys keys, int count) {
    double before = heap();
    double wall = 0;
    for (int from = 0; from < count; from += BATCH) {
      List<RoomKey> some = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        try (MegolmOutbound outbound = MegolmOutbound.create()) {
          some.add(key(outbound));
        }
      }
      long start = System.nanoTime();
      var unused = keys.addAll(some);
      wall += (System.nanoTime() - start) / 1e9;
      some.forEach(k -> k.session().close());
    }
    System.out.printf(
        "%,d sessions taken in, %d at once: %.1f s, %,.0f/s; heap %.1f MB before, %.1f MB after%n",
        count, BATCH, wall, count / wall, before, heap());
  }

  private static RoomKey key(MegolmOutbound outbound) {
    return new RoomKey(
        ROOM,
        MegolmInbound.fromSessionKey(outbound.sessionKey()),
        new RoomKeyInfo(KeyOrigin.OLM, "c", "e", null, List.of(), false, Instant.EPOCH));
  }

  private static void read(StoreLab lab, PgKeyring keyring, PgRoomKeys keys, int count) {
    DeviceRef ref = new DeviceRef(new UserId("@bench:example.org"), new DeviceId("BENCH"));
    PgCryptoStore store = PgCryptoStore.of(lab.database(), keys, ref);
    var lease = store.claim("bench", Duration.ofMinutes(30)).orElseThrow();
    List<EncryptedEvent> events = events(keys, count);
    try (OlmMachine machine =
        OlmMachine.open(store, keys, keyring, lease, InstantSource.system(), alarm -> {})) {
      var unused = machine.decrypt(events.subList(0, count / 10));
      long start = System.nanoTime();
      long cpu = cpu();
      int clear = 0;
      for (int i = count / 10; i < count; i += AT_ONCE) {
        for (DecryptOutcome outcome :
            machine.decrypt(events.subList(i, Math.min(count, i + AT_ONCE)))) {
          clear += outcome instanceof DecryptOutcome.Clear ? 1 : 0;
        }
      }
      double wall = (System.nanoTime() - start) / 1e9;
      double own = (cpu() - cpu) / 1e9;
      System.out.printf(
          "%,d messages of %,d sessions read, %d at once: %.2f s, %,.0f/s; %.2f s of processor time of Ferry's process, %,.0f a core%n",
          clear, count / EACH, AT_ONCE, wall, clear / wall, own, clear / own);
    }
  }

  /** {@value #EACH} messages of each session, the sessions one after the other. */
  private static List<EncryptedEvent> events(PgRoomKeys keys, int count) {
    List<EncryptedEvent> events = new ArrayList<>();
    for (int s = 0; s < count / EACH; s++) {
      try (MegolmOutbound outbound = MegolmOutbound.create()) {
        RoomKey key = key(outbound);
        var unused = keys.addAll(List.of(key));
        key.session().close();
        for (int i = 0; i < EACH; i++) {
          events.add(new EncryptedEvent(ROOM, event(outbound, events.size())));
        }
      }
    }
    return events;
  }

  private static ObjectNode event(MegolmOutbound outbound, int number) {
    ObjectNode clear = Json.object().put("type", "m.room.message").put("room_id", ROOM.value());
    clear.putObject("content").put("msgtype", "m.text").put("body", "x".repeat(400));
    ObjectNode event =
        Json.object()
            .put("type", "m.room.encrypted")
            .put("event_id", "$e" + number)
            .put("sender", "@somebody:example.org")
            .put("room_id", ROOM.value())
            .put("origin_server_ts", 1_700_000_000_000L + number);
    event
        .putObject("content")
        .put("algorithm", "m.megolm.v1.aes-sha2")
        .put("session_id", outbound.sessionId())
        .put("ciphertext", outbound.encrypt(Json.text(clear).getBytes(StandardCharsets.UTF_8)));
    return event;
  }

  private static double heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
  }

  private static long cpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
