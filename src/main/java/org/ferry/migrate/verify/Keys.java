package org.ferry.migrate.verify;

import java.util.Arrays;

/** Many keys of the ledger in eight bytes each. */
final class Keys {
  private long[] keys = new long[16];
  private int size;
  private boolean sorted = true;

  void add(long key) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
    }
    keys[size++] = key;
    sorted = false;
  }

  boolean contains(long key) {
    if (!sorted) {
      Arrays.sort(keys, 0, size);
      sorted = true;
    }
    return Arrays.binarySearch(keys, 0, size, key) >= 0;
  }

  int size() {
    return size;
  }
}
