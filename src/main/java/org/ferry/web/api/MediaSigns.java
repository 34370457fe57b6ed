package org.ferry.web.api;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.ferry.id.Secret;

/** Links to files that stand for a token until they end: signed with a key that nobody is told. */
public final class MediaSigns {
  private final Secret key;
  private final Supplier<String> address;

  /**
   * Signs.
   *
   * @param key the same in all processes
   * @param address the API's, asked for with each link; an empty one leaves links without a host
   */
  public MediaSigns(Secret key, Supplier<String> address) {
    this.key = key;
    this.address = address;
  }

  /**
   * A link to a file.
   *
   * @param id what consumers know it by
   * @param until when the link ends
   */
  public String link(String id, Instant until) {
    long end = until.getEpochSecond();
    String file = address.get() + ApiRoutes.BASE + "/media/" + id;
    return file + "?expires=" + end + "&signature=" + sign(id, end);
  }

  boolean holds(String id, long end, String signature) {
    return MessageDigest.isEqual(
        sign(id, end).getBytes(StandardCharsets.US_ASCII),
        signature.getBytes(StandardCharsets.UTF_8));
  }

  private String sign(String id, long end) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.reveal().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] hash = mac.doFinal(("media " + end + " " + id).getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA256", e);
    }
  }
}
