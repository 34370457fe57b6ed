package org.ferry.crypto.vodozemac;

/**
 * Looks into Olm messages before the library does, which would accept keys of low order, the
 * messages of version 4 that Matrix does not use, and other spellings of a message than the one
 * that its MAC was made for.
 */
final class OlmWire {
  private static final int VERSION = 3;
  private static final int MAC = 8;
  private static final int ONE_TIME_KEY = 0x0a;
  private static final int BASE_KEY = 0x12;
  private static final int IDENTITY_KEY = 0x1a;
  private static final int INNER = 0x22;
  private static final int RATCHET_KEY = 0x0a;
  private static final int CHAIN_INDEX = 0x10;
  private static final int CIPHERTEXT = 0x22;

  private OlmWire() {}

  /**
   * Checks every key in a message.
   *
   * @return the message's bytes
   * @throws CryptoException.BadMessage where it is malformed or of another version
   * @throws CryptoException.BadKey where a key has not 32 bytes or is of low order
   */
  static byte[] check(OlmMessage message) {
    byte[] bytes = Unpadded.decode(message.body());
    if (bytes == null) {
      throw new CryptoException.BadMessage("the Olm message is not base64");
    }
    if (message.isPreKey()) {
      checkPreKey(bytes);
    } else {
      checkNormal(bytes);
    }
    return bytes;
  }

  private static void checkPreKey(byte[] bytes) {
    checkVersion(bytes, 1);
    WireReader reader = new WireReader(bytes, 1, bytes.length);
    checkKey(reader.bytes(ONE_TIME_KEY));
    checkKey(reader.bytes(BASE_KEY));
    checkKey(reader.bytes(IDENTITY_KEY));
    checkNormal(reader.bytes(INNER));
    reader.end();
  }

  private static void checkNormal(byte[] bytes) {
    checkVersion(bytes, 1 + MAC);
    WireReader reader = new WireReader(bytes, 1, bytes.length - MAC);
    checkKey(reader.bytes(RATCHET_KEY));
    long unusedIndex = reader.skipNumber(CHAIN_INDEX);
    int unusedSize = reader.skipBytes(CIPHERTEXT);
    reader.end();
  }

  private static void checkVersion(byte[] bytes, int least) {
    if (bytes.length < least) {
      throw new CryptoException.BadMessage("the Olm message is cut short");
    }
    if (bytes[0] != VERSION) {
      throw new CryptoException.BadMessage(
          "the Olm message is of version " + (bytes[0] & 0xff) + "; Matrix uses version 3");
    }
  }

  private static void checkKey(byte[] key) {
    Curve25519Key unused = Curve25519Key.of(key);
  }
}
