package org.ferry.crypto.vodozemac;

import java.util.function.LongConsumer;

/** An object of the library that lives for one call, counted like the others. */
final class Borrowed implements AutoCloseable {
  private final long address;
  private final LongConsumer free;

  /** Takes over an address; 0 stands for none. */
  Borrowed(long address, LongConsumer free) {
    this.address = address;
    this.free = free;
    if (address != 0) {
      Handles.opened();
    }
  }

  static Borrowed curve25519(Curve25519Key key) {
    return new Borrowed(
        NativeApi.curve25519PublicKeyFromBytes(key.bytes()), NativeApi::curve25519PublicKeyFree);
  }

  static Borrowed olmConfig() {
    return new Borrowed(NativeApi.olmSessionConfigVersion1(), NativeApi::olmSessionConfigFree);
  }

  static Borrowed megolmConfig() {
    return new Borrowed(
        NativeApi.megolmSessionConfigVersion1(), NativeApi::megolmSessionConfigFree);
  }

  long address() {
    return address;
  }

  @Override
  public void close() {
    if (address != 0) {
      free.accept(address);
      Handles.freed();
    }
  }
}
