package org.ferry.crypto.vodozemac;

/**
 * The library libvodozemac, which comes with Ferry for Linux, macOS and Windows and is loaded at
 * the first use of this package. Its objects live outside Java's heap: whoever makes one closes it.
 * No call may come from an event loop; all refuse there.
 */
public final class Vodozemac {
  private Vodozemac() {}

  /**
   * The version of the library, such as {@code 0.9.0}.
   *
   * @throws CryptoException.Unavailable where there is none for this system
   */
  public static String version() {
    return NativeLibraryLoader.version();
  }

  /** How many of its objects are held now; grows where somebody forgets to close. */
  public static long openHandles() {
    return Handles.open();
  }

  /**
   * Tries at a start what encryption relies on: the library loads, a message makes the round trip,
   * and every key of low order is refused in every place.
   *
   * @return what was tried
   * @throws CryptoException.Unavailable where the library does not load
   */
  public static SelfTest selfTest() {
    return LowOrderTrial.run();
  }

  /**
   * How the trial went.
   *
   * @param roundTrip whether a message of Olm and of Megolm came back
   * @param tried how many keys of low order were offered: each known one as identity, one-time,
   *     base and ratchet key
   * @param refused how many of them were refused
   */
  public record SelfTest(boolean roundTrip, int tried, int refused) {
    /** Whether all is well. */
    public boolean passed() {
      return roundTrip && tried == refused;
    }
  }
}
