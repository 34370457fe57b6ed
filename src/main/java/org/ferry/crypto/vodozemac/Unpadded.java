package org.ferry.crypto.vodozemac;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Unpadded base64 of the Matrix specification; reading allows the padding. */
final class Unpadded {
  private static final Base64.Encoder ENCODER = Base64.getEncoder().withoutPadding();

  private Unpadded() {}

  static String encode(byte[] bytes) {
    return ENCODER.encodeToString(bytes);
  }

  /** The bytes, or null where the text is not base64. */
  static byte @Nullable [] decode(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether these are digits of base64 and nothing else. */
  static boolean isText(byte[] text) {
    for (byte c : text) {
      if (!isDigit(c)) {
        return false;
      }
    }
    return true;
  }

  static boolean isDigit(int c) {
    return (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || c == '+'
        || c == '/'
        || c == '=';
  }
}
