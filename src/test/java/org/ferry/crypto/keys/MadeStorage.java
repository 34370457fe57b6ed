package org.ferry.crypto.keys;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.ferry.id.Secret;
import org.ferry.matrix.event.Json;

/** Secret storage as a person's client makes it and seals into it. Ferry only opens such. */
public final class MadeStorage {
  private static final String ALPHABET =
      "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  private static final int KEY = 32;
  private final byte[] key;

  private MadeStorage(byte[] key) {
    this.key = key.clone();
  }

  /** With a key made now. */
  public static MadeStorage fresh() {
    byte[] key = new byte[KEY];
    new SecureRandom().nextBytes(key);
    return new MadeStorage(key);
  }

  /** With these 32 bytes. */
  public static MadeStorage of(byte[] key) {
    return new MadeStorage(key);
  }

  /** What the account keeps as {@code m.secret_storage.key.ID}. */
  public ObjectNode description() {
    byte[] iv = freshIv();
    byte[][] keys = keys("");
    byte[] mac = Primitives.hmac(keys[1], Primitives.aesCtr(keys[0], iv, new byte[KEY]));
    return Json.object()
        .put("algorithm", "m.secret_storage.v1.aes-hmac-sha2")
        .put("iv", Base64s.encode(iv))
        .put("mac", Base64s.encode(mac));
  }

  /** A secret's part for this key. */
  public ObjectNode seal(String name, String secret) {
    byte[] iv = freshIv();
    byte[][] keys = keys(name);
    byte[] ciphertext = Primitives.aesCtr(keys[0], iv, secret.getBytes(StandardCharsets.UTF_8));
    return Json.object()
        .put("iv", Base64s.encode(iv))
        .put("ciphertext", Base64s.encode(ciphertext))
        .put("mac", Base64s.encode(Primitives.hmac(keys[1], ciphertext)));
  }

  /** The key as a person keeps it. */
  public Secret recoveryKey() {
    return recoveryKey(key);
  }

  /** 32 bytes as a person keeps them: in groups of four. */
  static Secret recoveryKey(byte[] key) {
    byte[] all = new byte[2 + KEY + 1];
    all[0] = (byte) 0x8b;
    all[1] = 0x01;
    System.arraycopy(key, 0, all, 2, KEY);
    for (int i = 0; i < all.length - 1; i++) {
      all[all.length - 1] ^= all[i];
    }
    StringBuilder digits = new StringBuilder();
    BigInteger base = BigInteger.valueOf(ALPHABET.length());
    for (BigInteger value = new BigInteger(1, all);
        value.signum() > 0;
        value = value.divide(base)) {
      digits.append(ALPHABET.charAt(value.mod(base).intValue()));
    }
    return Secret.of(digits.reverse().toString().replaceAll("(.{4})(?=.)", "$1 "));
  }

  private static byte[] freshIv() {
    byte[] iv = new byte[16];
    new SecureRandom().nextBytes(iv);
    iv[8] &= 0x7f;
    return iv;
  }

  private byte[][] keys(String name) {
    byte[] both = Primitives.hkdf(key, new byte[KEY], name, 2 * KEY);
    return new byte[][] {Arrays.copyOf(both, KEY), Arrays.copyOfRange(both, KEY, 2 * KEY)};
  }
}
