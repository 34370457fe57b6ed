package org.ferry.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.Lease;
import org.ferry.crypto.OlmMachine;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.ferry.live.accounts.Identity;
import org.ferry.live.accounts.Identity.Kind;
import org.ferry.live.accounts.Identity.State;
import org.ferry.live.accounts.Identity.Way;
import org.ferry.store.StoreLab;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.crypto.PgRoomKeys;
import org.ferry.store.live.PgIdentities;
import org.junit.jupiter.api.Test;

class OwnSignaturesIT {
  private static final DeviceRef BOT =
      new DeviceRef(new UserId("@bot:example.org"), new DeviceId("BOT"));

  private Instant now = Instant.parse("2026-11-21T09:00:00Z");

  /** The homeserver answers nothing that has to do with keys. */
  @Test
  void aDeviceThatStaysUnsignedIsToldToWhoAsksHowUsersStand() {
    try (StoreLab lab = new StoreLab();
        PgKeyring keyring = PgKeyring.open(lab.database(), PickleKey.random());
        PgRoomKeys keys = new PgRoomKeys(lab.database(), keyring, 1)) {
      PgCryptoStore store = PgCryptoStore.of(lab.database(), keys, BOT);
      Lease lease = store.claim("test", Duration.ofMinutes(5)).orElseThrow();
      PgIdentities identities = new PgIdentities(lab.database(), keyring);
      identities.keep(
          new Identity(
              BOT.user(),
              Kind.BOT,
              BOT.device(),
              Way.DEVICES,
              null,
              State.FOLLOWING,
              "device BOT",
              now));
      try (OlmMachine machine =
          OlmMachine.open(store, keys, keyring, lease, () -> now, alarm -> {})) {
        OwnSignatures signing = new OwnSignatures(machine, identities, () -> now);
        signing.tend();
        now = now.plusSeconds(59);
        signing.tend();
        assertThat(standing(identities).isAmiss()).isFalse();
        now = now.plusSeconds(2);
        signing.tend();
        assertThat(standing(identities).isAmiss()).isTrue();
        assertThat(standing(identities).isUnsigned()).isTrue();
        assertThat(standing(identities).detail()).contains("not signed", "device BOT");
        assertThat(standing(identities).state()).isEqualTo("following");
      }
    }
  }

  private Accounts.Standing standing(PgIdentities identities) {
    Identity bot = identities.find(BOT.user()).orElseThrow();
    return new Accounts.Standing(
        bot.user(), bot.kind().word(), bot.state().word(), bot.device(), 0, now, bot.detail());
  }
}
