package org.ferry.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.function.Supplier;
import org.ferry.crypto.AccountState;
import org.ferry.crypto.ConfirmedIdentity;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.DeviceSignature;
import org.ferry.crypto.DeviceSignature.Proof;
import org.ferry.crypto.DeviceSignature.Standing;
import org.ferry.crypto.Tracked;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.SecretStorage;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.live.sync.AccountSecrets;
import org.ferry.matrix.client.HomeserverFailure;
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

  /** Whether Ferry has made the user's identity. */
  private final boolean made;

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
    /** It is not signed by the identity that Ferry made; the daemon does that. */
    UNSIGNED,
    /** The homeserver took the signature, or seems to have, and does not show it. */
    NOT_SHOWN,
    /** It is signed by another identity than Ferry saw first, and nothing proves that one. */
    OTHER_IDENTITY,
    /** The homeserver shows another identity than the one that a person named as the account's. */
    NOT_NAMED,
    /** The account's own secret storage says that the identity which is shown is another's. */
    CONTRADICTED
  }

  /**
   * How it ended.
   *
   * @param result what was found or done
   * @param device the device; null where there is none
   * @param fingerprint its Ed25519 key, to compare with what another client shows; null as above
   * @param identity the public master key that the homeserver shows; null where it shows none
   * @param accepted whether it counts for nothing but that a person named it as the account's own
   * @param unread why the account's secret storage was not looked at, though what should open it
   *     was given, where the device and its identity stand well without; null where nothing was
   *     missed
   */
  public record Outcome(
      Result result,
      @Nullable DeviceId device,
      @Nullable String fingerprint,
      @Nullable String identity,
      boolean accepted,
      @Nullable String unread) {
    private static Outcome of(
        Result result, @Nullable DeviceId device, @Nullable AccountState keys) {
      return new Outcome(result, device, keys == null ? null : keys.ed25519(), null, false, null);
    }

    private Outcome showing(@Nullable String master) {
      return new Outcome(result, device, fingerprint, master, accepted, unread);
    }

    private Outcome counting(Counted counted) {
      return new Outcome(
          counted.against() == null ? result : counted.against(),
          device,
          fingerprint,
          identity,
          counted.byWord(),
          counted.unread());
    }
  }

  /**
   * What opens an account's secret storage.
   *
   * @param secret recovery key or passphrase
   * @param passphrase which of them
   */
  public record Unlock(Secret secret, boolean passphrase) {}

  /** Where that comes from. Nobody is asked for the same twice. */
  public interface Unlocking {
    /** What was given without a question, or, where a person may be asked, to one. */
    Optional<Unlock> given(boolean ask);

    /** The same with a question; fails, and says what to give, where nobody gave it. */
    Unlock needed();
  }

  private DeviceVerification(
      Ferry ferry, @Nullable Intent intent, @Nullable AccountState keys, boolean made) {
    this.ferry = ferry;
    this.intent = intent;
    this.keys = keys;
    this.made = made;
  }

  /** For a user as its device; empty where it has none that works. */
  static DeviceVerification of(Ferry ferry, Optional<Intent> intent) {
    if (intent.isEmpty()) {
      return new DeviceVerification(ferry, null, null, false);
    }
    Intent as = intent.get();
    DeviceRef ref = new DeviceRef(as.user(), as.device().orElseThrow());
    try (PgRoomKeys roomKeys = new PgRoomKeys(ferry.database(), ferry.keyring(), 1)) {
      PgCryptoStore store = PgCryptoStore.of(ferry.database(), roomKeys, ref);
      boolean made = store.secret(AccountSecrets.MASTER).isPresent();
      return new DeviceVerification(ferry, as, store.account().orElse(null), made);
    }
  }

  /**
   * Looks, and signs where that is needed and possible; only looks where Ferry has made the
   * identity, which the daemon signs with.
   *
   * @param unlocking what opens the account's secret storage, used where it is needed
   * @param accept the master key of the identity that a person says is the account's own; null
   *     where nobody says so
   */
  Outcome verify(Unlocking unlocking, @Nullable String accept) {
    if (intent == null) {
      return Outcome.of(Result.NO_DEVICE, null, null);
    }
    DeviceId device = intent.device().orElseThrow();
    if (keys == null) {
      return Outcome.of(Result.NO_KEYS, device, null);
    }
    DeviceSignature signature = look(intent, keys);
    String shown = signature.master().orElse(null);
    Result result =
        accept != null && shown != null && !accept.equals(shown)
            ? Result.NOT_NAMED
            : signed(intent, keys, signature, unlocking);
    Outcome outcome = Outcome.of(result, device, keys).showing(shown);
    return result == Result.SIGNED || result == Result.SIGNED_ALREADY
        ? outcome.counting(counting(intent, signature, unlocking, accept))
        : outcome;
  }

  /**
   * Why an identity does not count, null where it does; whether it does by a person's word; and why
   * the storage was not looked at.
   */
  private record Counted(@Nullable Result against, boolean byWord, @Nullable String unread) {
    static Counted against(Result result) {
      return new Counted(result, false, null);
    }

    static Counted counts(boolean byWord) {
      return new Counted(null, byWord, null);
    }
  }

  private Result signed(
      Intent as, AccountState device, DeviceSignature signature, Unlocking unlocking) {
    return switch (signature.standing()) {
      case UNKNOWN -> Result.NO_KEYS;
      case OTHER_KEYS -> Result.OTHER_KEYS;
      case NO_IDENTITY -> made ? Result.UNSIGNED : Result.NO_IDENTITY;
      case SIGNED -> Result.SIGNED_ALREADY;
      case UNSIGNED -> made ? Result.UNSIGNED : sign(as, device, signature, unlocking);
    };
  }

  /**
   * Has the identity count that is shown, where it is proven or accepted; one that Ferry saw first,
   * or took on a person's word before, does anyway. What the storage contradicts never does.
   */
  private Counted counting(
      Intent as, DeviceSignature signature, Unlocking unlocking, @Nullable String accept) {
    DeviceRef ref = new DeviceRef(as.user(), as.device().orElseThrow());
    String master = signature.master().orElseThrow();
    String first = new PgDevices(ferry.database()).self(ref).map(Tracked::pinned).orElse(null);
    boolean counts = first == null || first.equals(master);
    if (made) {
      return counts ? Counted.counts(false) : Counted.against(Result.OTHER_IDENTITY);
    }
    Held held;
    try {
      // Nobody is asked where nothing is to be proven; what was given contradicts all the same.
      held = held(as, () -> unlocking.given(!counts && accept == null));
    } catch (KeyException | HomeserverFailure e) {
      // Whoever stops the command is told that it was stopped.
      if (counts && !Thread.currentThread().isInterrupted()) {
        return new Counted(null, false, e.getMessage());
      }
      throw e;
    }
    Proof proof = signature.proof(held.master(), held.selfSigning());
    if (proof == Proof.CONTRADICTED) {
      return Counted.against(refuted(as, held));
    }
    if (counts) {
      return Counted.counts(false);
    }
    if (accept == null && proof == Proof.NONE) {
      return Counted.against(Result.OTHER_IDENTITY);
    }
    boolean byWord = proof == Proof.NONE;
    if (byWord) {
      // What an earlier command found in the storage, and no daemon has taken up, is older.
      new PgDevices(ferry.database()).withdraw(ref, ConfirmedIdentity.PROVEN);
    }
    leave(as, byWord ? ConfirmedIdentity.NAME : ConfirmedIdentity.PROVEN, master);
    return Counted.counts(byWord);
  }

  /** The daemon need not have the recovery key: it is told which master key is the account's. */
  private Result refuted(Intent as, Held held) {
    DeviceSignature.publicKey(held.master())
        .ifPresent(master -> leave(as, ConfirmedIdentity.PROVEN, master));
    return Result.CONTRADICTED;
  }

  private void leave(Intent as, String name, String master) {
    DeviceRef ref = new DeviceRef(as.user(), as.device().orElseThrow());
    new PgDevices(ferry.database())
        .leave(ref, name, ConfirmedIdentity.seal(name, ferry.keyring(), ref, master));
  }

  /** What the storage holds of the identity. */
  private record Held(@Nullable Secret master, @Nullable Secret selfSigning) {
    static final Held NOTHING = new Held(null, null);

    static Held of(AccountSecrets secrets, SecretStorage storage) {
      return new Held(
          secrets.open(AccountSecrets.MASTER, storage).orElse(null),
          secrets.open(AccountSecrets.SELF_SIGNING, storage).orElse(null));
    }
  }

  private static Held held(Intent as, Supplier<Optional<Unlock>> unlock) {
    AccountSecrets secrets = AccountSecrets.of(as).orElse(null);
    if (secrets == null
        || !(secrets.has(AccountSecrets.MASTER) || secrets.has(AccountSecrets.SELF_SIGNING))) {
      return Held.NOTHING;
    }
    return unlock
        .get()
        .map(given -> Held.of(secrets, unlocked(secrets, given)))
        .orElse(Held.NOTHING);
  }

  private DeviceSignature look(Intent as, AccountState device) {
    ObjectNode ask = Json.object();
    ask.putObject("device_keys").putArray(as.user().value());
    DeviceRef ref = new DeviceRef(as.user(), as.device().orElseThrow());
    return new DeviceSignature(
        ref,
        device.curve25519(),
        device.ed25519(),
        new PgDevices(ferry.database()).own(ref),
        as.keys().query(ask));
  }

  private Result sign(
      Intent as, AccountState device, DeviceSignature signature, Unlocking unlocking) {
    Optional<AccountSecrets> secrets = AccountSecrets.of(as);
    if (secrets.isEmpty() || as.preferences().accountData(AccountSecrets.SELF_SIGNING).isEmpty()) {
      return Result.NO_STORAGE;
    }
    Held held = Held.of(secrets.get(), unlocked(secrets.get(), unlocking.needed()));
    if (signature.proof(held.master(), held.selfSigning()) == Proof.CONTRADICTED) {
      return refuted(as, held);
    }
    Optional<ObjectNode> body = Optional.ofNullable(held.selfSigning()).flatMap(signature::sign);
    if (body.isEmpty()) {
      return Result.NO_STORAGE;
    }
    ObjectNode unused = as.keys().uploadSignatures(body.get());
    return look(as, device).standing() == Standing.SIGNED ? Result.SIGNED : Result.NOT_SHOWN;
  }

  private static SecretStorage unlocked(AccountSecrets secrets, Unlock unlock) {
    return unlock.passphrase()
        ? SecretStorage.byPassphrase(secrets.description(), unlock.secret())
        : SecretStorage.byRecoveryKey(secrets.description(), unlock.secret());
  }
}
