package org.ferry.crypto.keys;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;

/** The few algorithms that every format here is made of. */
final class Primitives {
  private static final String HMAC = "HmacSHA256";

  private Primitives() {}

  /** HKDF-SHA-256. */
  static byte[] hkdf(byte[] key, byte[] salt, String info, int length) {
    HKDFBytesGenerator generator = new HKDFBytesGenerator(new SHA256Digest());
    generator.init(new HKDFParameters(key, salt, info.getBytes(StandardCharsets.UTF_8)));
    byte[] out = new byte[length];
    int unused = generator.generateBytes(out, 0, length);
    return out;
  }

  /** HMAC-SHA-256, ready to be fed. */
  static Mac hmac(byte[] key) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + HMAC, e);
    }
  }

  /** HMAC-SHA-256 of some bytes. */
  static byte[] hmac(byte[] key, byte[] data) {
    return hmac(key).doFinal(data);
  }

  /** AES in counter mode with a counter of 128 bits, which is its own inverse. */
  static byte[] aesCtr(byte[] key, byte[] iv, byte[] data) {
    return cipher("AES/CTR/NoPadding", Cipher.ENCRYPT_MODE, key, iv, data);
  }

  /** Decrypts AES in block chaining mode with padding; throws where the padding is wrong. */
  static byte[] aesCbcDecrypt(byte[] key, byte[] iv, byte[] data) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
    cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
    return cipher.doFinal(data);
  }

  /** Encrypts AES in block chaining mode with padding. */
  static byte[] aesCbcEncrypt(byte[] key, byte[] iv, byte[] data) {
    return cipher("AES/CBC/PKCS5Padding", Cipher.ENCRYPT_MODE, key, iv, data);
  }

  private static byte[] cipher(String name, int mode, byte[] key, byte[] iv, byte[] data) {
    try {
      Cipher cipher = Cipher.getInstance(name);
      cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
      return cipher.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES failed", e);
    }
  }

  /** SHA-256, ready to be fed. */
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
