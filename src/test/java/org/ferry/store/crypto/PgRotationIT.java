package org.ferry.store.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.KeyOrigin;
import org.ferry.crypto.Lease;
import org.ferry.crypto.OlmMachine;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.RoomKeyInfo;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.accounts.Identity;
import org.ferry.store.StoreLab;
import org.ferry.store.live.PgIdentities;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PgRotationIT {
  private static final int SESSIONS = 1_200;

  private final StoreLab lab = new StoreLab();
  private final PickleKey before = PickleKey.random();
  private final PickleKey after = PickleKey.random();

  @AfterEach
  void close() {
    lab.close();
  }

  private static List<RoomKey> some(int from, int to) {
    List<RoomKey> keys = new ArrayList<>();
    for (int i = from; i < to; i++) {
      try (MegolmOutbound outbound = MegolmOutbound.create()) {
        RoomKeyInfo info =
            new RoomKeyInfo(KeyOrigin.OLM, "c", "e", null, List.of(), false, Instant.EPOCH);
        keys.add(
            new RoomKey(
                new RoomId("!r" + i), MegolmInbound.fromSessionKey(outbound.sessionKey()), info));
      }
    }
    return keys;
  }

  private static void add(PgRoomKeys store, int from, int to) {
    List<RoomKey> keys = some(from, to);
    assertThat(store.addAll(keys)).hasSize(to - from);
    keys.forEach(k -> k.session().close());
  }

  private long readable(PickleKey key) {
    try (PgKeyring keyring = PgKeyring.open(lab.database(), key);
        PgRoomKeys store = new PgRoomKeys(lab.database(), keyring, 10)) {
      return store.forEach(s -> assertThat(s.megolm().firstKnownIndex()).isZero(), damaged -> {});
    }
  }

  @Test
  void stoppedHalfWayBothKeysOpenEverythingAndTheNextRunGoesOn() throws Exception {
    try (PgKeyring keyring = PgKeyring.open(lab.database(), before);
        PgRoomKeys running = new PgRoomKeys(lab.database(), keyring, 10)) {
      add(running, 0, SESSIONS);
      PgRotation first = new PgRotation(lab.database(), before, after);
      assertThatThrownBy(() ->
              first.rewrite(done -> {
                if (done >= 500) {
                  throw new CancellationException("as a kill would");
                }
              }))
          .isInstanceOf(CancellationException.class);
      assertThat(readable(before)).isEqualTo(SESSIONS);
      assertThat(readable(after)).isEqualTo(SESSIONS);

      // Who runs meanwhile writes under the new key, without being told.
      add(running, SESSIONS, SESSIONS + 100);
      assertThat(lab.number("select count(*) from ferry.room_key where key_generation = 2"))
          .isEqualTo(500 + 100);

      PgRotation again = new PgRotation(lab.database(), before, after);
      assertThat(again.rewrite(done -> {})).isEqualTo(SESSIONS - 500);
      assertThat(lab.number("select count(*) from ferry.data_key")).isEqualTo(2);
      again.finish();
      assertThat(readable(after)).isEqualTo(SESSIONS + 100);
      assertThatThrownBy(() -> readable(before))
          .isInstanceOf(KeyException.class)
          .hasMessageContaining("another pickle key");
      assertThat(lab.number("select count(*) from ferry.data_key")).isEqualTo(1);

      // Who runs still does not notice.
      add(running, SESSIONS + 100, SESSIONS + 101);
      assertThat(running.forEach(s -> {}, damaged -> {})).isEqualTo(SESSIONS + 101);
    }
  }

  /** What a device keeps follows, while the device is in use, and works on under the new key. */
  @Test
  void devicesAndTokensFollow() throws Exception {
    DeviceRef ref = new DeviceRef(new UserId("@bot:x"), new DeviceId("BOT"));
    String key;
    try (PgKeyring keyring = PgKeyring.open(lab.database(), before);
        PgRoomKeys keys = new PgRoomKeys(lab.database(), keyring, 10)) {
      PgCryptoStore store = PgCryptoStore.of(lab.database(), keys, ref);
      Lease lease = store.claim("test", Duration.ofMinutes(1)).orElseThrow();
      new PgIdentities(lab.database(), keyring)
          .keep(
              new Identity(
                  ref.user(),
                  Identity.Kind.BOT,
                  ref.device(),
                  Identity.Way.LOGIN,
                  Secret.of("a token"),
                  Identity.State.FOLLOWING,
                  "",
                  Instant.EPOCH));
      try (OlmMachine machine =
          OlmMachine.open(store, keys, keyring, lease, InstantSource.system(), alarm -> {})) {
        key = machine.ed25519();
        add(keys, 0, 3);
        assertThat(spoil()).isTrue();
        PgRotation rotation = new PgRotation(lab.database(), before, after);
        assertThat(rotation.rewrite(done -> {})).isEqualTo(2);
        assertThat(rotation.damaged())
            .satisfiesExactlyInAnyOrder(
                row -> assertThat(row).startsWith("the key of session ").endsWith("in room !r1"),
                row -> assertThat(row).isEqualTo("the secret a.secret of the device " + ref));
        machine.track(List.of(new UserId("@other:x")));
        rotation.finish();
      }
    }
    for (String table : List.of("olm_account", "identity")) {
      assertThat(lab.number("select max(key_generation) + min(key_generation) from ferry." + table))
          .as(table)
          .isEqualTo(4);
    }
    assertThat(lab.number("select count(*) from ferry.data_key"))
        .as("what does not open may be repaired, and then needs its key")
        .isEqualTo(2);
    try (PgKeyring keyring = PgKeyring.open(lab.database(), after);
        PgRoomKeys keys = new PgRoomKeys(lab.database(), keyring, 10)) {
      PgCryptoStore store = PgCryptoStore.of(lab.database(), keys, ref);
      Lease lease = store.claim("test", Duration.ofMinutes(1)).orElseThrow();
      try (OlmMachine machine =
          OlmMachine.open(store, keys, keyring, lease, InstantSource.system(), alarm -> {})) {
        assertThat(machine.ed25519()).isEqualTo(key);
      }
      assertThat(new PgIdentities(lab.database(), keyring).find(ref.user()).orElseThrow().token())
          .isEqualTo(Secret.of("a token"));
    }
  }

  /** As a disk might. */
  private boolean spoil() throws SQLException {
    try (var connection = lab.db().connect();
        var statement = connection.createStatement()) {
      return statement.executeUpdate(
                  "update ferry.room_key set pickle = 'spoiled' where room_id = '!r1'")
              == 1
          && statement.executeUpdate(
                  """
                  insert into ferry.olm_secret (device, name, sealed, key_generation)
                  select id, 'a.secret', 'spoiled', 1 from ferry.olm_device
                  """)
              == 1;
    }
  }

  @Test
  void anotherKeyThanTheDatabasesChangesNothing() {
    PgKeyring.open(lab.database(), before).close();
    PgRotation rotation = new PgRotation(lab.database(), PickleKey.random(), after);
    assertThatThrownBy(() -> rotation.rewrite(done -> {})).isInstanceOf(KeyException.class);
    assertThat(lab.number("select count(*) from ferry.wrapped_key")).isEqualTo(1);
  }
}
