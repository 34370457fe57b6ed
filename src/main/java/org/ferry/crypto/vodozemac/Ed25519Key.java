package org.ferry.crypto.vodozemac;

import java.util.Arrays;

/**
 * A public Ed25519 key that may be used: 32 bytes, not of small order. Its text is unpadded base64.
 */
public final class Ed25519Key {
  private static final int SIZE = 32;
  private static final int SIGNATURE = 64;

  private final byte[] bytes;

  private Ed25519Key(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Checks a key.
   *
   * @param bytes the key, copied
   * @return the key
   * @throws CryptoException.BadKey where it has not 32 bytes or is of small order
   */
  public static Ed25519Key of(byte[] bytes) {
    if (bytes.length != SIZE) {
      throw new CryptoException.BadKey("an Ed25519 key has 32 bytes, this one has " + bytes.length);
    }
    if (LowOrder.isEd25519(bytes, 0)) {
      throw new CryptoException.BadKey("the Ed25519 key is a point of small order");
    }
    return new Ed25519Key(bytes.clone());
  }

  /**
   * Reads a key.
   *
   * @param base64 the key as Matrix writes it, unpadded or padded
   * @return the key
   * @throws CryptoException.BadKey where it is no base64, has not 32 bytes or is of small order
   */
  public static Ed25519Key parse(String base64) {
    byte[] bytes = Unpadded.decode(base64);
    if (bytes == null) {
      throw new CryptoException.BadKey("the Ed25519 key is not base64");
    }
    return of(bytes);
  }

  /** Reads a key of the library and frees it. */
  static Ed25519Key take(long address) {
    try (Borrowed key = new Borrowed(address, NativeApi::ed25519PublicKeyFree)) {
      byte[] bytes = new byte[SIZE];
      NativeApi.ed25519PublicKeyToBytes(key.address(), bytes);
      return of(bytes);
    }
  }

  /** Reads a signature of the library, as unpadded base64, and frees it. */
  static String takeSignature(long address) {
    try (Borrowed signature = new Borrowed(address, NativeApi::ed25519SignatureFree)) {
      byte[] bytes = new byte[SIGNATURE];
      NativeApi.ed25519SignatureToBytes(signature.address(), bytes);
      return Unpadded.encode(bytes);
    }
  }

  /**
   * Whether a signature of this key fits a message. A signature whose point R is of small order is
   * refused like any other that does not fit.
   *
   * @param message what was signed; for JSON its canonical form
   * @param signature unpadded base64
   * @return false where it does not fit, or is no signature
   */
  public boolean verifies(byte[] message, String signature) {
    byte[] sig = Unpadded.decode(signature);
    if (sig == null || sig.length != SIGNATURE || LowOrder.isEd25519(sig, 0)) {
      return false;
    }
    Handles.enter();
    try (Borrowed key =
            new Borrowed(
                NativeApi.ed25519PublicKeyFromBytes(bytes), NativeApi::ed25519PublicKeyFree);
        Borrowed given =
            new Borrowed(
                NativeApi.ed25519SignatureFromBytes(sig), NativeApi::ed25519SignatureFree)) {
      return key.address() != 0 && given.address() != 0 && fits(key, message, given);
    }
  }

  private static boolean fits(Borrowed key, byte[] message, Borrowed signature) {
    long[] result = new long[3];
    NativeApi.ed25519PublicKeyVerify(
        result, key.address(), message, message.length, signature.address());
    if (result[0] != 0) {
      var unused = Memories.take(result, 1);
      return false;
    }
    return true;
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
    return other instanceof Ed25519Key key && Arrays.equals(bytes, key.bytes);
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
