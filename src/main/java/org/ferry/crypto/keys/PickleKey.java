package org.ferry.crypto.keys;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.ferry.id.Secret;

/**
 * 32 random bytes that protect keys in the database. What it is used for gets keys of their own by
 * HKDF-SHA-256, so that none tells of another. Immutable; prints as {@code [REDACTED]}.
 */
public final class PickleKey {
  /** How many bytes a pickle key has. */
  public static final int LENGTH = 32;

  private static final int HEX_DIGITS = 2 * LENGTH;
  private static final int ID_BYTES = 16;
  private static final byte[] SALT = new byte[0];

  private final byte[] bytes;

  private PickleKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * From bytes.
   *
   * @param bytes exactly 32 of them; copied
   */
  public static PickleKey of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new KeyException("a pickle key has %d bytes, not %d".formatted(LENGTH, bytes.length));
    }
    return new PickleKey(bytes.clone());
  }

  /** A fresh one. */
  public static PickleKey random() {
    byte[] bytes = new byte[LENGTH];
    new SecureRandom().nextBytes(bytes);
    return new PickleKey(bytes);
  }

  /**
   * From the text of a file or of the environment: base64 as {@code ferry init} writes it, with or
   * without padding and in either alphabet, or 64 hexadecimal digits.
   *
   * @param text the key as it is written
   * @throws KeyException where it is neither
   */
  public static PickleKey parse(Secret text) {
    String word = text.reveal().strip();
    try {
      byte[] bytes =
          word.matches("[0-9a-fA-F]{" + HEX_DIGITS + "}")
              ? HexFormat.of().parseHex(word)
              : Base64s.decode(word);
      if (bytes.length == LENGTH) {
        return new PickleKey(bytes);
      }
    } catch (IllegalArgumentException e) {
      // reason: the same sentence answers a wrong length and a wrong alphabet.
    }
    throw new KeyException(
        "the pickle key is not 32 bytes in base64 or hexadecimal. The line that ferry init wrote is"
            + " one; where none was ever used, openssl rand -base64 32 makes one.");
  }

  /** As {@code ferry init} writes it. */
  public Secret text() {
    return Secret.of(Base64.getEncoder().encodeToString(bytes));
  }

  /**
   * Names the key without telling anything of it: equal keys have equal names. This is the check
   * value in the database.
   */
  public String id() {
    return HexFormat.of().formatHex(derive("name", ID_BYTES));
  }

  /**
   * The key for a pickle of vodozemac's.
   *
   * @param purpose what is pickled and whose it is, such as {@code room key !a:b SESSION}: a pickle
   *     opens under its own purpose only, so that no row can take the place of another
   * @return 32 bytes
   */
  public byte[] forPickle(String purpose) {
    return derive("pickle " + purpose, LENGTH);
  }

  /** Seals what vodozemac does not pickle. */
  public Sealer sealer() {
    return new Sealer(derive("seal", LENGTH));
  }

  private byte[] derive(String what, int length) {
    return Primitives.hkdf(bytes, SALT, "org.ferry pickle key: " + what, length);
  }

  /** The 32 bytes, for sealing one key under another and nothing else. */
  public byte[] wrapped() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PickleKey k && MessageDigest.isEqual(bytes, k.bytes);
  }

  @Override
  public int hashCode() {
    return id().hashCode();
  }

  @Override
  public String toString() {
    return "[REDACTED]";
  }
}
