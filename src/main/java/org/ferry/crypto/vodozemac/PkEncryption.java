package org.ferry.crypto.vodozemac;

/** The public key of a key backup. For one thread at a time; others wait. */
public final class PkEncryption extends Handle {
  private PkEncryption(long address) {
    super(address, NativeApi::pkEncryptionFree);
  }

  /**
   * Encrypts for a key.
   *
   * @param publicKey the backup's
   * @return what encrypts, for the caller to close
   */
  public static PkEncryption to(Curve25519Key publicKey) {
    Handles.enter();
    try (Borrowed key = Borrowed.curve25519(publicKey)) {
      return new PkEncryption(NativeApi.pkEncryptionFromKey(key.address()));
    }
  }

  /**
   * Encrypts.
   *
   * @param plaintext any bytes
   * @return the message
   */
  public PkMessage encrypt(byte[] plaintext) {
    return use(encryption -> {
      long[] result = new long[5];
      NativeApi.pkEncryptionEncrypt(result, encryption, plaintext, plaintext.length);
      return new PkMessage(
          Unpadded.encode(Memories.take(result, 0)),
          Unpadded.encode(Memories.take(result, 2)),
          Curve25519Key.take(result[4]).base64());
    });
  }
}
