package org.ferry.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.function.Supplier;
import org.ferry.crypto.AccountState;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.DeviceSignature;
import org.ferry.crypto.DeviceSignature.Standing;
import org.ferry.crypto.keys.SecretStorage;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.live.sync.AccountSecrets;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgRoomKeys;
import org.jspecify.annotations.Nullable;

/** Has the device that Ferry follows a user by signed by that user's own identity. */
public final class DeviceVerification {
  private final @Nullable Intent intent;
  private final @Nullable AccountState keys;

  /** What was found or done. */
  public enum Result {
    /** It was signed before. */
    SIGNED_ALREADY,
    /** It is signed now. */
    SIGNED,
    /** There is no device that works. */
    NO_DEVICE,
    /** The device has no keys on the homeserver yet. */
    NO_KEYS,
    /** The homeserver lists other keys under the device's name. */
    OTHER_KEYS,
    /** The account has no identity to sign with. */
    NO_IDENTITY,
    /** The account keeps no identity in secret storage. */
    NO_STORAGE
  }

  /**
   * How it ended.
   *
   * @param result what was found or done
   * @param device the device; null where there is none
   * @param fingerprint its Ed25519 key, to compare with what another client shows; null as above
   */
  public record Outcome(Result result, @Nullable DeviceId device, @Nullable String fingerprint) {}

  /**
   * What opens an account's secret storage.
   *
   * @param secret recovery key or passphrase
   * @param passphrase which of them
   */
  public record Unlock(Secret secret, boolean passphrase) {}

  private DeviceVerification(@Nullable Intent intent, @Nullable AccountState keys) {
    this.intent = intent;
    this.keys = keys;
  }

  /** For a user as its device; empty where it has none that works. */
  static DeviceVerification of(Ferry ferry, Optional<Intent> intent) {
    AccountState keys =
        intent
            .flatMap(i -> {
              DeviceRef ref = new DeviceRef(i.user(), i.device().orElseThrow());
              try (PgRoomKeys roomKeys = new PgRoomKeys(ferry.database(), ferry.keyring(), 1)) {
                return PgCryptoStore.of(ferry.database(), roomKeys, ref).account();
              }
            })
            .orElse(null);
    return new DeviceVerification(intent.orElse(null), keys);
  }

  /** Looks, and signs where that is needed and possible. */
  Outcome verify(Supplier<Unlock> unlock) {
    if (intent == null) {
      return new Outcome(Result.NO_DEVICE, null, null);
    }
    if (keys == null) {
      return new Outcome(Result.NO_KEYS, intent.device().orElseThrow(), null);
    }
    DeviceSignature signature = look(intent, keys);
    return new Outcome(
        switch (signature.standing()) {
          case UNKNOWN -> Result.NO_KEYS;
          case OTHER_KEYS -> Result.OTHER_KEYS;
          case NO_IDENTITY -> Result.NO_IDENTITY;
          case SIGNED -> Result.SIGNED_ALREADY;
          case UNSIGNED -> sign(intent, keys, signature, unlock);
        },
        intent.device().orElseThrow(),
        keys.ed25519());
  }

  private static DeviceSignature look(Intent intent, AccountState keys) {
    ObjectNode ask = Json.object();
    ask.putObject("device_keys").putArray(intent.user().value());
    DeviceRef ref = new DeviceRef(intent.user(), intent.device().orElseThrow());
    return new DeviceSignature(ref, keys.curve25519(), keys.ed25519(), intent.keys().query(ask));
  }

  private static Result sign(
      Intent intent, AccountState keys, DeviceSignature signature, Supplier<Unlock> unlock) {
    Optional<AccountSecrets> secrets = AccountSecrets.of(intent);
    if (secrets.isEmpty()
        || intent.preferences().accountData(AccountSecrets.SELF_SIGNING).isEmpty()) {
      return Result.NO_STORAGE;
    }
    Optional<Secret> seed =
        secrets.get().open(AccountSecrets.SELF_SIGNING, unlocked(secrets.get(), unlock.get()));
    Optional<ObjectNode> body = seed.flatMap(signature::sign);
    if (body.isEmpty()) {
      return Result.NO_STORAGE;
    }
    ObjectNode unused = intent.keys().uploadSignatures(body.get());
    return look(intent, keys).standing() == Standing.SIGNED ? Result.SIGNED : Result.OTHER_KEYS;
  }

  private static SecretStorage unlocked(AccountSecrets secrets, Unlock unlock) {
    return unlock.passphrase()
        ? SecretStorage.byPassphrase(secrets.description(), unlock.secret())
        : SecretStorage.byRecoveryKey(secrets.description(), unlock.secret());
  }
}
