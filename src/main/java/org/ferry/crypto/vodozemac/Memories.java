package org.ferry.crypto.vodozemac;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;

/** Bytes across the border. What may be secret is overwritten before it is freed. */
final class Memories {
  static final int PICKLE_KEY = 32;

  private Memories() {}

  /**
   * Reads bytes of the library at {@code result[at]}, as many as the next word says; frees them.
   */
  static byte[] take(long[] result, int at) {
    int size = Math.toIntExact(result[at + 1]);
    if (size == 0) {
      return new byte[0];
    }
    Pointer pointer = new Pointer(result[at]);
    byte[] bytes = pointer.getByteArray(0, size);
    pointer.clear(size);
    NativeApi.dealloc(result[at], size, 1);
    return bytes;
  }

  static String takeText(long[] result, int at) {
    return new String(take(result, at), StandardCharsets.UTF_8);
  }

  /** Reads a secret of the library as unpadded base64 and overwrites the bytes. */
  static String takeSecretText(long[] result, int at) {
    byte[] bytes = take(result, at);
    String text = Unpadded.encode(bytes);
    Arrays.fill(bytes, (byte) 0);
    return text;
  }

  /**
   * Reads words of the library at {@code result[at]}, as many as the next word says; frees them.
   */
  static long[] takeWords(long[] result, int at) {
    int count = Math.toIntExact(result[at + 1]);
    if (count == 0) {
      return new long[0];
    }
    long[] words = new Pointer(result[at]).getLongArray(0, count);
    NativeApi.dealloc(result[at], count * Long.BYTES, Long.BYTES);
    return words;
  }

  /** Lends a secret to a call in memory that is overwritten afterwards. */
  static <T> T withSecret(byte[] secret, Function<Pointer, T> call) {
    try (Memory memory = new Memory(Math.max(1, secret.length))) {
      memory.write(0, secret, 0, secret.length);
      try {
        return call.apply(memory);
      } finally {
        memory.clear();
      }
    }
  }

  /** As {@link #withSecret}, for a pickle key, whose size the library does not check. */
  static <T> T withPickleKey(byte[] key, Function<Pointer, T> call) {
    if (key.length != PICKLE_KEY) {
      throw new CryptoException.BadKey("a pickle key has 32 bytes, this one has " + key.length);
    }
    return withSecret(key, call);
  }

  /** Has a secret of 32 bytes written by a call and reads it. */
  static byte[] readSecret(Consumer<Pointer> call) {
    try (Memory memory = new Memory(PICKLE_KEY)) {
      try {
        call.accept(memory);
        return memory.getByteArray(0, PICKLE_KEY);
      } finally {
        memory.clear();
      }
    }
  }
}
