package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.ferry.crypto.DecryptOutcome;
import org.ferry.crypto.DecryptOutcome.Clear;
import org.ferry.crypto.DecryptOutcome.Reason;
import org.ferry.crypto.DecryptOutcome.Waiting;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.KeyOrigin;
import org.ferry.crypto.Lease;
import org.ferry.crypto.OlmMachine;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.RoomKeyInfo;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.Leader;
import org.ferry.live.Signal;
import org.ferry.live.events.Arrival;
import org.ferry.live.events.Held;
import org.ferry.live.events.Releaser;
import org.ferry.matrix.event.Json;
import org.ferry.store.StoreLab;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.crypto.PgRoomKeys;
import org.ferry.store.live.PgLeader;
import org.ferry.store.live.PgLiveEvents;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Events that are opened with a real device and a real database. */
class OpenersIT {
  private static final RoomId ROOM = new RoomId("!room:hs");
  private static final DeviceRef REF = new DeviceRef(new UserId("@bot:hs"), new DeviceId("FERRY"));

  private final StoreLab lab = new StoreLab();
  private final PgKeyring keyring = PgKeyring.open(lab.database(), PickleKey.random());
  private final PgRoomKeys keys = new PgRoomKeys(lab.database(), keyring, 0);
  private final PgCryptoStore store = PgCryptoStore.of(lab.database(), keys, REF);
  private final Lease lease = store.claim("test", Duration.ofMinutes(5)).orElseThrow();
  private final OlmMachine machine =
      OlmMachine.open(store, keys, keyring, lease, InstantSource.system(), alarm -> {});
  private final Openers openers = new Openers(InstantSource.system());

  @AfterEach
  void close() {
    machine.close();
    keys.close();
    keyring.close();
    lab.close();
  }

  /** What the daemon asks of a device, asked of the real one. */
  private Machine device() {
    return (Machine)
        Proxy.newProxyInstance(
            Machine.class.getClassLoader(),
            new Class<?>[] {Machine.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("handled")) {
                machine.handled(List.of((EventId) arguments[0]));
                return null;
              }
              try {
                return OlmMachine.class
                    .getMethod(method.getName(), method.getParameterTypes())
                    .invoke(machine, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Keeps the key of a session of its own and encrypts an event with it. */
  private ObjectNode event(String id) {
    try (MegolmOutbound outbound = MegolmOutbound.create();
        MegolmInbound inbound = MegolmInbound.fromSessionKey(outbound.sessionKey())) {
      keep(inbound);
      return encrypted(id, outbound);
    }
  }

  private void keep(MegolmInbound session) {
    RoomKeyInfo info =
        new RoomKeyInfo(KeyOrigin.OLM, "c", "e", null, List.of(), false, Instant.EPOCH);
    assertThat(keys.addAll(List.of(new RoomKey(ROOM, session, info)))).hasSize(1);
  }

  private static ObjectNode encrypted(String id, MegolmOutbound outbound) {
    ObjectNode clear = Json.object().put("type", "m.room.message").put("room_id", ROOM.value());
    var unused = clear.putObject("content").put("body", "words");
    ObjectNode event =
        Json.object()
            .put("type", "m.room.encrypted")
            .put("event_id", id)
            .put("sender", "@alice:hs")
            .put("origin_server_ts", 7);
    var unusedToo =
        event
            .putObject("content")
            .put("algorithm", "m.megolm.v1.aes-sha2")
            .put("session_id", outbound.sessionId())
            .put("ciphertext", outbound.encrypt(Json.bytes(clear)));
    return event;
  }

  private Optional<DecryptOutcome> opened(ObjectNode event) {
    Held held =
        new Held(
            1,
            ROOM,
            event.path("content").path("session_id").asText(),
            REF.user(),
            Instant.now().minusSeconds(10),
            Buffer.buffer(Json.bytes(event)),
            new EventId(event.path("event_id").asText()),
            "");
    return openers.open(held, event);
  }

  /** The key changed twice under a Ferry that runs; who starts with the present one reads on. */
  @Test
  void aKeyUnderAnotherPickleKeyIsLeftToWhoeverHasThat() throws SQLException {
    openers.add(REF, device());
    ObjectNode event = event("$1");
    sql("insert into ferry.data_key (generation) values (7)");
    sql("update ferry.room_key set key_generation = 7");
    assertThat(opened(event)).as("no verdict, so that it is tried again").isEmpty();
    sql("update ferry.room_key set key_generation = 1");
    assertThat(opened(event).orElseThrow()).isInstanceOf(Clear.class);
  }

  private void sql(String statement) throws SQLException {
    try (var connection = lab.db().connect()) {
      var unused = connection.createStatement().execute(statement);
    }
  }

  /** Its key came after half a minute, and meanwhile somebody sent the same once more. */
  @Test
  void whatWaitedLongerThanItsRepetitionIsTheOneThatCounts() {
    openers.add(REF, device());
    PgLiveEvents events = new PgLiveEvents(lab.database());
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    try (MegolmOutbound outbound = MegolmOutbound.create();
        MegolmInbound inbound = MegolmInbound.fromSessionKey(outbound.sessionKey());
        Leader.Term term = new PgLeader(lab.database()).take().orElseThrow()) {
      Releaser releaser =
          new Releaser(events, openers, () -> now.get(), term.epoch(), new Signal());
      ObjectNode first = encrypted("$1", outbound);
      take(events, first);
      assertThat(releaser.turn()).isZero();
      now.set(now.get().plusSeconds(31));
      assertThat(releaser.turn()).isEqualTo(1);
      now.set(now.get().minusSeconds(31));
      take(events, first.deepCopy().put("event_id", "$2").put("origin_server_ts", 8));
      assertThat(releaser.turn()).isZero();
      keep(inbound);
      assertThat(releaser.turn()).isEqualTo(2);
    }
    assertThat(
            lab.text(
                "select string_agg(event || ' ' || state, ', ' order by event) from ferry.live_event"))
        .isEqualTo("$1 late, $2 rejected");
  }

  private static void take(PgLiveEvents events, ObjectNode event) {
    event.put("room_id", ROOM.value());
    Arrival arrival = Arrival.of(event, null, REF.user(), TraceId.fresh()).orElseThrow();
    assertThat(events.take(List.of(arrival))).isEqualTo(1);
  }

  /** A command gave its user another device, which is not followed yet. */
  @Test
  void aMachineIsThatOfItsOwnDevice() {
    openers.add(REF, device());
    assertThat(openers.of(REF)).isPresent();
    assertThat(openers.of(new DeviceRef(REF.user(), new DeviceId("OTHER")))).isEmpty();
    openers.remove(REF.user());
    assertThat(openers.of(REF)).isEmpty();
  }

  /** A database that was restored in part, or a row that a disk spoiled. */
  @Test
  void aKeyThatDoesNotOpenStopsNoEventOfAnotherSession() throws SQLException {
    openers.add(REF, device());
    ObjectNode first = event("$1");
    ObjectNode second = event("$2");
    assertThat(opened(first).orElseThrow()).isInstanceOf(Clear.class);
    try (var connection = lab.db().connect();
        var statement =
            connection.prepareStatement(
                "update ferry.room_key set pickle = 'spoiled' where session_id = ?")) {
      statement.setString(1, first.path("content").path("session_id").asText());
      assertThat(statement.executeUpdate()).isEqualTo(1);
    }
    assertThat(opened(first)).contains(new Waiting(Reason.BROKEN_KEY, null));
    assertThat(opened(second).orElseThrow()).isInstanceOf(Clear.class);
  }
}
