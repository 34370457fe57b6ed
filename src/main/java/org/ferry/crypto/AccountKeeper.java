package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.crypto.vodozemac.Curve25519Key;
import org.ferry.crypto.vodozemac.OlmAccount;
import org.ferry.crypto.vodozemac.OlmMessage;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * A device's identity, one-time and fallback keys (specification, "Device keys", "One-time and
 * fallback keys"). Keys are committed before they are uploaded, and uploaded as they are until the
 * homeserver has said that it has them; while some are unpublished no others are made.
 */
final class AccountKeeper {
  static final String OLM = "m.olm.v1.curve25519-aes-sha2";
  static final String MEGOLM = "m.megolm.v1.aes-sha2";
  static final String SIGNED_KEY = "signed_curve25519";

  /** How many one-time keys the homeserver is to have. */
  static final int TARGET = 50;

  /** After so many refusals in a row no more one-time keys are made. */
  private static final int MOST_REFUSALS = 3;

  private static final Duration FALLBACK_AGE = Duration.ofDays(7);
  private static final Duration FALLBACK_GRACE = Duration.ofHours(1);
  static final String PURPOSE = "olm account";

  private final DeviceRef ref;
  private final Pickler pickler;
  private final OlmAccount account;
  private final String curve25519;
  private final String ed25519;
  private AccountState state;
  private boolean moved;

  private AccountKeeper(
      DeviceRef ref, Pickler pickler, OlmAccount account, @Nullable AccountState state) {
    this.ref = ref;
    this.pickler = pickler;
    this.account = account;
    this.curve25519 = account.identityKeys().curve25519().base64();
    this.ed25519 = account.identityKeys().ed25519().base64();
    this.moved = state == null;
    this.state = state == null ? fresh() : state;
  }

  private AccountState fresh() {
    return new AccountState(
        new Pickled(0, ""), curve25519, ed25519, false, 0, false, null, null, 0);
  }

  /** The account of the store, or a new one where it has none; {@link #flush} writes that. */
  static AccountKeeper open(DeviceRef ref, Pickler pickler, Optional<AccountState> stored) {
    if (stored.isEmpty()) {
      return new AccountKeeper(ref, pickler, OlmAccount.create(), null);
    }
    AccountState state = stored.get();
    OlmAccount account = account(ref, pickler, state);
    AccountKeeper keeper = new AccountKeeper(ref, pickler, account, state);
    if (!keeper.curve25519.equals(state.curve25519()) || !keeper.ed25519.equals(state.ed25519())) {
      account.close();
      throw new DeviceBrokenException(
          "the account of the device %s in the database is not the one it was made with; restore a backup of the database. Or %s"
              .formatted(ref, newDevice(ref)));
    }
    return keeper;
  }

  private static OlmAccount account(DeviceRef ref, Pickler pickler, AccountState state) {
    try {
      return pickler.open(state.pickle(), PURPOSE, OlmAccount::fromPickle);
    } catch (DamagedRowException e) {
      throw new DeviceBrokenException("%s Or %s".formatted(e.getMessage(), newDevice(ref)));
    }
  }

  private static String newDevice(DeviceRef ref) {
    return "go on with a new device: ferry accounts login %s --new-device".formatted(ref.user());
  }

  String curve25519() {
    return curve25519;
  }

  String ed25519() {
    return ed25519;
  }

  /** Its device keys, signed by itself. */
  ObjectNode deviceKeys() {
    ObjectNode keys = Json.object();
    keys.put("user_id", ref.user().value()).put("device_id", ref.device().value());
    keys.putArray("algorithms").add(OLM).add(MEGOLM);
    keys.putObject("keys").put("curve25519:" + ref.device(), curve25519).put(keyId(), ed25519);
    sign(keys);
    return keys;
  }

  String keyId() {
    return "ed25519:" + ref.device();
  }

  /** Adds the device's signature. */
  void sign(ObjectNode object) {
    SignedJson.sign(object, ref.user(), keyId(), account::sign);
  }

  org.ferry.crypto.vodozemac.OlmSession outbound(Curve25519Key identity, Curve25519Key oneTime) {
    return account.createOutboundSession(identity, oneTime);
  }

  /** Begins a session; its one-time key is gone in the same commit that keeps the session. */
  OlmAccount.Inbound inbound(Curve25519Key identity, OlmMessage message) {
    OlmAccount.Inbound inbound = account.createInboundSession(identity, message);
    moved = true;
    return inbound;
  }

  /**
   * What {@code /sync} says of our keys; a count that is missing is none.
   *
   * @param caughtUp whether no message came with it: more of what was begun with a former fallback
   *     key may follow while some come, as after a time in which Ferry did not run
   */
  void counted(int oneTimeKeys, @Nullable Set<String> unusedFallback, boolean caughtUp, Turn turn) {
    boolean used =
        unusedFallback == null ? state.fallbackUsed() : !unusedFallback.contains(SIGNED_KEY);
    set(
        state.uploaded(),
        oneTimeKeys,
        used,
        state.fallbackMadeAt(),
        state.forgetFallbackAt(),
        state.refusals());
    if (caughtUp) {
      forgetFallback(turn.now());
    }
    tend(turn.now());
  }

  private void forgetFallback(Instant now) {
    Instant forget = state.forgetFallbackAt();
    if (forget != null
        && account.fallbackKey().isEmpty()
        && !Clocks.isAhead(forget, FALLBACK_GRACE, now)) {
      var unused = account.forgetFallbackKey();
      fallback(state.fallbackMadeAt(), null);
    }
  }

  /** Makes the keys that are missing. */
  void tend(Instant now) {
    if (hasUnpublished() || state.refusals() >= MOST_REFUSALS) {
      return;
    }
    int missing = Math.min(TARGET, account.maxOneTimeKeys()) - state.serverKeys();
    if (missing > 0) {
      account.generateOneTimeKeys(missing);
      moved = true;
    }
    if (wantsFallback(now)) {
      Instant before = state.fallbackMadeAt();
      account.generateFallbackKey();
      fallback(now, before == null ? null : now.plus(FALLBACK_GRACE));
    }
  }

  /** A used key opens further sessions, so the next one can wait until the last is forgotten. */
  private boolean wantsFallback(Instant now) {
    Instant made = state.fallbackMadeAt();
    if (made == null) {
      return true;
    }
    boolean old = !Clocks.lasts(made, FALLBACK_AGE, now);
    return (old || state.fallbackUsed()) && state.forgetFallbackAt() == null;
  }

  private boolean hasUnpublished() {
    return !account.oneTimeKeys().isEmpty() || account.fallbackKey().isPresent();
  }

  /** What is to be uploaded; the same until the homeserver has it. */
  Optional<OutgoingRequest.KeysUpload> upload() {
    ObjectNode body = Json.object();
    if (!state.uploaded()) {
      body.set("device_keys", deviceKeys());
    }
    var oneTimeKeys = account.oneTimeKeys();
    if (!oneTimeKeys.isEmpty()) {
      ObjectNode keys = body.putObject("one_time_keys");
      oneTimeKeys.forEach((id, key) -> keys.set(SIGNED_KEY + ":" + id, signed(key, false)));
    }
    account
        .fallbackKey()
        .ifPresent(key ->
            body.putObject("fallback_keys")
                .set(SIGNED_KEY + ":" + key.id(), signed(key.key(), true)));
    if (body.isEmpty()) {
      return Optional.empty();
    }
    String id = UUID.nameUUIDFromBytes(SignedJson.signed(body)).toString();
    return Optional.of(new OutgoingRequest.KeysUpload("upload-" + id, body));
  }

  private ObjectNode signed(Curve25519Key key, boolean fallback) {
    ObjectNode object = Json.object().put("key", key.base64());
    if (fallback) {
      object.put("fallback", true);
    }
    sign(object);
    return object;
  }

  /** The homeserver has what was uploaded. */
  void uploaded(OutgoingRequest.KeysUpload request, JsonNode response, Turn turn) {
    if (!isPending(request)) {
      return;
    }
    account.markKeysAsPublished();
    JsonNode count = response.path("one_time_key_counts").path(SIGNED_KEY);
    int keys = count.canConvertToInt() ? Math.max(0, count.intValue()) : state.serverKeys();
    boolean fallback = request.body().has("fallback_keys");
    boolean used = state.fallbackUsed() && !fallback;
    set(true, keys, used, state.fallbackMadeAt(), forgetAt(fallback, turn.now()), 0);
    tend(turn.now());
  }

  /** Until its successor is there the homeserver hands the former fallback key out. */
  private @Nullable Instant forgetAt(boolean succeeded, Instant now) {
    Instant before = state.forgetFallbackAt();
    return succeeded && before != null ? now.plus(FALLBACK_GRACE) : before;
  }

  /**
   * The homeserver has other keys under the ids of ours: this database is older than what was
   * uploaded from it. Those keys are given up; further ones get other ids, a few times.
   */
  void refused(OutgoingRequest.KeysUpload request, RequestFailure failure, Turn turn) {
    if (!failure.message().contains("already exists") || !isPending(request)) {
      return;
    }
    boolean unused = turn.refuse(Incident.KEY_ALREADY_EXISTS);
    account.markKeysAsPublished();
    int refusals = state.refusals() + 1;
    set(state.uploaded(), state.serverKeys(), state.fallbackUsed(), null, null, refusals);
    turn.alarm(
        refusals < MOST_REFUSALS
            ? "the homeserver has other one-time keys of the device %s than this database; it was restored from an older backup, or two databases are used. Ferry makes new keys."
                .formatted(ref)
            : "the homeserver refuses all one-time keys of the device %s as already existing; Ferry uploads no more of them. To mend that, %s"
                .formatted(ref, newDevice(ref)));
  }

  /** The homeserver hands out keys that this account does not know: others are made. */
  void renewKeys(Instant now) {
    account.markKeysAsPublished();
    set(state.uploaded(), 0, false, null, null, 0);
    tend(now);
  }

  private boolean isPending(OutgoingRequest.KeysUpload request) {
    return upload().filter(now -> now.id().equals(request.id())).isPresent();
  }

  /**
   * Compares with what the homeserver lists of this very device.
   *
   * @param listed its device keys; a missing node where it lists none
   * @throws DeviceBrokenException where they are another device's
   */
  void compare(JsonNode listed) {
    if (listed.isMissingNode()) {
      set(
          false,
          state.serverKeys(),
          state.fallbackUsed(),
          state.fallbackMadeAt(),
          state.forgetFallbackAt(),
          state.refusals());
      return;
    }
    JsonNode keys = listed.path("keys");
    if (!keys.path("curve25519:" + ref.device()).asText().equals(curve25519)
        || !keys.path(keyId()).asText().equals(ed25519)) {
      throw new DeviceBrokenException(
          ("the homeserver has other keys for the device %s than this database. It is not used any"
                  + " more: restore the database that belongs to it. Or %s")
              .formatted(ref, newDevice(ref)));
    }
  }

  private void fallback(@Nullable Instant made, @Nullable Instant forget) {
    set(state.uploaded(), state.serverKeys(), false, made, forget, state.refusals());
  }

  private void set(
      boolean uploaded,
      int serverKeys,
      boolean used,
      @Nullable Instant made,
      @Nullable Instant forget,
      int refusals) {
    AccountState next =
        new AccountState(
            state.pickle(),
            curve25519,
            ed25519,
            uploaded,
            serverKeys,
            used,
            made,
            forget,
            refusals);
    moved |= !next.equals(state);
    state = next;
  }

  /** Adds the account to a turn's changes where it moved. */
  void flush(Changes changes) {
    if (moved) {
      Pickled pickle = pickler.seal(PURPOSE, account::pickle);
      state =
          new AccountState(
              pickle,
              curve25519,
              ed25519,
              state.uploaded(),
              state.serverKeys(),
              state.fallbackUsed(),
              state.fallbackMadeAt(),
              state.forgetFallbackAt(),
              state.refusals());
      changes.add(new CryptoChange.Account(state));
      moved = false;
    }
  }

  void close() {
    account.close();
  }
}
