package org.ferry.live;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.TraceId;

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

  /**
   * A transaction that is kept and not taken up yet.
   *
   * @param key what the inbox calls it
   * @param body what was kept of it
   * @param trace names what is made of it
   */
  record Untaken(long key, Buffer body, TraceId trace) {}

  /**
   * Transactions that are not taken up yet, in the order of their coming; fewer than there are
   * where they are large together, but never none.
   */
  List<Untaken> untaken(int limit);

  /** Whether some are not taken up yet. */
  boolean waits();

  /** Notes that a transaction was taken up, and empties it; that it came stays known. */
  void taken(long key);

  /**
   * Forgets that transactions came which were taken up and came before a time; the newest of each
   * server stays. A homeserver repeats a transaction only until it is answered.
   *
   * @return how many
   */
  int forget(Instant before);

  /**
   * The newest transaction of a server.
   *
   * @param key what the inbox calls it; later ones have greater keys
   * @param at when it came in, by the clock of the process that took it
   */
  record Newest(long key, Instant at) {}

  /** The newest transaction of a server; empty where none ever came. */
  Optional<Newest> newest(String server);
}
