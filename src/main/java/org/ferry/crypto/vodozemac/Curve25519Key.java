package org.ferry.crypto.vodozemac;

/**
 * A public Curve25519 key that may be used: 32 bytes, not of low order, and without the last bit,
 * which no client sets and all ignore: with it a message could be changed unnoticed. Its text is
 * unpadded base64.
 */
public final class Curve25519Key extends PublicKey {

  private Curve25519Key(byte[] bytes) {
    super(bytes);
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
    byte[] checked = sized("a Curve25519", bytes);
    if (LowOrder.isCurve25519(bytes)) {
      throw new CryptoException.BadKey("the Curve25519 key is a point of low order");
    }
    if (bytes[SIZE - 1] < 0) {
      throw new CryptoException.BadKey("the Curve25519 key has its last bit set");
    }
    return new Curve25519Key(checked);
  }

  /**
   * Reads a key.
   *
   * @param base64 the key as Matrix writes it, unpadded or padded
   * @return the key
   * @throws CryptoException.BadKey where it is no base64, or as {@link #of}
   */
  public static Curve25519Key parse(String base64) {
    return of(decoded("Curve25519", base64));
  }

  /** Reads a key of the library and frees it. */
  static Curve25519Key take(long address) {
    try (Borrowed key = new Borrowed(address, NativeApi::curve25519PublicKeyFree)) {
      byte[] bytes = new byte[SIZE];
      NativeApi.curve25519PublicKeyToBytes(key.address(), bytes);
      return of(bytes);
    }
  }
}
