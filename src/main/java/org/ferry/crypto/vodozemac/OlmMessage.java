package org.ferry.crypto.vodozemac;

/**
 * An Olm message as it stands in {@code m.room.encrypted}. Making one checks its type only; what is
 * in its body is checked where it is decrypted.
 *
 * @param type 0 for a pre-key message, which can begin a session, 1 for any other
 * @param body the message as unpadded base64
 */
public record OlmMessage(int type, String body) {
  /** The type of a pre-key message. */
  public static final int PRE_KEY = 0;

  /** The type of an ordinary message. */
  public static final int NORMAL = 1;

  /**
   * Checks the type.
   *
   * @throws CryptoException.BadMessage where it is neither 0 nor 1
   */
  public OlmMessage {
    if (type != PRE_KEY && type != NORMAL) {
      throw new CryptoException.BadMessage("an Olm message is of type 0 or 1, not " + type);
    }
  }

  /** Whether it can begin a session. */
  public boolean isPreKey() {
    return type == PRE_KEY;
  }
}
