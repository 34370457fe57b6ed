package org.ferry.web.api;

import java.util.Locale;

/** What a token may do; none holds another. */
public enum Scope {
  /** Messages, rooms, media and the streams of events. */
  READ,
  /** Messages, typing and joining. */
  SEND,
  /** Users, rooms, members and sessions. */
  PROVISION,
  /** Webhooks and their deliveries. */
  DELIVERIES,
  /** What Ferry itself does: the migration, what it knows of an id, what it could not decrypt. */
  ADMIN;

  /** The word in the configuration. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The scope of a word of the configuration. */
  public static Scope of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
