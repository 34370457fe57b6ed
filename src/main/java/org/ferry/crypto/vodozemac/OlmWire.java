package org.ferry.crypto.vodozemac;

/**
 * Looks into Olm messages before the library does, which would accept keys of low order and the
 * messages of version 4 that Matrix does not use.
 */
final class OlmWire {
  private static final int VERSION = 3;
  private static final int MAC = 8;
  private static final int ONE_TIME_KEY = 1;
  private static final int BASE_KEY = 2;
  private static final int IDENTITY_KEY = 3;
  private static final int INNER = 4;
  private static final int RATCHET_KEY = 1;

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
    int seen = 0;
    while (reader.hasNext()) {
      int field = reader.field();
      if (field > INNER) {
        reader.skip();
        continue;
      }
      seen = once(seen, field);
      byte[] content = reader.content();
      if (field == INNER) {
        checkNormal(content);
      } else {
        checkKey(content);
      }
    }
    complete(seen, ONE_TIME_KEY, BASE_KEY, IDENTITY_KEY, INNER);
  }

  private static void checkNormal(byte[] bytes) {
    checkVersion(bytes, 1 + MAC);
    WireReader reader = new WireReader(bytes, 1, bytes.length - MAC);
    int seen = 0;
    while (reader.hasNext()) {
      int field = reader.field();
      if (field > INNER) {
        reader.skip();
        continue;
      }
      seen = once(seen, field);
      if (field == RATCHET_KEY) {
        checkKey(reader.content());
      } else {
        reader.skip();
      }
    }
    complete(seen, RATCHET_KEY);
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

  /** A field that comes twice could be read in two ways; no honest sender writes one. */
  private static int once(int seen, int field) {
    if ((seen & 1 << field) != 0) {
      throw new CryptoException.BadMessage("the Olm message holds a field twice");
    }
    return seen | 1 << field;
  }

  private static void complete(int seen, int... fields) {
    for (int field : fields) {
      if ((seen & 1 << field) == 0) {
        throw new CryptoException.BadMessage("the Olm message lacks a field");
      }
    }
  }

  private static void checkKey(byte[] key) {
    Curve25519Key unused = Curve25519Key.of(key);
  }
}
