package org.ferry.live.sending;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;

/**
 * An event that somebody wants sent.
 *
 * @param as who says it: Ferry's own user, one of its ghosts, or a configured account
 * @param room where to
 * @param type the event's type, as it is in clear; {@code m.room.redaction} with {@code redacts} in
 *     its content takes an event back
 * @param content its content, in clear: it is encrypted where the room is
 * @param key the caller's; the same key is the same event
 */
public record Outgoing(UserId as, RoomId room, String type, ObjectNode content, String key) {
  /** The most characters of a key and of a type. */
  public static final int LONGEST = 255;

  /** Checks what no homeserver would take. */
  public Outgoing {
    if (key.isEmpty() || key.length() > LONGEST) {
      throw new IllegalArgumentException("a key has 1 to " + LONGEST + " characters");
    }
    if (type.isEmpty() || type.length() > LONGEST || type.equals("m.room.encrypted")) {
      throw new IllegalArgumentException("no event of the type \"" + type + "\" can be sent");
    }
  }
}
