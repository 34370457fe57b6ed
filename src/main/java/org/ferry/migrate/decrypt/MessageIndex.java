package org.ferry.migrate.decrypt;

import java.util.Base64;

/** Reads the index of a Megolm message, which stands open at its beginning (spec "Megolm"). */
final class MessageIndex {
  private static final int VERSION = 3;
  private static final int TAG = 0x08;
  private static final int HEAD = 12;
  private static final int MOST_BITS = 32;

  private MessageIndex() {}

  /** The index, or -1 where the text is no Megolm message. */
  static long of(String ciphertext) {
    byte[] head;
    try {
      head =
          Base64.getDecoder().decode(ciphertext.substring(0, Math.min(HEAD, ciphertext.length())));
    } catch (IllegalArgumentException e) {
      return -1;
    }
    if (head.length < 3 || head[0] != VERSION || head[1] != TAG) {
      return -1;
    }
    long index = 0;
    int shift = 0;
    for (int i = 2; i < head.length && shift < MOST_BITS; i++, shift += 7) {
      index |= (long) (head[i] & 0x7f) << shift;
      if (head[i] >= 0) {
        return index;
      }
    }
    return -1;
  }
}
