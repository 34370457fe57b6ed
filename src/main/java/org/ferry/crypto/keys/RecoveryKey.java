package org.ferry.crypto.keys;

import java.math.BigInteger;
import org.ferry.id.Secret;

/**
 * The text form of 32 secret bytes that clients show as "recovery key" or "security key": two fixed
 * bytes, the key and a parity byte in base58, in groups of four characters (specification,
 * "Recovery key").
 */
public final class RecoveryKey {
  private static final String ALPHABET =
      "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  private static final BigInteger BASE = BigInteger.valueOf(ALPHABET.length());
  private static final int FIRST = 0x8b;
  private static final int SECOND = 0x01;
  private static final int KEY = 32;
  private static final int ALL = 2 + KEY + 1;
  private static final int LONGEST = 200;

  private RecoveryKey() {}

  /**
   * Reads one.
   *
   * @param text as a person copied it, with any white space
   * @return the 32 bytes
   * @throws KeyException where it is none; the message does not repeat it
   */
  public static byte[] parse(Secret text) {
    String word = text.reveal().replaceAll("\\s+", "");
    if (word.isEmpty() || word.length() > LONGEST) {
      throw new KeyException(
          "the recovery key has %d characters; it has 48 in groups of four, beginning with Es"
              .formatted(word.length()));
    }
    byte[] all = bytes(decode(word));
    int parity = 0;
    for (byte b : all) {
      parity ^= b;
    }
    if (parity != 0 || (all[0] & 0xff) != FIRST || all[1] != SECOND) {
      throw wrong("a character is wrong or missing");
    }
    return java.util.Arrays.copyOfRange(all, 2, 2 + KEY);
  }

  private static BigInteger decode(String word) {
    BigInteger value = BigInteger.ZERO;
    for (int i = 0; i < word.length(); i++) {
      int digit = ALPHABET.indexOf(word.charAt(i));
      if (digit < 0) {
        throw wrong("character %d is none that occurs in one".formatted(i + 1));
      }
      value = value.multiply(BASE).add(BigInteger.valueOf(digit));
    }
    return value;
  }

  /** The first byte is never zero, so that a key of the right length has exactly these bytes. */
  private static byte[] bytes(BigInteger value) {
    byte[] bytes = value.toByteArray();
    int start = bytes[0] == 0 && bytes.length > 1 ? 1 : 0;
    if (bytes.length - start != ALL) {
      throw wrong("it is not of the right length");
    }
    return java.util.Arrays.copyOfRange(bytes, start, bytes.length);
  }

  private static KeyException wrong(String what) {
    return new KeyException(
        "this is no recovery key: %s. Copy it again, whole; a passphrase is given as a passphrase."
            .formatted(what));
  }
}
