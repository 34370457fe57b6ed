package org.ferry.crypto.vodozemac;

/**
 * The Megolm session that a device encrypts a room's messages with. Every {@code encrypt} moves it
 * on, so it is pickled and stored before the ciphertext is sent. For one thread at a time; others
 * wait.
 */
public final class MegolmOutbound extends Handle {
  private MegolmOutbound(long address) {
    super(address, NativeApi::megolmGroupSessionFree);
  }

  /** A new session, of Megolm version 1, for the caller to close. */
  public static MegolmOutbound create() {
    Handles.enter();
    try (Borrowed config = Borrowed.megolmConfig()) {
      return new MegolmOutbound(NativeApi.megolmGroupSessionNew(config.address()));
    }
  }

  /**
   * Opens a pickle.
   *
   * @param pickle what {@link #pickle} gave
   * @param key its 32 bytes
   * @return the session, for the caller to close
   * @throws CryptoException.WrongPickleKey where another key sealed it, or it was damaged
   * @throws CryptoException.BadPickle where it is no pickle of an outbound session
   */
  public static MegolmOutbound fromPickle(String pickle, byte[] key) {
    return new MegolmOutbound(Pickles.open(pickle, key, NativeApi::megolmGroupSessionFromPickle));
  }

  /**
   * Seals the session.
   *
   * @param key 32 bytes
   * @return the pickle, as base64
   */
  public String pickle(byte[] key) {
    return Pickles.seal(this, key, NativeApi::megolmGroupSessionPickle);
  }

  /** Its id: the public key that signs its messages. */
  public String sessionId() {
    return use(session -> {
      long[] result = new long[2];
      NativeApi.megolmGroupSessionSessionId(result, session);
      return Memories.takeText(result, 0);
    });
  }

  /** The index of the next message. */
  public long messageIndex() {
    return use(s -> Integer.toUnsignedLong(NativeApi.megolmGroupSessionMessageIndex(s)));
  }

  /** The key for {@code m.room_key}, from the next message on, as unpadded base64. A secret. */
  public String sessionKey() {
    return use(session -> {
      try (Borrowed key =
          new Borrowed(
              NativeApi.megolmGroupSessionSessionKey(session), NativeApi::megolmSessionKeyFree)) {
        long[] result = new long[2];
        NativeApi.megolmSessionKeyToBytes(result, key.address());
        return Memories.takeSecretText(result, 0);
      }
    });
  }

  /**
   * Encrypts, and moves the ratchet on.
   *
   * @param plaintext any bytes; for Matrix the JSON of type, content and room
   * @return the ciphertext as unpadded base64
   */
  public String encrypt(byte[] plaintext) {
    return use(session -> {
      try (Borrowed message =
          new Borrowed(
              NativeApi.megolmGroupSessionEncrypt(session, plaintext, plaintext.length),
              NativeApi::megolmMessageFree)) {
        long[] result = new long[2];
        NativeApi.megolmMessageToBytes(result, message.address());
        return Unpadded.encode(Memories.take(result, 0));
      }
    });
  }
}
