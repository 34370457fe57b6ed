package org.ferry.migrate.replay;

/** What Ferry says in rooms, in the configured language. */
final class Notices {
  private Notices() {}

  /** Stands where the history of a room would that was not encrypted. */
  static String bareShell(String language) {
    return language.equals("fr")
        ? "Les membres et les réglages de ce salon ont été repris ; son historique ne l'a pas été."
        : "The members and settings of this room were carried over; its history was not.";
  }

  /** Stands where the history of an encrypted room would. */
  static String encryptedShell(String language, long events) {
    return language.equals("fr")
        ? "Ce salon était chiffré. Ses membres et ses réglages ont été repris ; son historique, dont %,d messages chiffrés, ne l'a pas été."
            .formatted(events)
        : "This room was encrypted. Its members and settings were carried over; its history, with %,d encrypted messages, was not."
            .formatted(events);
  }
}
