package org.ferry.migrate.decrypt;

import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;

/**
 * Which event of a source each message index of a session belongs to. A ciphertext opens as often
 * as it is shown, so that a homeserver could let a person say the same thing twice: the first event
 * keeps the index. All methods block and may be called from any virtual thread.
 */
public interface MegolmIndexes {
  /**
   * Gives an index to an event, unless another has it.
   *
   * @param source the source's key
   * @param place the index
   * @param event who wants it
   * @return whose it is now
   */
  EventId claim(long source, Place place, EventId event);

  /** Whose an index is, or empty where nobody has claimed it. */
  Optional<EventId> owner(long source, Place place);

  /**
   * One message index.
   *
   * @param room the room on the source
   * @param session the session's id
   * @param index the message index
   */
  record Place(RoomId room, String session, long index) {}
}
