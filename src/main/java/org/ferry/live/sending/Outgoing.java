package org.ferry.live.sending;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.id.EventId;
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
 * @param same what tells it from another one under the same key, where its content does not,
 *     because it names a file that each attempt uploads anew; empty where it does
 */
public record Outgoing(
    UserId as, RoomId room, String type, ObjectNode content, String key, String same) {
  /** The most characters of a key and of a type. */
  public static final int LONGEST = 255;

  static final String REDACTION = "m.room.redaction";

  /** Checks what no homeserver would take. */
  public Outgoing {
    if (key.isEmpty() || key.length() > LONGEST || key.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "a key has 1 to " + LONGEST + " characters, none of which is NUL");
    }
    if (type.isEmpty()
        || type.length() > LONGEST
        || type.indexOf('\0') >= 0
        || type.equals("m.room.encrypted")) {
      throw new IllegalArgumentException("no event of the type \"" + type + "\" can be sent");
    }
  }

  /** An event that its content tells from others. */
  public Outgoing(UserId as, RoomId room, String type, ObjectNode content, String key) {
    this(as, room, type, content, key, "");
  }

  /** Whether it takes an event back. */
  boolean isRedaction() {
    return type.equals(REDACTION);
  }

  /**
   * The event that is taken back.
   *
   * @throws IllegalArgumentException where the content names none
   */
  EventId redacted() {
    String id = content.path("redacts").asText();
    if (!id.startsWith("$")) {
      throw new IllegalArgumentException(
          "a redaction names an event in \"redacts\", which is \"" + id + "\" here");
    }
    return new EventId(id);
  }
}
