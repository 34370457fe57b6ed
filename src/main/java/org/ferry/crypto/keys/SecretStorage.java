package org.ferry.crypto.keys;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.ferry.id.Secret;

/**
 * One key of an account's secret storage, unlocked (specification, "Storage",
 * m.secret_storage.v1.aes-hmac-sha2).
 */
public final class SecretStorage {
  private static final String ALGORITHM = "m.secret_storage.v1.aes-hmac-sha2";
  private static final byte[] NO_SALT = new byte[32];
  private static final int KEY = 32;
  private static final int IV = 16;

  private final byte[] key;

  private SecretStorage(byte[] key) {
    this.key = key;
  }

  /**
   * Unlocks with a recovery key.
   *
   * @param description the account's {@code m.secret_storage.key.ID}
   * @param recoveryKey as a person copied it
   * @throws KeyException where it is not this storage's key
   */
  public static SecretStorage byRecoveryKey(JsonNode description, Secret recoveryKey) {
    return checked(description, RecoveryKey.parse(recoveryKey), "recovery key");
  }

  /**
   * Unlocks with a passphrase.
   *
   * @param description the account's {@code m.secret_storage.key.ID}
   * @param passphrase as a person typed it
   * @throws KeyException where it is not this storage's passphrase, or the storage has none
   */
  public static SecretStorage byPassphrase(JsonNode description, Secret passphrase) {
    JsonNode how = description.path("passphrase");
    if (!how.path("algorithm").asText().equals("m.pbkdf2")
        || !how.path("salt").isTextual()
        || !how.path("iterations").isIntegralNumber()) {
      throw new KeyException(
          "the account's secret storage was not made with a passphrase; give its recovery key");
    }
    int bits = how.path("bits").asInt(8 * KEY);
    if (bits != 8 * KEY) {
      throw new KeyException(
          "the account's secret storage asks for a key of %d bits".formatted(bits));
    }
    byte[] salt = how.path("salt").asText().getBytes(StandardCharsets.UTF_8);
    long iterations =
        how.path("iterations").canConvertToLong() ? how.path("iterations").asLong() : -1;
    byte[] key =
        Passphrases.derive(passphrase, salt, iterations, KEY, "the account's secret storage");
    return checked(description, key, "passphrase");
  }

  /** Without iv and mac nothing tells a wrong key; then the first secret does. */
  private static SecretStorage checked(JsonNode description, byte[] key, String what) {
    String algorithm = description.path("algorithm").asText();
    if (!algorithm.equals(ALGORITHM)) {
      throw new KeyException(
          "the account's secret storage uses %s, which Ferry does not know".formatted(algorithm));
    }
    SecretStorage storage = new SecretStorage(key);
    if (description.path("mac").isTextual() && description.path("iv").isTextual()) {
      byte[] iv = bytes(description, "iv");
      if (iv.length != IV) {
        throw new KeyException(
            "the account's secret storage describes its key wrongly: its iv has %d bytes instead of %d"
                .formatted(iv.length, IV));
      }
      byte[][] keys = storage.keys("");
      byte[] expected = Primitives.hmac(keys[1], Primitives.aesCtr(keys[0], iv, NO_SALT));
      if (!MessageDigest.isEqual(expected, bytes(description, "mac"))) {
        throw new KeyException(
            "this is not the %s of the account's secret storage; look which one the account uses now"
                .formatted(what));
      }
    }
    return storage;
  }

  /**
   * Opens a secret.
   *
   * @param name such as {@code m.megolm_backup.v1}
   * @param encrypted its part for this key: {@code iv}, {@code ciphertext}, {@code mac}
   * @return the secret
   * @throws KeyException where it was changed, or is of another key or name
   */
  public String open(String name, JsonNode encrypted) {
    byte[] iv = bytes(encrypted, "iv");
    byte[] ciphertext = bytes(encrypted, "ciphertext");
    byte[][] keys = keys(name);
    byte[] mac = Primitives.hmac(keys[1], ciphertext);
    if (iv.length != IV || !MessageDigest.isEqual(mac, bytes(encrypted, "mac"))) {
      throw new KeyException(
          "the secret %s in the account's secret storage does not open with this key"
              .formatted(name));
    }
    return new String(Primitives.aesCtr(keys[0], iv, ciphertext), StandardCharsets.UTF_8);
  }

  /** The keys for AES and for the MAC. */
  private byte[][] keys(String name) {
    byte[] both = Primitives.hkdf(key, NO_SALT, name, 2 * KEY);
    return new byte[][] {Arrays.copyOf(both, KEY), Arrays.copyOfRange(both, KEY, 2 * KEY)};
  }

  private static byte[] bytes(JsonNode node, String field) {
    try {
      return Base64s.decode(node.path(field).asText());
    } catch (IllegalArgumentException e) {
      throw new KeyException(
          "%s of something in the account's secret storage is not base64".formatted(field), e);
    }
  }
}
