package org.ferry.source.synapse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A byte array that grows and is used again and again. */
final class ByteSink {
  private byte[] bytes;
  private int size;

  ByteSink(int capacity) {
    bytes = new byte[capacity];
  }

  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  void truncate(int to) {
    size = to;
  }

  /** Forgets the content, and gives memory back that an exceptional row took. */
  void reset(int usualCapacity) {
    size = 0;
    if (bytes.length > 4L * usualCapacity) {
      bytes = new byte[usualCapacity];
    }
  }

  void put(int b) {
    reserve(1);
    bytes[size++] = (byte) b;
  }

  void put(byte[] from, int start, int end) {
    reserve(end - start);
    System.arraycopy(from, start, bytes, size, end - start);
    size += end - start;
  }

  void putAscii(String text) {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    put(ascii, 0, ascii.length);
  }

  @Override
  public String toString() {
    return new String(bytes, 0, size, StandardCharsets.UTF_8);
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, Math.min(2 * bytes.length, 1 << 28)));
    }
  }
}
