package org.ferry.crypto.keys;

import java.security.GeneralSecurityException;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.ferry.id.Secret;

/** Keys out of passphrases: PBKDF2 with HMAC-SHA-512, with a bound on the work. */
public final class Passphrases {
  /**
   * More than any client uses (Element: 500,000), and still seconds: who writes a file or an
   * account's data decides on the count, and must not keep a machine busy for hours.
   */
  static final long MOST_ITERATIONS = 10_000_000;

  private Passphrases() {}

  /**
   * Derives a key.
   *
   * @param passphrase UTF-8 of what was typed
   * @param salt any bytes
   * @param iterations as the file says, unsigned
   * @param bytes how many come out
   * @param what what asks for it, for messages
   * @return the key
   * @throws KeyException where the file asks for too much, or names no salt
   */
  public static byte[] derive(
      Secret passphrase, byte[] salt, long iterations, int bytes, String what) {
    if (iterations < 1 || iterations > MOST_ITERATIONS) {
      throw new KeyException(
          "%s asks for %,d rounds of PBKDF2; Ferry does 1 to %,d, and no client asks for others"
              .formatted(what, iterations, MOST_ITERATIONS)
              .strip());
    }
    if (salt.length == 0) {
      throw new KeyException((what + " names no salt for its passphrase").strip());
    }
    PBEKeySpec spec =
        new PBEKeySpec(
            passphrase.reveal().toCharArray(), salt, Math.toIntExact(iterations), 8 * bytes);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("PBKDF2 failed", e);
    } finally {
      spec.clearPassword();
    }
  }
}
