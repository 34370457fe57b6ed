package org.ferry.crypto.vodozemac;

/**
 * The library libvodozemac, which comes with Ferry for Linux, macOS and Windows and is loaded at
 * the first use of this package: {@code run} has it tried at its start. Its objects live outside
 * Java's heap: whoever makes one closes it. No call may come from an event loop; all refuse there.
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
   * Tries the same, for a program that goes no further without it.
   *
   * @return the version of the library
   * @throws CryptoException.Unavailable where it does not load or does not do what it should; one
   *     sentence says why, and what helps
   */
  public static String require() {
    String why;
    try {
      SelfTest test = selfTest();
      if (test.passed()) {
        return version();
      }
      why =
          test.roundTrip()
              ? "it takes %d of %d keys that nobody may use"
                  .formatted(test.tried() - test.refused(), test.tried())
              : "a message did not come back as it was";
    } catch (CryptoException.Unavailable e) {
      throw e;
    } catch (CryptoException e) {
      why = String.valueOf(e.getMessage());
    }
    throw new CryptoException.Unavailable(
        "Encryption does not work here: the library vodozemac %s in ferry.jar failed its trial (%s). Put the ferry.jar of a release in its place."
            .formatted(version(), why));
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
