package org.ferry.crypto.vodozemac;

import java.util.Arrays;

/** Reads the protobuf fields of an Olm message, in bounds. */
final class WireReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final byte[] bytes;
  private final int end;
  private int at;
  private int wire;

  WireReader(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  boolean hasNext() {
    return at < end;
  }

  /** The number of the field that begins here. */
  int field() {
    long tag = varint();
    wire = (int) (tag & 7);
    long number = tag >>> 3;
    if (number == 0 || number > 0x1fffffff) {
      throw bad();
    }
    return (int) number;
  }

  /** The content of the field, which holds bytes. */
  byte[] content() {
    if (wire != BYTES) {
      throw bad();
    }
    int size = step(varint());
    return Arrays.copyOfRange(bytes, at - size, at);
  }

  void skip() {
    long size =
        switch (wire) {
          case VARINT -> {
            long unused = varint();
            yield 0;
          }
          case FIXED64 -> Long.BYTES;
          case BYTES -> varint();
          case FIXED32 -> Integer.BYTES;
          default -> throw bad();
        };
    int unusedSize = step(size);
  }

  /** Moves on, within the bounds. */
  private int step(long size) {
    if (size < 0 || size > end - at) {
      throw bad();
    }
    at += (int) size;
    return (int) size;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64 && at < end; shift += 7) {
      byte b = bytes[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw bad();
  }

  private static CryptoException bad() {
    return new CryptoException.BadMessage("the Olm message is cut short or malformed");
  }
}
