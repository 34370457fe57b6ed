package org.ferry.crypto.vodozemac;

import java.util.Arrays;

/**
 * Reads the fields of an Olm or Megolm message in the one form in which every client writes them.
 */
final class WireReader {
  private final byte[] bytes;
  private final int end;
  private int at;

  WireReader(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /** The content of the next field, which has this tag and holds bytes. */
  byte[] bytes(int tag) {
    int size = skipBytes(tag);
    return Arrays.copyOfRange(bytes, at - size, at);
  }

  /** Passes such a field; its size. */
  int skipBytes(int tag) {
    tag(tag);
    long size = varint();
    if (size < 0 || size > end - at) {
      throw bad();
    }
    at += (int) size;
    return (int) size;
  }

  /** Passes the next field, which has this tag and holds a number; the number. */
  long skipNumber(int tag) {
    tag(tag);
    return varint();
  }

  /** Nothing may follow. */
  void end() {
    if (at != end) {
      throw bad();
    }
  }

  private void tag(int tag) {
    if (at >= end || bytes[at] != tag) {
      throw bad();
    }
    at++;
  }

  /** A number in as few bytes as it needs. */
  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64 && at < end; shift += 7) {
      byte b = bytes[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b > 0 || (b == 0 && shift == 0)) {
        return value;
      }
      if (b == 0) {
        throw bad();
      }
    }
    throw bad();
  }

  private static CryptoException bad() {
    return new CryptoException.BadMessage("the message is cut short or malformed");
  }
}
