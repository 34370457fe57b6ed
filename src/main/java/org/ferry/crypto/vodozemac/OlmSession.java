package org.ferry.crypto.vodozemac;

/**
 * An Olm session with one device: the double ratchet. Every {@code encrypt} and {@code decrypt}
 * changes it, so it is pickled and stored before what came out is used. For one thread at a time;
 * others wait.
 */
public final class OlmSession extends Handle {
  OlmSession(long address) {
    super(address, NativeApi::olmSessionFree);
  }

  /**
   * Opens a pickle.
   *
   * @param pickle what {@link #pickle} gave
   * @param key its 32 bytes
   * @return the session, for the caller to close
   * @throws CryptoException.WrongPickleKey where another key sealed it, or it was damaged
   * @throws CryptoException.BadPickle where it is no pickle of a session
   */
  public static OlmSession fromPickle(String pickle, byte[] key) {
    return new OlmSession(Pickles.open(pickle, key, NativeApi::olmSessionFromPickle));
  }

  /**
   * Opens a pickle of libolm.
   *
   * @param pickle what {@code olm_pickle_session} gave
   * @param key its key, of any size
   * @return the session, for the caller to close
   * @throws CryptoException as {@link #fromPickle}
   */
  public static OlmSession fromLibolmPickle(String pickle, byte[] key) {
    return new OlmSession(Pickles.openLibolm(pickle, key, NativeApi::olmSessionFromLibolmPickle));
  }

  /**
   * Seals the session.
   *
   * @param key 32 bytes
   * @return the pickle, as base64
   */
  public String pickle(byte[] key) {
    return Pickles.seal(this, key, NativeApi::olmSessionPickle);
  }

  /** Its id, the same on both sides. */
  public String sessionId() {
    return use(OlmSession::id);
  }

  private static String id(long session) {
    long[] result = new long[2];
    NativeApi.olmSessionSessionId(result, session);
    return Memories.takeText(result, 0);
  }

  /** Whether the other side has answered, so that no more pre-key messages are needed. */
  boolean hasReceivedMessage() {
    return use(session -> (NativeApi.olmSessionHasReceivedMessage(session) & 1) != 0);
  }

  /**
   * Encrypts, and moves the ratchet on.
   *
   * @param plaintext any bytes
   * @return the message; a pre-key message until the other side has answered
   */
  public OlmMessage encrypt(byte[] plaintext) {
    return use(session -> {
      long[] result = new long[3];
      NativeApi.olmSessionEncrypt(result, session, plaintext, plaintext.length);
      boolean preKey = result[0] == 1;
      try (NativeOlmMessage message = NativeOlmMessage.own(result[1], preKey ? result[2] : 0)) {
        return new OlmMessage(preKey ? OlmMessage.PRE_KEY : OlmMessage.NORMAL, message.body());
      }
    });
  }

  /**
   * Decrypts, and moves the ratchet on; a message that is refused leaves the session as it was.
   *
   * @param message from the other side
   * @return the plaintext
   * @throws CryptoException.BadMac where it is of another session or was changed
   * @throws CryptoException.Duplicate where it was decrypted before, or is too old
   * @throws CryptoException.GapTooBig where it is too far ahead
   * @throws CryptoException.BadMessage where it is malformed
   * @throws CryptoException.BadKey where it holds a key of low order
   */
  public byte[] decrypt(OlmMessage message) {
    return use(session -> {
      try (NativeOlmMessage given = NativeOlmMessage.of(message)) {
        // No MAC covers the keys of a pre-key message, and the library does not compare them.
        if (message.isPreKey() && !given.sessionId().equals(id(session))) {
          throw new CryptoException.BadMac("the pre-key message is of another session");
        }
        long[] result = new long[3];
        NativeApi.olmSessionDecrypt(
            result, session, given.message().address(), given.sessionKeys().address());
        if (result[0] != 0) {
          throw NativeErrors.of(Memories.takeText(result, 1));
        }
        return Memories.take(result, 1);
      }
    });
  }

  /**
   * Whether a pre-key message is of this session.
   *
   * @param message the message; an ordinary one never matches
   * @return true where it is
   * @throws CryptoException.BadMessage where it is malformed
   * @throws CryptoException.BadKey where it holds a key of low order
   */
  public boolean matches(OlmMessage message) {
    if (!message.isPreKey()) {
      return false;
    }
    Handles.enter();
    try (NativeOlmMessage given = NativeOlmMessage.of(message)) {
      return given.sessionId().equals(sessionId());
    }
  }
}
