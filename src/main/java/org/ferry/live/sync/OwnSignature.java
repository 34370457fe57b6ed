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

  /** The machine has what it signs with; whether the homeserver shows the signature is awaited. */
  private boolean given;

  /** Nothing more can be done but by a person, who was told. */
  private boolean decided;

  OwnSignature(@Nullable Secret recoveryKey, InstantSource clock) {
    this.recoveryKey = recoveryKey;
    this.clock = clock;
  }

  /** Tries, after a sync; once it is decided for the device, looks whether that is still so. */
  void tend(Intent intent, Machine machine) {
    Instant now = clock.instant();
    DeviceId present = intent.device().orElseThrow();
    if (!present.equals(device)) {
      device = present;
      begun = now;
      next = now;
      given = false;
      decided = false;
    }
    if (now.isBefore(next)) {
      return;
    }
    next = now.plus(decided ? TAKES : PAUSE);
    if (machine.isSigned()) {
      if (given || decided) {
        LOG.info("event=device_signed user={} device={}", intent.user(), present);
      }
      // As far as is known: at a start that is what was known before, and the identity may change.
      begun = now;
      given = false;
      decided = false;
      return;
    }
    if (decided) {
      return;
    }
    String obstacle = obstacle(intent, machine);
    decided |= begun.plus(TAKES).isBefore(now);
    if (decided) {
      LOG.warn(
          "event=device_unsigned user={} device={} other people's clients may warn of Ferry's device or keep keys from it: {}",
          intent.user(),
          present,
          obstacle);
    }
  }

  /** What is in the way; where it was signed a moment ago, that this does not show. */
  private String obstacle(Intent intent, Machine machine) {
    if (recoveryKey == null) {
      return "no recovery key is given; name recovery_key_file in its account";
    }
    String obstacle = given ? "" : sign(intent, machine);
    return obstacle.isEmpty()
        ? "the homeserver does not show its signature, or shows another identity than the first that Ferry saw, which the account's secret storage does not prove; ferry accounts verify "
            + intent.user()
            + " says which"
        : obstacle + "; mend that, and start Ferry again";
  }

  /** What is in the way; empty where the machine has what it takes. */
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
      given = machine.adoptIdentity(SELF_SIGNING, seed.get());
      begun = given ? clock.instant() : begun;
      return given
          ? ""
          : "what its secret storage holds is not the identity that the homeserver shows";
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
