package org.ferry.crypto.vodozemac;

/**
 * A public Ed25519 key that may be used: 32 bytes, not of small order. Its text is unpadded base64.
 */
public final class Ed25519Key extends PublicKey {
  private static final int SIGNATURE = 64;

  private Ed25519Key(byte[] bytes) {
    super(bytes);
  }

  /**
   * Checks a key.
   *
   * @param bytes the key, copied
   * @return the key
   * @throws CryptoException.BadKey where it has not 32 bytes or is of small order
   */
  public static Ed25519Key of(byte[] bytes) {
    byte[] checked = sized("an Ed25519", bytes);
    if (LowOrder.isEd25519(bytes, 0)) {
      throw new CryptoException.BadKey("the Ed25519 key is a point of small order");
    }
    return new Ed25519Key(checked);
  }

  /**
   * Reads a key.
   *
   * @param base64 the key as Matrix writes it, unpadded or padded
   * @return the key
   * @throws CryptoException.BadKey where it is no base64, has not 32 bytes or is of small order
   */
  public static Ed25519Key parse(String base64) {
    return of(decoded("Ed25519", base64));
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
                NativeApi.ed25519PublicKeyFromBytes(raw()), NativeApi::ed25519PublicKeyFree);
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
}
