package org.ferry.live;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * The transactions of homeservers, before anything is made of them. They are kept as bytes, because
 * what a server sends need not be text that a database takes (NUL).
 *
 * <p>Safe for use by many threads, and for the same transaction at the same time.
 */
public interface Inbox {
  /**
   * Which rooms of the homeserver are Ferry's: it carries into them, or was told to follow them.
   *
   * @param rooms ids as a homeserver wrote them
   * @return those of them that are
   */
  Set<String> ours(Set<String> rooms);

  /**
   * Stores a transaction durably: when this returns, it survives a crash at any instant.
   *
   * @param transaction what is kept of it
   * @return true where it is new, false where the same id with the same hash is held already
   */
  boolean store(Received transaction);

  /** When the newest transaction of a server came in; empty where none ever did. */
  Optional<Instant> lastReceived(String server);
}
