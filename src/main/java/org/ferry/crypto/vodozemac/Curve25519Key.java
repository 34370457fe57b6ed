package org.ferry.crypto.vodozemac;

import java.util.Arrays;

/**
 * A public Curve25519 key that may be used: 32 bytes, not of low order, and without the last bit,
 * which no client sets and all ignore: with it a message could be changed unnoticed. Its text is
 * unpadded base64.
 */
public final class Curve25519Key {
  private static final int SIZE = 32;

  private final byte[] bytes;

  private Curve25519Key(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Checks a key.
   *
   * @param bytes the key, copied
   * @return the key
   * @throws CryptoException.BadKey where it has not 32 bytes, is of low order or has its last bit
   *     set
   */
  public static Curve25519Key of(byte[] bytes) {
    if (bytes.length != SIZE) {
      throw new CryptoException.BadKey(
          "a Curve25519 key has 32 bytes, this one has " + bytes.length);
    }
    if (LowOrder.isCurve25519(bytes)) {
      throw new CryptoException.BadKey("the Curve25519 key is a point of low order");
    }
    if (bytes[SIZE - 1] < 0) {
      throw new CryptoException.BadKey("the Curve25519 key has its last bit set");
    }
    return new Curve25519Key(bytes.clone());
  }

  /**
   * Reads a key.
   *
   * @param base64 the key as Matrix writes it, unpadded or padded
   * @return the key
   * @throws CryptoException.BadKey where it is no base64, or as {@link #of}
   */
  public static Curve25519Key parse(String base64) {
    byte[] bytes = Unpadded.decode(base64);
    if (bytes == null) {
      throw new CryptoException.BadKey("the Curve25519 key is not base64");
    }
    return of(bytes);
  }

  /** Reads a key of the library and frees it. */
  static Curve25519Key take(long address) {
    try (Borrowed key = new Borrowed(address, NativeApi::curve25519PublicKeyFree)) {
      byte[] bytes = new byte[SIZE];
      NativeApi.curve25519PublicKeyToBytes(key.address(), bytes);
      return of(bytes);
    }
  }

  /** A copy of its 32 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** It as unpadded base64. */
  public String base64() {
    return Unpadded.encode(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Curve25519Key key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return base64();
  }
}
