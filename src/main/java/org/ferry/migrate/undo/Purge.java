package org.ferry.migrate.undo;

import org.ferry.id.RoomId;

/** Deletes rooms from the homeserver itself, which only its administrators can. */
public interface Purge {
  /**
   * Deletes a room with everything in it.
   *
   * @param room the room
   * @return true where it is gone; false where the server does not offer that or does not allow it
   */
  boolean delete(RoomId room);

  /** For whom no administrator's token is configured: deletes nothing. */
  static Purge none() {
    return room -> false;
  }
}
