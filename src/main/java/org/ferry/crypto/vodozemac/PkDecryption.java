package org.ferry.crypto.vodozemac;

/**
 * The private key of a key backup. Its MAC is computed over the empty string, as the specification
 * keeps it for compatibility: it proves that the sender knew the public key, not that the
 * ciphertext is whole. For one thread at a time; others wait.
 */
public final class PkDecryption extends Handle {
  private static final int KEY = 32;

  private PkDecryption(long address) {
    super(address, NativeApi::pkDecryptionFree);
  }

  /** A new key, for the caller to close. */
  public static PkDecryption create() {
    Handles.enter();
    return new PkDecryption(NativeApi.pkDecryptionNew());
  }

  /**
   * The key of its bytes, as a recovery key holds them.
   *
   * @param secret 32 bytes, which stay the caller's to overwrite
   * @return the key, for the caller to close
   * @throws CryptoException.BadKey where they are not 32
   */
  public static PkDecryption fromSecretKey(byte[] secret) {
    if (secret.length != KEY) {
      throw new CryptoException.BadKey(
          "a backup's private key has 32 bytes, this one has " + secret.length);
    }
    Handles.enter();
    return Memories.withSecret(
        secret,
        pointer -> {
          try (Borrowed key =
              new Borrowed(
                  NativeApi.curve25519SecretKeyFromBytes(pointer),
                  NativeApi::curve25519SecretKeyFree)) {
            return new PkDecryption(NativeApi.pkDecryptionFromKey(key.address()));
          }
        });
  }

  /** Its 32 private bytes, a secret for the caller to overwrite. */
  public byte[] secretKey() {
    return use(decryption -> {
      try (Borrowed key =
          new Borrowed(
              NativeApi.pkDecryptionSecretKey(decryption), NativeApi::curve25519SecretKeyFree)) {
        return Memories.readSecret(
            pointer -> NativeApi.curve25519SecretKeyToBytes(key.address(), pointer));
      }
    });
  }

  /** Its public half. */
  public Curve25519Key publicKey() {
    return use(decryption -> Curve25519Key.take(NativeApi.pkDecryptionPublicKey(decryption)));
  }

  /**
   * Decrypts.
   *
   * @param message what {@link PkEncryption} or another client made
   * @return the plaintext
   * @throws CryptoException.BadMac where it was made for another key
   * @throws CryptoException.BadMessage where it is malformed
   * @throws CryptoException.BadKey where its ephemeral key is none, or of low order
   */
  public byte[] decrypt(PkMessage message) {
    Curve25519Key ephemeralKey = Curve25519Key.parse(message.ephemeral());
    byte[] ciphertext = decode(message.ciphertext());
    byte[] mac = decode(message.mac());
    return use(decryption -> {
      try (Borrowed ephemeral = Borrowed.curve25519(ephemeralKey)) {
        long[] result = new long[3];
        NativeApi.pkDecryptionDecrypt(
            result,
            decryption,
            ciphertext,
            ciphertext.length,
            mac,
            mac.length,
            ephemeral.address());
        if (result[0] != 0) {
          throw NativeErrors.of(Memories.takeText(result, 1));
        }
        return Memories.take(result, 1);
      }
    });
  }

  private static byte[] decode(String base64) {
    byte[] bytes = Unpadded.decode(base64);
    if (bytes == null) {
      throw new CryptoException.BadMessage("the message's ciphertext or mac is not base64");
    }
    return bytes;
  }
}
