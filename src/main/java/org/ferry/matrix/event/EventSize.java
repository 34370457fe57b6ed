package org.ferry.matrix.event;

import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/** How large an event may be. */
public final class EventSize {
  /** The most bytes of a whole event in canonical JSON (specification, "Size limits"). */
  public static final int WHOLE_EVENT = 65_536;

  /** Names of fields, hash, signature with its key's name, times, depth, and some to spare. */
  private static final int FIXED = 1_000;

  /** Servers refer to up to 10 earlier events and to some 6 that authorise. */
  private static final int REFERENCES = 16;

  private EventSize() {}

  /**
   * The most bytes that the content of an event may have once the server has put everything else
   * around it.
   *
   * @param room the room it goes to
   * @param sender who sends it
   * @param type its type
   * @param stateKey its state key, or null
   * @param longReferences true in room versions 1 and 2, where references carry a hash beside the
   *     id
   */
  public static int of(
      RoomId room, UserId sender, String type, @Nullable String stateKey, boolean longReferences) {
    int domain = Utf8.quotedLength(sender.server());
    int reference = longReferences ? 100 + domain : 48;
    int names =
        Utf8.quotedLength(room.value())
            + Utf8.quotedLength(sender.value())
            + Utf8.quotedLength(type)
            + (stateKey == null ? 0 : Utf8.quotedLength(stateKey))
            + 2 * domain;
    return WHOLE_EVENT - FIXED - REFERENCES * reference - names;
  }
}
