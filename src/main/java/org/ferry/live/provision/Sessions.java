package org.ferry.live.provision;

import java.time.Instant;
import java.util.Optional;
import org.ferry.id.UserId;

/** Short-lived tokens for browsers, kept as hashes. Blocks; safe for use by many threads. */
public interface Sessions {
  /**
   * Keeps a session.
   *
   * @param hash of its token
   * @param user whose it is
   * @param by the name of the token that made it
   * @param expires when it ends
   */
  void begin(byte[] hash, UserId user, String by, Instant expires);

  /**
   * A session.
   *
   * @param user whose it is
   * @param by the name of the token that made it
   */
  record Session(UserId user, String by) {}

  /**
   * The session that a token belongs to.
   *
   * @param hash of the token
   * @param now sessions that ended before it are none
   */
  Optional<Session> find(byte[] hash, Instant now);

  /** Ends all sessions of a user. */
  void end(UserId user);
}
