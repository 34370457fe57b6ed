package org.ferry.crypto.vodozemac;

import java.util.Arrays;

/** A public key of 32 bytes; its text is unpadded base64. */
abstract sealed class PublicKey permits Curve25519Key, Ed25519Key {
  static final int SIZE = 32;

  private final byte[] bytes;

  /** Takes over bytes that were checked. */
  PublicKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Checks the size.
   *
   * @param name of the kind of key, with its article
   * @param bytes the key
   * @return a copy
   * @throws CryptoException.BadKey where it has not 32 bytes
   */
  static byte[] sized(String name, byte[] bytes) {
    if (bytes.length != SIZE) {
      throw new CryptoException.BadKey(
          name + " key has " + SIZE + " bytes, this one has " + bytes.length);
    }
    return bytes.clone();
  }

  /**
   * Reads base64.
   *
   * @param name of the kind of key
   * @param base64 unpadded or padded
   * @throws CryptoException.BadKey where it is none
   */
  static byte[] decoded(String name, String base64) {
    byte[] bytes = Unpadded.decode(base64);
    if (bytes == null) {
      throw new CryptoException.BadKey("the " + name + " key is not base64");
    }
    return bytes;
  }

  /** The bytes themselves; not to be changed. */
  final byte[] raw() {
    return bytes;
  }

  /** A copy of its 32 bytes. */
  public final byte[] bytes() {
    return bytes.clone();
  }

  /** It as unpadded base64. */
  public final String base64() {
    return Unpadded.encode(bytes);
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof PublicKey key
        && getClass() == key.getClass()
        && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public final int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public final String toString() {
    return base64();
  }
}
