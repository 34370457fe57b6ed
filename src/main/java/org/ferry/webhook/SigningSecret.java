package org.ferry.webhook;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.ferry.id.Secret;

/**
 * A secret that deliveries are signed with (Standard Webhooks 1.0.0, "Signature scheme"). Safe for
 * use by many threads.
 */
public final class SigningSecret {
  /** What marks a secret that is written in base64. */
  public static final String PREFIX = "whsec_";

  /** Fewer bytes than these can be guessed, the specification says. */
  public static final int STRONG = 24;

  private static final String ALGORITHM = "HmacSHA256";

  private final List<SecretKeySpec> keys;
  private final boolean strong;

  private SigningSecret(List<byte[]> keys, boolean strong) {
    this.keys = keys.stream().map(k -> new SecretKeySpec(k, ALGORITHM)).toList();
    this.strong = strong;
  }

  /**
   * Reads a secret. Receivers' libraries take a text without {@code whsec_} for base64 all the
   * same, and receivers written by hand for its letters; where both can be meant, posts are signed
   * for both.
   *
   * @param secret {@code whsec_} and base64, or any other text
   * @return the secret
   * @throws IllegalArgumentException where what follows {@code whsec_} is no base64; the message
   *     holds nothing of it
   */
  public static SigningSecret of(Secret secret) {
    String text = secret.reveal().strip();
    byte[] letters = text.getBytes(StandardCharsets.UTF_8);
    byte[] decoded = decoded(text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text);
    if (text.startsWith(PREFIX)) {
      if (decoded.length == 0) {
        throw new IllegalArgumentException(
            "is not base64 behind whsec_; make one: echo whsec_$(openssl rand -base64 32)");
      }
      return new SigningSecret(List.of(decoded), decoded.length >= STRONG);
    }
    return new SigningSecret(
        decoded.length == 0 ? List.of(letters) : List.of(decoded, letters),
        letters.length >= STRONG);
  }

  /** What base64 says; nothing where it is none. */
  private static byte[] decoded(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** Whether it is long enough not to be guessed. */
  public boolean isStrong() {
    return strong;
  }

  /**
   * Signs one post.
   *
   * @param id of the delivery
   * @param timestamp of the attempt, seconds since 1970
   * @param body exactly the bytes that are sent
   * @return {@code v1,} and the signature in base64; two with a space between them where the secret
   *     can be read in two ways
   */
  public String sign(String id, long timestamp, byte[] body) {
    byte[] head = (id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8);
    return keys.stream().map(k -> sign(k, head, body)).collect(Collectors.joining(" "));
  }

  private static String sign(SecretKeySpec key, byte[] head, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(head);
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  @Override
  public String toString() {
    return "[REDACTED]";
  }
}
