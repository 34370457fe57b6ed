package org.ferry.store;

/** How a connection to PostgreSQL is protected, with the meanings and names of libpq's sslmode. */
public enum TlsMode {
  /** In clear. */
  DISABLE("disable"),
  /** Protected where the server offers it, else in clear. */
  PREFER("prefer"),
  /** Protected, whoever answers. */
  REQUIRE("require"),
  /** Protected, by a server whose certificate comes from a trusted authority. */
  VERIFY_CA("verify-ca"),
  /** As {@link #VERIFY_CA}, and the certificate names the host. */
  VERIFY_FULL("verify-full");

  private final String word;

  TlsMode(String word) {
    this.word = word;
  }

  /** The word used in addresses, such as {@code verify-full}. */
  public String word() {
    return word;
  }

  static TlsMode of(String word) {
    for (TlsMode mode : values()) {
      if (mode.word.equals(word)) {
        return mode;
      }
    }
    // "allow" tries in clear first; preferring protection is the safer reading of the same wish.
    if (word.equals("allow")) {
      return PREFER;
    }
    throw new IllegalArgumentException(
        "sslmode is \"%s\"; it may be disable, prefer, require, verify-ca or verify-full"
            .formatted(word));
  }
}
