package org.ferry.migrate.decrypt;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.CipherInputStream;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Key, counter and hash of an encrypted file, as an event gives them (spec "EncryptedFile"). */
public final class FileKey {
  private static final int KEY_BYTES = 32;
  private static final int IV_BYTES = 16;
  private static final int NONCE_BYTES = 8;
  private static final int HASH_BYTES = 32;

  private final byte[] key;
  private final byte[] iv;
  private final String sha256;

  private FileKey(byte[] key, byte[] iv, String sha256) {
    this.key = key;
    this.iv = iv;
    this.sha256 = sha256;
  }

  /**
   * Reads what an event says of its file.
   *
   * @param file {@code {v, key, iv, hashes}}
   * @return the key
   * @throws IllegalArgumentException where it is not as the specification wants it; the message
   *     says what and holds nothing secret
   */
  public static FileKey read(JsonNode file) {
    if (!file.path("v").asText("").equals("v2")) {
      throw new IllegalArgumentException("its key is of another version than v2");
    }
    JsonNode key = file.path("key");
    if (!key.path("alg").asText("").equals("A256CTR")
        || !key.path("kty").asText("").equals("oct")) {
      throw new IllegalArgumentException("its key is not for A256CTR");
    }
    byte[] iv = bytes("counter", file.path("iv"), IV_BYTES);
    for (int i = NONCE_BYTES; i < IV_BYTES; i++) {
      if (iv[i] != 0) {
        throw new IllegalArgumentException("the lower half of its counter is not zero");
      }
    }
    byte[] hash = bytes("SHA-256", file.path("hashes").path("sha256"), HASH_BYTES);
    return new FileKey(bytes("key", key.path("k"), KEY_BYTES), iv, HexFormat.of().formatHex(hash));
  }

  private static byte[] bytes(String what, JsonNode value, int length) {
    byte[] bytes = decode(value.asText(""));
    if (bytes.length != length) {
      throw new IllegalArgumentException(
          "its %s has %d bytes instead of %d".formatted(what, bytes.length, length));
    }
    return bytes;
  }

  /** With or without padding, with either alphabet: clients write all of these. */
  private static byte[] decode(String text) {
    try {
      return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** The SHA-256 that the ciphertext must have, in hex. */
  public String sha256() {
    return sha256;
  }

  /**
   * The clear bytes, as many as the ciphertext has; only for a ciphertext whose hash was checked.
   *
   * @param ciphertext closed with the result
   */
  public InputStream open(InputStream ciphertext) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
      return new CipherInputStream(ciphertext, cipher);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no AES in counter mode", e);
    }
  }
}
