package org.ferry.crypto.keys;

import java.util.Base64;

/** Base64 as the world writes it: Matrix without padding, many clients with it. */
final class Base64s {
  private static final Base64.Encoder UNPADDED = Base64.getEncoder().withoutPadding();

  private Base64s() {}

  static String encode(byte[] bytes) {
    return UNPADDED.encodeToString(bytes);
  }

  /**
   * Decodes either alphabet, padded or not.
   *
   * @throws IllegalArgumentException where it is not base64
   */
  static byte[] decode(String text) {
    String word = text.strip();
    boolean url = word.indexOf('-') >= 0 || word.indexOf('_') >= 0;
    return (url ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(word);
  }
}
