package org.ferry.crypto.vodozemac;

/** A checked Olm message in the library, for one call; a pre-key message comes with its keys. */
record NativeOlmMessage(Borrowed message, Borrowed sessionKeys) implements AutoCloseable {
  static NativeOlmMessage of(OlmMessage message) {
    byte[] bytes = OlmWire.check(message);
    long[] result = new long[4];
    NativeApi.olmMessageFromBytes(result, message.type(), bytes, bytes.length);
    if (result[0] != 0) {
      throw NativeErrors.of(Memories.takeText(result, 1));
    }
    return own(result[2], message.isPreKey() ? result[3] : 0);
  }

  static NativeOlmMessage own(long message, long sessionKeys) {
    return new NativeOlmMessage(
        new Borrowed(message, NativeApi::olmMessageFree),
        new Borrowed(sessionKeys, NativeApi::olmSessionKeysFree));
  }

  String body() {
    long[] result = new long[2];
    NativeApi.olmMessageToBytes(result, message.address(), sessionKeys.address());
    return Unpadded.encode(Memories.take(result, 0));
  }

  String sessionId() {
    long[] result = new long[2];
    NativeApi.olmSessionKeysSessionId(result, sessionKeys.address());
    return Memories.takeText(result, 0);
  }

  @Override
  public void close() {
    message.close();
    sessionKeys.close();
  }
}
