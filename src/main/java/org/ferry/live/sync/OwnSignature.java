package org.ferry.live.sync;

import java.util.Optional;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.SecretStorage;
import org.ferry.id.Secret;
import org.ferry.matrix.client.Intent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs the device of somebody's account with that account's own identity, where its recovery key
 * is given; makes and changes no identity. A device that stays unsigned is said aloud once. For one
 * thread.
 */
final class OwnSignature {
  private static final Logger LOG = LoggerFactory.getLogger(OwnSignature.class);
  private static final String SELF_SIGNING = AccountSecrets.SELF_SIGNING;

  /** The account's identity is known some syncs after the machine was opened. */
  private static final int TRIES = 5;

  private final @Nullable Secret recoveryKey;
  private int tries;

  OwnSignature(@Nullable Secret recoveryKey) {
    this.recoveryKey = recoveryKey;
  }

  /** Tries, after a sync; does nothing once it is decided. */
  void tend(Intent intent, Machine machine) {
    if (tries > TRIES) {
      return;
    }
    tries++;
    if (machine.isSigned()) {
      tries = TRIES + 1;
      return;
    }
    String obstacle = recoveryKey == null ? "no recovery key is given" : sign(intent, machine);
    if (tries > TRIES) {
      LOG.warn(
          "event=device_unsigned user={} other people's clients may warn of Ferry's device or keep keys from it: {}; name recovery_key_file in its account",
          intent.user(),
          obstacle);
    }
  }

  private String sign(Intent intent, Machine machine) {
    try {
      Optional<Secret> seed = seed(intent);
      if (seed.isEmpty()) {
        tries = TRIES + 1;
        return "the account has no secret storage with its identity in it";
      }
      if (machine.adoptIdentity(SELF_SIGNING, seed.get())) {
        LOG.info("event=device_signed user={}", intent.user());
        tries = TRIES + 1;
        return "";
      }
      return "what its secret storage holds is not the identity that the homeserver shows";
    } catch (KeyException e) {
      tries = TRIES + 1;
      return String.valueOf(e.getMessage());
    }
  }

  private Optional<Secret> seed(Intent intent) {
    Secret key = recoveryKey;
    return key == null
        ? Optional.empty()
        : AccountSecrets.of(intent)
            .flatMap(stored ->
                stored.open(SELF_SIGNING, SecretStorage.byRecoveryKey(stored.description(), key)));
  }
}
