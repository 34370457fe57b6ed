package org.ferry.migrate.verify;

import org.jspecify.annotations.Nullable;

/**
 * Something that a person has changed on the destination after it had been carried. It is told, and
 * is no difference: people live there now.
 *
 * @param kind MEMBERSHIP, STATE, REDACTION, SPACE or SETTING
 * @param what of state its type and key, of a membership whose it is, else the old event or room
 * @param now what stands there now, shortened; null where nothing does
 * @param by who changed it
 */
public record Change(Difference.Kind kind, String what, @Nullable String now, String by) {
  private static final int SHOWN = 300;

  /** Shortens a long value. */
  public Change {
    now = now == null || now.length() <= SHOWN ? now : now.substring(0, SHOWN) + "…";
  }

  /** The change in one sentence of English. */
  public String sentence() {
    return switch (kind) {
      case REDACTION -> "%s was taken back since by %s".formatted(what, by);
      case SPACE -> "%s was taken out of the Space since by %s".formatted(what, by);
      case SETTING -> "%s stands otherwise now; its owner uses the account".formatted(what);
      default ->
          now == null
              ? "%s was removed since by %s".formatted(what, by)
              : "%s was changed since by %s, and is now %s".formatted(what, by, now);
    };
  }
}
