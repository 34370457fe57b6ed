package org.ferry.crypto.vodozemac;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Looks at Megolm messages and keys before the library does. */
final class MegolmWire {
  private static final int MESSAGE_VERSION = 3;
  private static final int MAC_AND_SIGNATURE = 8 + 64;
  private static final int INDEX = 0x08;
  private static final int CIPHERTEXT = 0x12;
  private static final int PUBLIC_KEY_AT = 1 + 4 + 128;
  private static final int EXPORTED_SIZE = PUBLIC_KEY_AT + 32;
  private static final int SHARED_SIZE = EXPORTED_SIZE + 64;

  private MegolmWire() {}

  /** The bytes of a message of version 3, the one that Matrix uses. */
  static byte[] message(String ciphertext) {
    return message(ciphertext, index -> {});
  }

  /** The index that a message names. */
  static long index(String ciphertext) {
    AtomicLong index = new AtomicLong();
    byte[] unused = message(ciphertext, index::set);
    return index.get();
  }

  private static byte[] message(String ciphertext, LongConsumer index) {
    byte[] bytes = Unpadded.decode(ciphertext);
    if (bytes == null) {
      throw new CryptoException.BadMessage("the Megolm message is not base64");
    }
    if (bytes.length <= 1 + MAC_AND_SIGNATURE) {
      throw new CryptoException.BadMessage("the Megolm message is cut short");
    }
    if (bytes[0] != MESSAGE_VERSION) {
      throw new CryptoException.BadMessage(
          "the Megolm message is of version " + (bytes[0] & 0xff) + "; Matrix uses version 3");
    }
    WireReader reader = new WireReader(bytes, 1, bytes.length - MAC_AND_SIGNATURE);
    index.accept(reader.skipNumber(INDEX));
    int unusedSize = reader.skipBytes(CIPHERTEXT);
    reader.end();
    return bytes;
  }

  /** The bytes of a key as {@code m.room_key} holds it: signed, of version 2. */
  static byte[] sharedKey(String base64) {
    return key(base64, 2, SHARED_SIZE);
  }

  /** The bytes of a key as exports, backups and forwards hold it: unsigned, of version 1. */
  static byte[] exportedKey(String base64) {
    return key(base64, 1, EXPORTED_SIZE);
  }

  private static byte[] key(String base64, int version, int size) {
    byte[] bytes = Unpadded.decode(base64);
    if (bytes == null) {
      throw new CryptoException.BadKey("the Megolm key is not base64");
    }
    if (bytes.length != size) {
      throw new CryptoException.BadKey(
          "a Megolm key of this kind has " + size + " bytes, this one has " + bytes.length);
    }
    if (bytes[0] != version) {
      throw new CryptoException.BadKey(
          "the Megolm key is of version " + (bytes[0] & 0xff) + ", not " + version);
    }
    if (LowOrder.isEd25519(bytes, PUBLIC_KEY_AT)) {
      throw new CryptoException.BadKey("the Megolm key's signing key is a point of small order");
    }
    return bytes;
  }
}
