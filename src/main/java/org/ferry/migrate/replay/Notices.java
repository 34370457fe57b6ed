package org.ferry.migrate.replay;

/** What Ferry says in rooms, in the configured language. */
final class Notices {
  private Notices() {}

  /** Stands where the history of an encrypted room would. */
  static String encryptedShell(String language, long events) {
    return language.equals("fr")
        ? "Ce salon était chiffré. Ses membres et ses réglages ont été repris ; son historique, dont %,d messages chiffrés, ne l'a pas été."
            .formatted(events)
        : "This room was encrypted. Its members and settings were carried over; its history, with %,d encrypted messages, was not."
            .formatted(events);
  }
}
