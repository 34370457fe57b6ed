package org.ferry.live;

import java.time.Instant;
import java.util.Optional;

/**
 * The transactions as they came, before anything is made of them. They are kept as bytes, because
 * what a server sends need be neither JSON nor text that a database takes (NUL).
 *
 * <p>Safe for use by many threads, and for the same transaction at the same time.
 */
public interface Inbox {
  /**
   * Stores a transaction durably: when this returns, it survives a crash at any instant.
   *
   * @param server which registration it came in by: the homeserver's domain
   * @param txnId the server's transaction id; servers use one again, so it names nothing alone
   * @param body the raw bytes, up to 64 MiB
   * @param sha256 their hash in lower-case hexadecimal
   * @param receivedAt when it came in
   * @return true where it is new, false where the same id with the same hash is held already
   */
  boolean store(String server, String txnId, byte[] body, String sha256, Instant receivedAt);

  /** When the newest transaction of a server came in; empty where none ever did. */
  Optional<Instant> lastReceived(String server);
}
