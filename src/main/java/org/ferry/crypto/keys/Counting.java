package org.ferry.crypto.keys;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** AES in counter mode over a stream, with a counter of 128 or of 64 bits. For one thread. */
final class Counting {
  private static final int BLOCK = 16;

  private final Cipher block;
  private final byte[] counter;
  private final int counterBytes;
  private final byte[] pad = new byte[BLOCK];
  private int used = BLOCK;

  Counting(byte[] key, byte[] iv, int counterBits) {
    try {
      // reason: single blocks of a counter are what ECB is for.
      block = Cipher.getInstance("AES/ECB/NoPadding");
      block.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES failed", e);
    }
    this.counter = iv.clone();
    this.counterBytes = counterBits / 8;
  }

  /** Encrypts or decrypts in place. */
  void apply(byte[] bytes, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (used == BLOCK) {
        advance();
      }
      bytes[i] ^= pad[used++];
    }
  }

  private void advance() {
    try {
      int unused = block.update(counter, 0, BLOCK, pad, 0);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES failed", e);
    }
    for (int i = BLOCK - 1; i >= BLOCK - counterBytes; i--) {
      counter[i]++;
      if (counter[i] != 0) {
        break;
      }
    }
    used = 0;
  }
}
