package org.ferry.crypto;

import java.util.Locale;

/** By what way a room key came; the earlier of these says more about who made it. */
public enum KeyOrigin {
  /** From the device that made it, over Olm. */
  OLM,
  /** From another device, which was asked for it and passed it on. */
  FORWARDED,
  /** From the server-side backup. Anybody who knows its public key could have put it there. */
  BACKUP,
  /** From a key export file. */
  EXPORT,
  /** From the store of another client that used libolm. */
  LIBOLM;

  /** As it stands in the database and in JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The origin of a word. */
  public static KeyOrigin of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /**
   * Whether somebody known vouches for the key: its maker, or a verified device that passed it on.
   * Of files and backups nobody knows who wrote into them.
   */
  public boolean isVouchedFor() {
    return this == OLM || this == FORWARDED;
  }

  /**
   * Whether the way proves the device that made the key. What came otherwise may be anybody's: an
   * event that it decrypts is never shown as verified.
   */
  public boolean isAuthentic() {
    return this == OLM;
  }
}
