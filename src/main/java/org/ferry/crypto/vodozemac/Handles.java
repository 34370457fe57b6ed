package org.ferry.crypto.vodozemac;

import io.vertx.core.Context;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** What every call of the library passes: it is loaded, and the thread may wait for it. */
final class Handles {
  private static final AtomicLong OPEN = new AtomicLong();

  /** Why the library cannot be used; empty where it can. Every call says it anew. */
  private static final Optional<String> FAILURE = NativeLibraryLoader.load();

  private Handles() {}

  /**
   * Comes before every native call that computes.
   *
   * @throws CryptoException.Unavailable where the library cannot be used on this machine
   * @throws IllegalStateException on an event loop, which would stand still meanwhile
   */
  static void enter() {
    if (FAILURE.isPresent()) {
      throw new CryptoException.Unavailable(FAILURE.get());
    }
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
