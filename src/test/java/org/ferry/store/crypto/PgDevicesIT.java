package org.ferry.store.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
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
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.accounts.Identity;
import org.ferry.matrix.event.Json;
import org.ferry.store.StoreLab;
import org.ferry.store.live.PgFollowedRooms;
import org.ferry.store.live.PgIdentities;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Accounts that are followed no more. */
class PgDevicesIT {
  private static final RoomId SHARED = new RoomId("!shared:x");
  private static final RoomId ALONE = new RoomId("!alone:x");

  private final StoreLab lab = new StoreLab();
  private final PgKeyring keyring = PgKeyring.open(lab.database(), PickleKey.random());
  private final PgRoomKeys keys = new PgRoomKeys(lab.database(), keyring, 10);
  private final PgDevices devices = new PgDevices(lab.database());
  private final DeviceRef leaving = new DeviceRef(new UserId("@leaving:x"), new DeviceId("L"));
  private final DeviceRef staying = new DeviceRef(new UserId("@staying:x"), new DeviceId("S"));

  private final DeviceRef another = new DeviceRef(new UserId("@another:x"), new DeviceId("A"));
  private final DeviceRef gone = new DeviceRef(new UserId("@gone:x"), new DeviceId("G"));

  @AfterEach
  void close() {
    keys.close();
    keyring.close();
    lab.close();
  }

  private void follow(DeviceRef ref, RoomId room) {
    new PgFollowedRooms(lab.database()).follow(ref.user(), room, new EventId("$before"));
    new PgIdentities(lab.database(), keyring)
        .keep(
            new Identity(
                ref.user(),
                Identity.Kind.ACCOUNT,
                ref.device(),
                Identity.Way.LOGIN,
                Secret.of("a token"),
                Identity.State.FOLLOWING,
                "",
                Instant.EPOCH));
  }

  private long of(DeviceRef ref, String table) {
    return lab.number(
        "select count(*) from ferry.%s where user_id = '%s'".formatted(table, ref.user()));
  }

  private void wait(OlmMachine machine, RoomId room, String event) {
    ObjectNode encrypted = Json.object().put("type", "m.room.encrypted").put("event_id", event);
    encrypted.put("sender", "@somebody:x").put("origin_server_ts", 1);
    try (MegolmOutbound group = MegolmOutbound.create()) {
      encrypted
          .putObject("content")
          .put("algorithm", "m.megolm.v1.aes-sha2")
          .put("session_id", group.sessionId())
          .put("ciphertext", group.encrypt(new byte[] {'{', '}'}));
    }
    var unused = machine.decrypt(room, encrypted);
  }

  private OlmMachine open(DeviceRef ref, PgCryptoStore store, Lease lease) {
    assertThat(store.device()).isEqualTo(ref);
    return OlmMachine.open(store, keys, keyring, lease, InstantSource.system(), alarm -> {});
  }

  /** What is waited for, by whom and which. */
  private List<String> waiting() {
    return List.of(
        lab.text(
                """
                select string_agg(d.user_id || ' ' || w.event_id, ', ' order by d.user_id, w.position)
                from ferry.megolm_waiting w join ferry.olm_device d on d.id = w.device
                """)
            .split(", "));
  }

  @Test
  void whatBelongsToOneAloneGoesAndKeysOfRoomsStay() {
    follow(leaving, SHARED);
    follow(staying, SHARED);
    follow(another, SHARED);
    follow(gone, SHARED);
    new PgFollowedRooms(lab.database()).leave(gone.user(), SHARED);
    for (DeviceRef ref : List.of(another, gone)) {
      assertThat(PgCryptoStore.of(lab.database(), keys, ref).device()).isEqualTo(ref);
    }
    new PgFollowedRooms(lab.database()).follow(leaving.user(), ALONE, new EventId("$before"));
    PgCryptoStore stays = PgCryptoStore.of(lab.database(), keys, staying);
    PgCryptoStore leaves = PgCryptoStore.of(lab.database(), keys, leaving);
    Lease lease = leaves.claim("test", Duration.ofMinutes(5)).orElseThrow();
    try (OlmMachine machine = open(leaving, leaves, lease);
        MegolmOutbound group = MegolmOutbound.create();
        MegolmInbound key = MegolmInbound.fromSessionKey(group.sessionKey())) {
      var info = new RoomKeyInfo(KeyOrigin.OLM, "c", "e", null, List.of(), false, Instant.EPOCH);
      assertThat(machine.restored(List.of(new RoomKey(ALONE, key, info)))).hasSize(1);
      wait(machine, SHARED, "$shared");
      wait(machine, ALONE, "$alone");
      wait(machine, ALONE, "$openable");
      var unused =
          lab.text(
              "update ferry.megolm_waiting set session_id = '%s' where event_id = '$openable' returning 'x'"
                  .formatted(group.sessionId()));
    }
    // Given up is what nobody else waits for, and no key that is there opens.
    assertThat(devices.holdings())
        .contains(
            new PgDevices.Holding(leaving.user(), 1), new PgDevices.Holding(staying.user(), 0));
    assertThat(devices.forget(leaving.user())).as("somebody works with it").isFalse();
    assertThat(of(leaving, "olm_device")).isEqualTo(1);

    leaves.release(lease);
    assertThat(devices.forget(leaving.user())).isTrue();
    for (String table : List.of("olm_device", "identity", "followed_room")) {
      assertThat(of(leaving, table)).as(table).isZero();
      assertThat(of(staying, table)).as(table).isEqualTo(1);
    }
    assertThat(lab.number("select count(*) from ferry.room_key")).isEqualTo(1);
    assertThat(lab.number("select count(*) from ferry.olm_account")).isZero();
    // All who still follow the room wait for what comes of it: any of them may find the key.
    assertThat(waiting()).containsExactly("@another:x $shared", "@staying:x $shared");
    assertThat(stays.unrequested(Instant.now().plusSeconds(60), 10))
        .extracting(w -> w.event().path("event_id").asText())
        .containsExactly("$shared");
  }
}
