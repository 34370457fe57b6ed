package org.ferry.live.sync;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.SecretStorage;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs each device of somebody's account with that account's own identity, where its recovery key
 * is given, also where another identity took the former one's place; makes and changes none. One
 * that the account's secret storage contradicts counts no longer. A device that stays unsigned is
 * said aloud once. For one thread.
 */
final class OwnSignature {
  private static final Logger LOG = LoggerFactory.getLogger(OwnSignature.class);
  private static final String SELF_SIGNING = AccountSecrets.SELF_SIGNING;

  /** The account's identity is known some syncs after the machine was opened. */
  private static final Duration TAKES = Duration.ofMinutes(1);

  /** A busy account syncs many times a second. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** What proves an identity may come some moments after it, or days: it is looked for again. */
  private static final Duration AGAIN = Duration.ofSeconds(10);

  private static final Duration LONGEST = Duration.ofHours(1);
  private static final String BY_ITSELF = "; Ferry looks again by itself, at last once an hour";

  private final @Nullable Secret recoveryKey;
  private final InstantSource clock;
  private @Nullable DeviceId device;
  private Instant begun = Instant.MIN;
  private Instant next = Instant.MIN;

  /** The machine has what it signs with; whether the homeserver shows the signature is awaited. */
  private boolean given;

  /** Nothing more can be done but by a person, who was told. */
  private boolean decided;

  private Instant again = Instant.MIN;
  private Duration pause = AGAIN;

  /** When an identity that counts is held against the secret storage again. */
  private Instant look = Instant.MIN;

  /** For a storage that is away, or takes its time: each try holds up what is read. */
  private Duration untilLook = TAKES;

  /** That the homeserver contradicts the secret storage was said. */
  private boolean alarmed;

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
      look = now;
      untilLook = TAKES;
      anew();
    }
    if (now.isBefore(next)) {
      return;
    }
    next = now.plus(decided ? TAKES : PAUSE);
    if (machine.isSigned()) {
      boolean refuted = isRefuted(intent, machine);
      if (!refuted && (given || decided)) {
        LOG.info("event=device_signed user={} device={}", intent.user(), present);
      }
      // As far as is known: at a start that is what was known before, and the identity may change.
      begun = now;
      anew();
      if (!refuted) {
        return;
      }
    }
    if (decided) {
      if (recoveryKey != null && !now.isBefore(again)) {
        String unused = sign(intent, machine);
      }
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

  /**
   * What was seen first, or taken on a person's word, may be another's: the storage says so. A
   * device that is signed needs it for nothing else, so that it may be away, or closed to what was
   * given.
   */
  private boolean isRefuted(Intent intent, Machine machine) {
    if (recoveryKey == null || clock.instant().isBefore(look)) {
      return false;
    }
    try {
      Optional<Secret> seed = secret(intent, SELF_SIGNING);
      boolean refuted =
          seed.isPresent()
              && secret(intent, AccountSecrets.MASTER)
                  .filter(m -> machine.refuteIdentity(m, seed.get()))
                  .isPresent();
      look = refuted ? Instant.MIN : clock.instant().plus(LONGEST);
      untilLook = TAKES;
      return refuted;
    } catch (KeyException | HomeserverFailure e) {
      LOG.debug("the secret storage of {} cannot be looked at", intent.user(), e);
      look = clock.instant().plus(untilLook);
      untilLook = longer(untilLook);
      return false;
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
  }

  private void anew() {
    given = false;
    decided = false;
    alarmed = false;
    again = Instant.MIN;
    pause = AGAIN;
  }

  /** What is in the way; where it was signed a moment ago, that this does not show. */
  private String obstacle(Intent intent, Machine machine) {
    if (recoveryKey == null) {
      return "no recovery key is given; name recovery_key_file in its account";
    }
    boolean waits = given && clock.instant().isBefore(again);
    String obstacle = waits ? "" : sign(intent, machine);
    return obstacle.isEmpty()
        ? "the homeserver does not show its signature, or shows another identity than the first that Ferry saw, which the account's secret storage does not prove; ferry accounts verify "
            + intent.user()
            + " says which"
        : obstacle;
  }

  /** What is in the way; empty where the machine has what it takes. */
  private String sign(Intent intent, Machine machine) {
    if (given || decided) {
      pause = longer(pause);
    }
    again = clock.instant().plus(pause);
    try {
      Optional<Secret> seed = secret(intent, SELF_SIGNING);
      if (seed.isEmpty()) {
        decided = true;
        return "the account has no secret storage with its identity in it" + BY_ITSELF;
      }
      Optional<Secret> master = secret(intent, AccountSecrets.MASTER);
      if (master.filter(m -> machine.refuteIdentity(m, seed.get())).isPresent()) {
        return contradicted(intent);
      }
      // Its owner may have replaced the identity that Ferry saw first. A master key that does not
      // fit is of another one, which has another self-signing key too.
      boolean unused =
          master.filter(m -> machine.adoptIdentity(AccountSecrets.MASTER, m)).isPresent();
      boolean adopted = machine.adoptIdentity(SELF_SIGNING, seed.get());
      begun = adopted && !given ? clock.instant() : begun;
      given = adopted;
      return given
          ? ""
          : "what its secret storage holds is not the identity that the homeserver shows"
              + BY_ITSELF;
    } catch (KeyException e) {
      decided = true;
      return e.getMessage()
          + "; where recovery_key_file has to change for that, start Ferry again then";
    }
  }

  private String contradicted(Intent intent) {
    decided = true;
    // Whatever makes that identity count again is held against the storage at once.
    look = Instant.MIN;
    if (!alarmed) {
      alarmed = true;
      LOG.warn(
          "event=device_alarm device=\"{}\" the homeserver shows another master key of {} than the account's secret storage holds, though the self-signing key is the same. Nobody who resets an identity brings that about; whoever runs the homeserver can. Ferry does not take it for the account's.",
          device,
          intent.user());
    }
    return "its homeserver shows an identity that the account's secret storage contradicts"
        + BY_ITSELF;
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
