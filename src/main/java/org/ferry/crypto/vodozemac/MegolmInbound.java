package org.ferry.crypto.vodozemac;

import java.util.Arrays;
import java.util.Optional;

/**
 * A Megolm session that others encrypt with, known from one index on. Decrypting does not change
 * what it can do, and the library finds no replays: who decrypts keeps (session, index). For one
 * thread at a time; others wait.
 */
public final class MegolmInbound extends Handle {
  private MegolmInbound(long address) {
    super(address, NativeApi::megolmInboundGroupSessionFree);
  }

  /**
   * What a message said.
   *
   * @param plaintext the bytes
   * @param index the message's index in its session, 0 to 2^32-1
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Decrypted(byte[] plaintext, long index) {}

  /** How two copies of a session relate. */
  public enum Comparison {
    /** The same session from the same index on. */
    EQUAL,
    /** The same session, this one known from an earlier index on. */
    BETTER,
    /** The same session, this one known from a later index on. */
    WORSE,
    /** Not the same session, whatever their ids say. */
    UNCONNECTED
  }

  /**
   * The session of a key that its owner sent in {@code m.room_key}.
   *
   * @param key the {@code session_key}
   * @return the session, of Megolm version 1, for the caller to close
   * @throws CryptoException.BadKey where it is no such key
   * @throws CryptoException.BadSignature where its signature does not fit
   */
  public static MegolmInbound fromSessionKey(String key) {
    return from(
        MegolmWire.sharedKey(key),
        NativeApi::megolmSessionKeyFromBytes,
        NativeApi::megolmSessionKeyFree,
        NativeApi::megolmInboundGroupSessionNew);
  }

  /**
   * The session of a key from an export, a backup or {@code m.forwarded_room_key}. Nothing proves
   * that it is the owner's.
   *
   * @param key the {@code session_key}
   * @return the session, of Megolm version 1, for the caller to close
   * @throws CryptoException.BadKey where it is no such key
   */
  public static MegolmInbound fromExportedKey(String key) {
    return from(
        MegolmWire.exportedKey(key),
        NativeApi::megolmExportedSessionKeyFromBytes,
        NativeApi::megolmExportedSessionKeyFree,
        NativeApi::megolmInboundGroupSessionImport);
  }

  /**
   * The index that a message names; nothing proves that it is that message's.
   *
   * @param ciphertext as in the event
   * @throws CryptoException.BadMessage where it is no message
   */
  public static long indexOf(String ciphertext) {
    return MegolmWire.index(ciphertext);
  }

  private interface FromBytes {
    void call(long[] result, byte[] bytes, int size);
  }

  private interface Make {
    long call(long key, long config);
  }

  private static MegolmInbound from(
      byte[] bytes, FromBytes read, java.util.function.LongConsumer free, Make make) {
    Handles.enter();
    long[] result = new long[3];
    read.call(result, bytes, bytes.length);
    Arrays.fill(bytes, (byte) 0);
    if (result[0] != 0) {
      throw NativeErrors.of(Memories.takeText(result, 1));
    }
    try (Borrowed key = new Borrowed(result[1], free);
        Borrowed config = Borrowed.megolmConfig()) {
      return new MegolmInbound(make.call(key.address(), config.address()));
    }
  }

  /**
   * Opens a pickle.
   *
   * @param pickle what {@link #pickle} gave
   * @param key its 32 bytes
   * @return the session, for the caller to close
   * @throws CryptoException.WrongPickleKey where another key sealed it, or it was damaged
   * @throws CryptoException.BadPickle where it is no pickle of an inbound session
   */
  public static MegolmInbound fromPickle(String pickle, byte[] key) {
    return new MegolmInbound(
        Pickles.open(pickle, key, NativeApi::megolmInboundGroupSessionFromPickle));
  }

  /**
   * Opens a pickle of libolm.
   *
   * @param pickle what {@code olm_pickle_inbound_group_session} gave
   * @param key its key, of any size
   * @return the session, for the caller to close
   * @throws CryptoException as {@link #fromPickle}
   */
  public static MegolmInbound fromLibolmPickle(String pickle, byte[] key) {
    return new MegolmInbound(
        Pickles.openLibolm(pickle, key, NativeApi::megolmInboundGroupSessionFromLibolmPickle));
  }

  /**
   * Seals the session.
   *
   * @param key 32 bytes
   * @return the pickle, as base64
   */
  public String pickle(byte[] key) {
    return Pickles.seal(this, key, NativeApi::megolmInboundGroupSessionPickle);
  }

  /** Its id: the public key that signs its messages. */
  public String sessionId() {
    return use(session -> {
      long[] result = new long[2];
      NativeApi.megolmInboundGroupSessionSessionId(result, session);
      return Memories.takeText(result, 0);
    });
  }

  /** The index from which on it can decrypt. */
  public long firstKnownIndex() {
    return use(s -> Integer.toUnsignedLong(NativeApi.megolmInboundGroupSessionFirstKnownIndex(s)));
  }

  /**
   * Decrypts, any number of times the same message.
   *
   * @param ciphertext the event's {@code ciphertext}
   * @return plaintext and index
   * @throws CryptoException.BadSignature where the message is not of this session
   * @throws CryptoException.UnknownIndex where it is older than the first known index
   * @throws CryptoException.BadMac where this copy of the session is not the sender's
   * @throws CryptoException.BadMessage where it is malformed
   */
  public Decrypted decrypt(String ciphertext) {
    byte[] bytes = MegolmWire.message(ciphertext);
    return use(session -> {
      long[] result = new long[4];
      try (Borrowed message = message(result, bytes)) {
        NativeApi.megolmInboundGroupSessionDecrypt(result, session, message.address());
      }
      if (result[0] != 0) {
        throw NativeErrors.of(Memories.takeText(result, 1));
      }
      return new Decrypted(Memories.take(result, 1), result[3]);
    });
  }

  private static Borrowed message(long[] result, byte[] bytes) {
    NativeApi.megolmMessageFromBytes(result, bytes, bytes.length);
    if (result[0] != 0) {
      throw NativeErrors.of(Memories.takeText(result, 1));
    }
    return new Borrowed(result[1], NativeApi::megolmMessageFree);
  }

  /**
   * The key from an index on.
   *
   * @param index 0 to 2^32-1
   * @return unpadded base64, a secret; empty where the session does not reach back so far
   */
  public Optional<String> exportAt(long index) {
    if (index < 0 || index > 0xffffffffL) {
      throw new IllegalArgumentException("a message index is 0 to 2^32-1, not " + index);
    }
    return use(s -> exported(NativeApi.megolmInboundGroupSessionExportAt(s, (int) index)));
  }

  /** All it can decrypt, as a key for exports and backups: unpadded base64, a secret. */
  public String exportAtFirstKnownIndex() {
    return use(s -> exported(NativeApi.megolmInboundGroupSessionExportAtFirstKnownIndex(s)))
        .orElseThrow();
  }

  private static Optional<String> exported(long address) {
    if (address == 0) {
      return Optional.empty();
    }
    try (Borrowed key = new Borrowed(address, NativeApi::megolmExportedSessionKeyFree)) {
      long[] result = new long[2];
      NativeApi.megolmExportedSessionKeyToBytes(result, key.address());
      return Optional.of(Memories.takeSecretText(result, 0));
    }
  }

  /**
   * Compares two copies by their ratchets, not by their ids.
   *
   * @param other another object
   * @return what this one is to the other
   */
  public Comparison compare(MegolmInbound other) {
    return useWith(
        other,
        (a, b) -> Comparison.values()[NativeApi.megolmInboundGroupSessionCompare(a, b) & 0xff]);
  }

  /**
   * Whether two copies are of the same session: their ratchets meet and their signing keys agree.
   *
   * @param other another object
   * @return true where they are
   */
  public boolean isConnected(MegolmInbound other) {
    return useWith(other, (a, b) -> (NativeApi.megolmInboundGroupSessionConnected(a, b) & 1) != 0);
  }

  /**
   * Joins two copies: the earlier first index, and the better proof of its origin.
   *
   * @param other another object
   * @return a new session for the caller to close, or empty where they are not connected
   */
  public Optional<MegolmInbound> merge(MegolmInbound other) {
    return useWith(
        other,
        (a, b) -> {
          long merged = NativeApi.megolmInboundGroupSessionMerge(a, b);
          return merged == 0 ? Optional.empty() : Optional.of(new MegolmInbound(merged));
        });
  }
}
