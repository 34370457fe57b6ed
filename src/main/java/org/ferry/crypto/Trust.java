package org.ferry.crypto;

/** How far the sender of a decrypted event is who it says. */
public enum Trust {
  /** From a device that its owner has cross-signed, with the identity that was seen first. */
  VERIFIED("verified"),
  /** From a device of the sender that is not signed, or whose owner's identity changed. */
  UNVERIFIED("unverified"),
  /** From a device that the homeserver does not list, or with a key that came from elsewhere. */
  UNKNOWN_DEVICE("unknown_device"),
  /** The key belongs to somebody else than the event's sender. */
  MISMATCHED_SENDER("mismatched_sender");

  private final String word;

  Trust(String word) {
    this.word = word;
  }

  /** As it is written to consumers. */
  public String word() {
    return word;
  }
}
