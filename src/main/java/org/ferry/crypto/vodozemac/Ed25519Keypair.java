package org.ferry.crypto.vodozemac;

/** A private Ed25519 key, such as a cross-signing key. For one thread at a time; others wait. */
public final class Ed25519Keypair extends Handle {
  private static final int SEED = 32;

  private Ed25519Keypair(long address) {
    super(address, NativeApi::ed25519SecretKeyFree);
  }

  /** A new key, for the caller to close. */
  public static Ed25519Keypair create() {
    Handles.enter();
    return new Ed25519Keypair(NativeApi.ed25519SecretKeyNew());
  }

  /**
   * The key of a seed, as secret storage keeps cross-signing keys.
   *
   * @param seed 32 bytes, which stay the caller's to overwrite
   * @return the key, for the caller to close
   * @throws CryptoException.BadKey where they are not 32
   */
  public static Ed25519Keypair fromSeed(byte[] seed) {
    if (seed.length != SEED) {
      throw new CryptoException.BadKey("a seed has 32 bytes, this one has " + seed.length);
    }
    Handles.enter();
    return Memories.withSecret(
        seed, pointer -> new Ed25519Keypair(NativeApi.ed25519SecretKeyFromBytes(pointer)));
  }

  /** Its seed of 32 bytes, a secret for the caller to overwrite. */
  public byte[] seed() {
    return use(
        key -> Memories.readSecret(pointer -> NativeApi.ed25519SecretKeyToBytes(key, pointer)));
  }

  /** Its public half. */
  public Ed25519Key publicKey() {
    return use(key -> Ed25519Key.take(NativeApi.ed25519SecretKeyPublicKey(key)));
  }

  /**
   * Signs.
   *
   * @param message for JSON its canonical form
   * @return the signature as unpadded base64
   */
  public String sign(byte[] message) {
    return use(key ->
        Ed25519Key.takeSignature(NativeApi.ed25519SecretKeySign(key, message, message.length)));
  }
}
