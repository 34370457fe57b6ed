package org.ferry.crypto.vodozemac;

import io.vertx.core.Context;
import java.util.concurrent.atomic.AtomicLong;

/** What every call of the library passes: it is loaded, and the thread may wait for it. */
final class Handles {
  private static final AtomicLong OPEN = new AtomicLong();

  static {
    NativeLibraryLoader.load();
  }

  private Handles() {}

  /**
   * Comes before every native call that computes.
   *
   * @throws IllegalStateException on an event loop, which would stand still meanwhile
   */
  static void enter() {
    if (Context.isOnEventLoopThread()) {
      throw new IllegalStateException(
          "Olm and Megolm compute too long for an event loop; call them from a virtual thread");
    }
  }

  static void opened() {
    OPEN.incrementAndGet();
  }

  static void freed() {
    OPEN.decrementAndGet();
  }

  static long open() {
    return OPEN.get();
  }
}
