package org.ferry.source.media;

import java.nio.ByteBuffer;
import org.ferry.id.Sha256;

/**
 * Remembers where each of many files lies: 32 bytes a file instead of its name, so that a store of
 * a million files fits a small heap. A name is known by 128 bits of its SHA-256; that two of one
 * store agree in them does not happen. Filled by one thread, then read by any.
 */
final class OffsetTable {
  private static final int SLOT = 4;

  private long[] slots = new long[SLOT * 1024];
  private int size;

  int size() {
    return size;
  }

  /** Remembers a file; the later one of the same name wins, as tar unpacks it. */
  void put(String path, long offset, long length) {
    if (SLOT * (size + 1L) * 2 > slots.length) {
      grow();
    }
    long[] key = key(path);
    store(key[0], key[1], offset, length);
  }

  private void store(long high, long low, long offset, long length) {
    int at = place(high, low);
    if (slots[at + 3] == 0) {
      size++;
    }
    slots[at] = high;
    slots[at + 1] = low;
    slots[at + 2] = offset;
    slots[at + 3] = length + 1;
  }

  /** The file's offset and length, or an empty array. */
  long[] find(String path) {
    long[] key = key(path);
    int at = place(key[0], key[1]);
    return slots[at + 3] == 0 ? new long[0] : new long[] {slots[at + 2], slots[at + 3] - 1};
  }

  /** The slot that holds the key, or the free one that it would get. */
  private int place(long high, long low) {
    int count = slots.length / SLOT;
    int at = (int) Long.remainderUnsigned(low, count);
    while (slots[SLOT * at + 3] != 0 && (slots[SLOT * at] != high || slots[SLOT * at + 1] != low)) {
      at = at + 1 == count ? 0 : at + 1;
    }
    return SLOT * at;
  }

  private void grow() {
    long[] old = slots;
    slots = new long[Math.multiplyExact(2, old.length)];
    size = 0;
    for (int i = 0; i < old.length; i += SLOT) {
      if (old[i + 3] != 0) {
        store(old[i], old[i + 1], old[i + 2], old[i + 3] - 1);
      }
    }
  }

  private static long[] key(String path) {
    ByteBuffer bits = ByteBuffer.wrap(Sha256.of(path));
    return new long[] {bits.getLong(), bits.getLong()};
  }
}
