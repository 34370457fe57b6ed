package org.ferry.crypto;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.ferry.id.RoomId;

/**
 * The room keys that Ferry reads with; all devices and accounts share them. A session is found by
 * room and session id and by nothing else of what an event claims. For any number of threads;
 * methods block.
 */
public interface RoomKeys {
  /** What became of a key that was added. */
  enum Added {
    /** There was none. */
    NEW,
    /** It reaches further back than the one that was there, or its origin is better known. */
    BETTER,
    /** The one that was there was not of its session, or damaged; this one says more. */
    REPLACED,
    /** The one that was there is as good or better; nothing changed. */
    KEPT,
    /** One of the same id is there that it does not fit; it was refused, nothing changed. */
    UNCONNECTED;

    /** Whether what is read with is another key than before. */
    public boolean changes() {
      return this == BETTER || this == REPLACED;
    }
  }

  /**
   * Finds a session.
   *
   * @param room the room of the event
   * @param sessionId as the event says
   * @return the session, which the caller closes; empty where no key came yet
   * @throws org.ferry.crypto.keys.KeyException where its pickle does not open
   */
  Optional<InboundSession> find(RoomId room, String sessionId);

  /**
   * Finds a session anew in the database: another process may have added a key that reaches further
   * back than the one in memory.
   *
   * @param room the room of the event
   * @param sessionId as the event says
   * @return as {@link #find}
   */
  Optional<InboundSession> findAnew(RoomId room, String sessionId);

  /**
   * Adds keys in one transaction. Of two keys of one session that are connected the lower first
   * index stays and the origin that says more. One that is not connected takes another's place only
   * where somebody vouches for it and for the other nobody, or only a device that passed it on: a
   * wrong key in a backup must not keep the right one out. Adding a key again is harmless.
   *
   * @param keys some keys, also several of one session; the sessions stay the caller's
   * @return what became of each, in the same order
   */
  List<Added> addAll(List<RoomKey> keys);

  /**
   * Adds keys by somebody's word that they are the right ones: as above, but one that is not
   * connected also takes the place of one for which nobody vouches, such as that of another file.
   *
   * @param keys as above
   * @return as above
   */
  List<Added> replaceAll(List<RoomKey> keys);

  /** Adds one key. */
  default Added add(RoomKey key) {
    return addAll(List.of(key)).getFirst();
  }

  /**
   * Goes through all sessions by room and id, in pages, so that any number fits into memory.
   *
   * @param each is lent one after the other; may not keep it
   * @param damaged told of those whose rows do not open, which are passed over
   * @return how many were lent
   */
  long forEach(Consumer<InboundSession> each, Consumer<SessionRef> damaged);
}
