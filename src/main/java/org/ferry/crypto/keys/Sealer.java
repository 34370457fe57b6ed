package org.ferry.crypto.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets for the database with AES-256-GCM: what was changed, cut off, sealed under another
 * key or in another place does not open. Immutable; for any number of threads.
 */
public final class Sealer {
  private static final byte VERSION = 1;
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;
  private static final int OVERHEAD = 1 + NONCE + TAG_BITS / 8;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKeySpec key;

  Sealer(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  /**
   * Seals a secret.
   *
   * @param clear the secret
   * @param place what it is and whose; the same words open it, so that no row can take the place of
   *     another
   * @return version, nonce, ciphertext and tag
   */
  public byte[] seal(byte[] clear, String place) {
    byte[] nonce = new byte[NONCE];
    RANDOM.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, place).doFinal(clear);
      return ByteBuffer.allocate(OVERHEAD + clear.length)
          .put(VERSION)
          .put(nonce)
          .put(sealed)
          .array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM failed", e);
    }
  }

  /** Seals a text. */
  public byte[] seal(String clear, String place) {
    return seal(clear.getBytes(StandardCharsets.UTF_8), place);
  }

  /**
   * Opens what was sealed.
   *
   * @param sealed as {@link #seal} gave it
   * @param place the words it was sealed with
   * @return the secret
   * @throws KeyException where it was changed, or sealed under another key or in another place
   */
  public byte[] open(byte[] sealed, String place) {
    if (sealed.length < OVERHEAD || sealed[0] != VERSION) {
      throw new KeyException("a sealed secret (" + place + ") is damaged");
    }
    byte[] nonce = new byte[NONCE];
    System.arraycopy(sealed, 1, nonce, 0, NONCE);
    try {
      return cipher(Cipher.DECRYPT_MODE, nonce, place)
          .doFinal(sealed, 1 + NONCE, sealed.length - 1 - NONCE);
    } catch (GeneralSecurityException e) {
      throw new KeyException(
          "a sealed secret (" + place + ") does not open: it was changed or is of another key", e);
    }
  }

  /** Opens a text. */
  public String openText(byte[] sealed, String place) {
    return new String(open(sealed, place), StandardCharsets.UTF_8);
  }

  private Cipher cipher(int mode, byte[] nonce, String place) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
