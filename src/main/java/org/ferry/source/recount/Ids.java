package org.ferry.source.recount;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.ferry.id.Sha256;

/** Many ids in eight bytes each: the beginning of their SHA-256. */
final class Ids {
  private final MessageDigest sha256 = Sha256.digest();
  private long[] ids = new long[64];
  private int size;
  private boolean sorted = true;

  void add(String id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
    }
    ids[size++] = hash(id);
    sorted = false;
  }

  boolean contains(String id) {
    if (!sorted) {
      Arrays.sort(ids, 0, size);
      sorted = true;
    }
    return Arrays.binarySearch(ids, 0, size, hash(id)) >= 0;
  }

  private long hash(String id) {
    byte[] digest = sha256.digest(id.getBytes(StandardCharsets.UTF_8));
    long hash = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      hash = hash << 8 | (digest[i] & 0xff);
    }
    return hash;
  }
}
