package org.ferry.crypto.vodozemac;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/** Sealing objects as text and opening them, the same way for all kinds. */
final class Pickles {
  private Pickles() {}

  /** A function that writes a pickle. */
  interface Seal {
    /** Calls. */
    void call(long[] result, long address, Pointer key);
  }

  /** A function that reads one. */
  interface Open {
    /** Calls. */
    void call(long[] result, byte[] pickle, int size, Pointer key);
  }

  /** A function that reads one of libolm. */
  interface OpenLibolm {
    /** Calls. */
    void call(long[] result, byte[] pickle, int size, Pointer key, int keySize);
  }

  static String seal(Handle handle, byte[] key, Seal function) {
    long[] result = new long[2];
    return Memories.withPickleKey(
        key,
        pointer ->
            handle.use(address -> {
              function.call(result, address, pointer);
              return Memories.takeText(result, 0);
            }));
  }

  /** The address of what the pickle held. */
  static long open(String pickle, byte[] key, Open function) {
    Handles.enter();
    byte[] text = ascii(pickle);
    long[] result = new long[3];
    return Memories.withPickleKey(
        key,
        pointer -> {
          function.call(result, text, text.length, pointer);
          return opened(result);
        });
  }

  /** The same for libolm's, whose keys have any size. */
  static long openLibolm(String pickle, byte[] key, OpenLibolm function) {
    Handles.enter();
    byte[] text = ascii(pickle);
    long[] result = new long[3];
    return Memories.withSecret(
        key,
        pointer -> {
          function.call(result, text, text.length, pointer, key.length);
          return opened(result);
        });
  }

  private static long opened(long[] result) {
    if (result[0] != 0) {
      throw NativeErrors.ofPickle(Memories.takeText(result, 1));
    }
    return result[1];
  }

  /** The library takes text for granted; anything but base64 never reaches it. */
  private static byte[] ascii(String pickle) {
    // A character that is not of ASCII becomes a question mark, which is no digit.
    byte[] text = pickle.getBytes(StandardCharsets.US_ASCII);
    if (text.length == 0 || !Unpadded.isText(text)) {
      throw new CryptoException.BadPickle("the pickle is not base64");
    }
    return text;
  }
}
