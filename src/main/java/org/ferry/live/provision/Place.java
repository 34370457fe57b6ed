package org.ferry.live.provision;

import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/**
 * A room that stands for something of an application's.
 *
 * @param key the application's name for it
 * @param room the Matrix room; null while it is being made
 * @param state where it stands
 * @param levels the power levels before it was archived, as JSON; in a room that is open, before an
 *     archiving that was not noted to its end; null where it is open for sure
 */
public record Place(String key, @Nullable RoomId room, State state, @Nullable String levels) {
  /** Where a room stands. */
  public enum State {
    /** The intention is noted; whether the homeserver has the room is not known. */
    MAKING,
    /** People talk in it. */
    OPEN,
    /** Read-only. */
    ARCHIVED
  }
}
