package org.ferry.crypto.vodozemac;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The Olm account of one device: its identity keys, one-time keys and fallback keys. For one thread
 * at a time; others wait. What changes it is stored (pickled) before anything of it is sent.
 */
public final class OlmAccount extends Handle {
  private static final int KEY_ID_SIZE = 11;

  private OlmAccount(long address) {
    super(address, NativeApi::olmAccountFree);
  }

  /**
   * The public identity of the device.
   *
   * @param ed25519 what it signs with
   * @param curve25519 what others send to
   */
  public record IdentityKeys(Ed25519Key ed25519, Curve25519Key curve25519) {}

  /**
   * A session that a message began.
   *
   * @param session the session, for the caller to close
   * @param plaintext what the message said
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Inbound(OlmSession session, byte[] plaintext) {}

  /**
   * A public fallback key.
   *
   * @param id its key id
   * @param key the key
   */
  public record FallbackKey(String id, Curve25519Key key) {}

  /** A new account with new identity keys and no one-time keys; for the caller to close. */
  public static OlmAccount create() {
    Handles.enter();
    return new OlmAccount(NativeApi.olmAccountNew());
  }

  /**
   * Opens a pickle.
   *
   * @param pickle what {@link #pickle} gave
   * @param key its 32 bytes
   * @return the account, for the caller to close
   * @throws CryptoException.WrongPickleKey where another key sealed it, or it was damaged
   * @throws CryptoException.BadPickle where it is no pickle of an account
   */
  public static OlmAccount fromPickle(String pickle, byte[] key) {
    return new OlmAccount(Pickles.open(pickle, key, NativeApi::olmAccountFromPickle));
  }

  /**
   * Opens a pickle of libolm.
   *
   * @param pickle what {@code olm_pickle_account} gave
   * @param key its key, of any size
   * @return the account, for the caller to close
   * @throws CryptoException as {@link #fromPickle}
   */
  public static OlmAccount fromLibolmPickle(String pickle, byte[] key) {
    return new OlmAccount(Pickles.openLibolm(pickle, key, NativeApi::olmAccountFromLibolmPickle));
  }

  /**
   * Seals the account.
   *
   * @param key 32 bytes
   * @return the pickle, as base64
   */
  public String pickle(byte[] key) {
    return Pickles.seal(this, key, NativeApi::olmAccountPickle);
  }

  /** Its public identity. */
  public IdentityKeys identityKeys() {
    return use(account -> {
      long[] result = new long[2];
      NativeApi.olmAccountIdentityKeys(result, account);
      return new IdentityKeys(Ed25519Key.take(result[0]), Curve25519Key.take(result[1]));
    });
  }

  /**
   * Signs with the device's Ed25519 key.
   *
   * @param message for JSON its canonical form
   * @return the signature as unpadded base64
   */
  public String sign(byte[] message) {
    return use(account ->
        Ed25519Key.takeSignature(NativeApi.olmAccountSign(account, message, message.length)));
  }

  /** How many one-time keys are worth keeping on the server. */
  public int maxOneTimeKeys() {
    return use(NativeApi::olmAccountMaxNumberOfOneTimeKeys);
  }

  /** How many private one-time keys it holds, published or not. */
  int storedOneTimeKeys() {
    return use(NativeApi::olmAccountStoredOneTimeKeyCount);
  }

  /** The public one-time keys that are not marked as published, by key id. */
  public Map<String, Curve25519Key> oneTimeKeys() {
    return use(account -> keys(account, NativeApi::olmAccountOneTimeKeys));
  }

  /**
   * Makes one-time keys. Beyond {@code 50 * maxOneTimeKeys()} stored ones the oldest are dropped.
   *
   * @param count how many, 1 to 5000
   */
  public void generateOneTimeKeys(int count) {
    if (count < 1 || count > 5000) {
      throw new IllegalArgumentException("1 to 5000 one-time keys, not " + count);
    }
    run(account -> {
      long[] result = new long[4];
      NativeApi.olmAccountGenerateOneTimeKeys(result, account, count);
      free(Memories.takeWords(result, 0));
      free(Memories.takeWords(result, 2));
    });
  }

  /** The fallback key that is not marked as published, or empty. */
  public Optional<FallbackKey> fallbackKey() {
    return use(account -> keys(account, NativeApi::olmAccountFallbackKey)).entrySet().stream()
        .findFirst()
        .map(e -> new FallbackKey(e.getKey(), e.getValue()));
  }

  /** Makes a fallback key; the one before is kept, the one before that is dropped. */
  public void generateFallbackKey() {
    run(account -> {
      long removed = NativeApi.olmAccountGenerateFallbackKey(account);
      new Borrowed(removed, NativeApi::curve25519PublicKeyFree).close();
    });
  }

  /**
   * Drops the fallback key before the present one.
   *
   * @return whether there was one
   */
  public boolean forgetFallbackKey() {
    return use(account -> (NativeApi.olmAccountForgetFallbackKey(account) & 1) != 0);
  }

  /** Notes that the server has all one-time keys and the fallback key. */
  public void markKeysAsPublished() {
    run(NativeApi::olmAccountMarkKeysAsPublished);
  }

  /**
   * Begins a session with a device.
   *
   * @param identityKey its identity key
   * @param oneTimeKey a one-time or fallback key of it, its signature checked by the caller
   * @return the session, of Olm version 1, for the caller to close
   */
  public OlmSession createOutboundSession(Curve25519Key identityKey, Curve25519Key oneTimeKey) {
    return use(account -> {
      try (Borrowed config = Borrowed.olmConfig();
          Borrowed identity = Borrowed.curve25519(identityKey);
          Borrowed oneTime = Borrowed.curve25519(oneTimeKey)) {
        return new OlmSession(
            NativeApi.olmAccountCreateOutboundSession(
                account, config.address(), identity.address(), oneTime.address()));
      }
    });
  }

  /**
   * Begins the session that a pre-key message asks for, and decrypts the message. The one-time key
   * it used is gone from the account; a message that is refused leaves the account as it was.
   *
   * @param identityKey the sender's identity key, as the event names it
   * @param message a pre-key message
   * @return session and plaintext
   * @throws CryptoException.UnknownOneTimeKey where the account has not that one-time key
   * @throws CryptoException.MismatchedIdentityKey where the message names another sender
   * @throws CryptoException.BadMac where the message was changed
   * @throws CryptoException.BadMessage where it is malformed or no pre-key message
   * @throws CryptoException.BadKey where it holds a key of low order
   */
  public Inbound createInboundSession(Curve25519Key identityKey, OlmMessage message) {
    if (!message.isPreKey()) {
      throw new CryptoException.BadMessage("only a pre-key message begins a session");
    }
    return use(account -> {
      try (NativeOlmMessage given = NativeOlmMessage.of(message);
          Borrowed identity = Borrowed.curve25519(identityKey)) {
        long[] result = new long[4];
        NativeApi.olmAccountCreateInboundSession(
            result,
            account,
            identity.address(),
            given.message().address(),
            given.sessionKeys().address());
        if (result[0] != 0) {
          throw NativeErrors.of(Memories.takeText(result, 1));
        }
        return new Inbound(new OlmSession(result[3]), Memories.take(result, 1));
      }
    });
  }

  private interface KeyQuery {
    void call(long[] result, long account);
  }

  /** Pairs of a key id and a key, both for us to free. */
  private static Map<String, Curve25519Key> keys(long account, KeyQuery query) {
    long[] result = new long[2];
    query.call(result, account);
    long[] words = Memories.takeWords(result, 0);
    Map<String, Curve25519Key> keys = new LinkedHashMap<>();
    for (int i = 0; i + 1 < words.length; i += 2) {
      byte[] id = Memories.take(new long[] {words[i], KEY_ID_SIZE}, 0);
      keys.put(new String(id, StandardCharsets.US_ASCII), Curve25519Key.take(words[i + 1]));
    }
    return keys;
  }

  private static void free(long[] keys) {
    for (long key : keys) {
      new Borrowed(key, NativeApi::curve25519PublicKeyFree).close();
    }
  }
}
