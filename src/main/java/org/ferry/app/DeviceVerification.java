package org.ferry.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.ferry.crypto.AccountState;
import org.ferry.crypto.ConfirmedIdentity;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.DeviceSignature;
import org.ferry.crypto.DeviceSignature.Standing;
import org.ferry.crypto.Tracked;
import org.ferry.crypto.keys.SecretStorage;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.live.sync.AccountSecrets;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgDevices;
import org.ferry.store.crypto.PgRoomKeys;
import org.jspecify.annotations.Nullable;

/**
 * Has the device that Ferry follows a user by signed by that user's own identity, and that identity
 * count where it took the place of the one that Ferry saw first.
 */
public final class DeviceVerification {
  private final Ferry ferry;
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
    NO_STORAGE,
    /** The homeserver took the signature, or seems to have, and does not show it. */
    NOT_SHOWN,
    /** It is signed by another identity than Ferry saw first, and nothing proves that one. */
    OTHER_IDENTITY
  }

  /**
   * How it ended.
   *
   * @param result what was found or done
   * @param device the device; null where there is none
   * @param fingerprint its Ed25519 key, to compare with what another client shows; null as above
   * @param identity the public master key that the homeserver shows; null where it shows none
   */
  public record Outcome(
      Result result,
      @Nullable DeviceId device,
      @Nullable String fingerprint,
      @Nullable String identity) {}

  /**
   * What opens an account's secret storage.
   *
   * @param secret recovery key or passphrase
   * @param passphrase which of them
   */
  public record Unlock(Secret secret, boolean passphrase) {}

  private DeviceVerification(Ferry ferry, @Nullable Intent intent, @Nullable AccountState keys) {
    this.ferry = ferry;
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
    return new DeviceVerification(ferry, intent.orElse(null), keys);
  }

  /**
   * Looks, and signs where that is needed and possible.
   *
   * @param unlock asked for what opens the account's secret storage
   * @param accept whether a person says that the identity which is shown is the account's own
   */
  Outcome verify(Supplier<Unlock> unlock, boolean accept) {
    if (intent == null) {
      return new Outcome(Result.NO_DEVICE, null, null, null);
    }
    DeviceId device = intent.device().orElseThrow();
    if (keys == null) {
      return new Outcome(Result.NO_KEYS, device, null, null);
    }
    DeviceSignature signature = look(intent, keys);
    Supplier<Unlock> once = once(unlock);
    Result result =
        switch (signature.standing()) {
          case UNKNOWN -> Result.NO_KEYS;
          case OTHER_KEYS -> Result.OTHER_KEYS;
          case NO_IDENTITY -> Result.NO_IDENTITY;
          case SIGNED -> Result.SIGNED_ALREADY;
          case UNSIGNED -> sign(intent, keys, signature, once);
        };
    boolean signed = result == Result.SIGNED || result == Result.SIGNED_ALREADY;
    boolean counts = !signed || counts(intent, signature, once, accept);
    return new Outcome(
        counts ? result : Result.OTHER_IDENTITY,
        device,
        keys.ed25519(),
        signature.master().orElse(null));
  }

  /** Nobody is asked for the same twice. */
  private static Supplier<Unlock> once(Supplier<Unlock> unlock) {
    AtomicReference<@Nullable Unlock> given = new AtomicReference<>();
    return () -> {
      Unlock before = given.get();
      if (before == null) {
        before = unlock.get();
        given.set(before);
      }
      return before;
    };
  }

  /** Whether the identity is the one that Ferry saw first; one that is proven becomes that. */
  private boolean counts(
      Intent as, DeviceSignature signature, Supplier<Unlock> unlock, boolean accept) {
    DeviceRef ref = new DeviceRef(as.user(), as.device().orElseThrow());
    String master = signature.master().orElseThrow();
    PgDevices devices = new PgDevices(ferry.database());
    String first = devices.self(ref).map(Tracked::pinned).orElse(null);
    if (first == null || first.equals(master)) {
      return true;
    }
    if (!accept && !isProven(as, signature, unlock)) {
      return false;
    }
    devices.leave(
        ref, ConfirmedIdentity.NAME, ConfirmedIdentity.seal(ferry.keyring(), ref, master));
    return true;
  }

  private static boolean isProven(Intent as, DeviceSignature signature, Supplier<Unlock> unlock) {
    Optional<AccountSecrets> secrets = AccountSecrets.of(as);
    if (secrets.isEmpty()
        || !(secrets.get().has(AccountSecrets.MASTER)
            || secrets.get().has(AccountSecrets.SELF_SIGNING))) {
      return false;
    }
    SecretStorage storage = unlocked(secrets.get(), unlock.get());
    return signature.isProven(
        secrets.get().open(AccountSecrets.MASTER, storage).orElse(null),
        secrets.get().open(AccountSecrets.SELF_SIGNING, storage).orElse(null));
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
    return look(intent, keys).standing() == Standing.SIGNED ? Result.SIGNED : Result.NOT_SHOWN;
  }

  private static SecretStorage unlocked(AccountSecrets secrets, Unlock unlock) {
    return unlock.passphrase()
        ? SecretStorage.byPassphrase(secrets.description(), unlock.secret())
        : SecretStorage.byRecoveryKey(secrets.description(), unlock.secret());
  }
}
