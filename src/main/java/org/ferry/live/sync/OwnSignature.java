package org.ferry.live.sync;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.SecretStorage;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.matrix.client.Intent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs each device of somebody's account with that account's own identity, where its recovery key
 * is given, also where another identity took the former one's place; makes and changes none. A
 * device that stays unsigned is said aloud once. For one thread.
 */
final class OwnSignature {
  private static final Logger LOG = LoggerFactory.getLogger(OwnSignature.class);
  private static final String SELF_SIGNING = AccountSecrets.SELF_SIGNING;

  /** The account's identity is known some syncs after the machine was opened. */
  private static final Duration TAKES = Duration.ofMinutes(1);

  /** A busy account syncs many times a second. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final @Nullable Secret recoveryKey;
  private final InstantSource clock;
  private @Nullable DeviceId device;
  private Instant begun = Instant.MIN;
  private Instant next = Instant.MIN;
  private boolean decided;

  OwnSignature(@Nullable Secret recoveryKey, InstantSource clock) {
    this.recoveryKey = recoveryKey;
    this.clock = clock;
  }

  /** Tries, after a sync; does nothing once it is decided for the device. */
  void tend(Intent intent, Machine machine) {
    Instant now = clock.instant();
    DeviceId present = intent.device().orElseThrow();
    if (!present.equals(device)) {
      device = present;
      begun = now;
      next = now;
      decided = false;
    }
    if (decided || now.isBefore(next)) {
      return;
    }
    next = now.plus(PAUSE);
    if (machine.isSigned()) {
      // As far as is known: at a start that is what was known before, and the identity may change.
      begun = now;
      return;
    }
    String obstacle = recoveryKey == null ? "no recovery key is given" : sign(intent, machine);
    decided |= begun.plus(TAKES).isBefore(now);
    if (decided && !obstacle.isEmpty()) {
      LOG.warn(
          "event=device_unsigned user={} device={} other people's clients may warn of Ferry's device or keep keys from it: {}; name recovery_key_file in its account",
          intent.user(),
          present,
          obstacle);
    }
  }

  /** What is in the way; empty where the device is signed now. */
  private String sign(Intent intent, Machine machine) {
    try {
      Optional<Secret> seed = secret(intent, SELF_SIGNING);
      if (seed.isEmpty()) {
        decided = true;
        return "the account has no secret storage with its identity in it";
      }
      // Its owner may have replaced the identity that Ferry saw first.
      boolean unused =
          secret(intent, AccountSecrets.MASTER)
              .filter(master -> machine.adoptIdentity(AccountSecrets.MASTER, master))
              .isPresent();
      if (machine.adoptIdentity(SELF_SIGNING, seed.get())) {
        LOG.info("event=device_signed user={} device={}", intent.user(), intent.device().get());
        decided = true;
        return "";
      }
      return "what its secret storage holds is not the identity that the homeserver shows";
    } catch (KeyException e) {
      decided = true;
      return String.valueOf(e.getMessage());
    }
  }

  private Optional<Secret> secret(Intent intent, String name) {
    Secret key = recoveryKey;
    return key == null
        ? Optional.empty()
        : AccountSecrets.of(intent)
            .flatMap(stored ->
                stored.open(name, SecretStorage.byRecoveryKey(stored.description(), key)));
  }
}
