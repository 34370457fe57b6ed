package org.ferry.live.message;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the log of released events, with its event.
 *
 * @param pos its position in that log
 * @param key what the store calls the event
 * @param kind whether it can be read
 * @param room the room
 * @param event the event's id
 * @param sender who sent it, as written
 * @param type its type as it came: {@code m.room.encrypted} where it was encrypted
 * @param ts its {@code origin_server_ts}
 * @param encrypted whether it was encrypted
 * @param seenBy which followed user it came to; null where it came for a carried room
 * @param trust how far the sender's device is trusted, in the word of {@code crypto.Trust}; {@code
 *     none} where it was not encrypted or not opened
 * @param reason why it was not opened; null where it was
 * @param clearType its type once decrypted; null where it was not
 * @param clear its content once decrypted; null where it was not
 * @param raw the event as it came; empty once it was forgotten
 * @param at when it was released
 * @param trace names what it came with; empty for none
 */
public record Release(
    long pos,
    long key,
    Kind kind,
    RoomId room,
    EventId event,
    String sender,
    String type,
    long ts,
    boolean encrypted,
    @Nullable UserId seenBy,
    String trust,
    @Nullable String reason,
    @Nullable String clearType,
    @Nullable Buffer clear,
    Buffer raw,
    Instant at,
    String trace) {
  /** Whether an event can be read. */
  public enum Kind {
    /** At once. */
    CREATED,
    /** Not yet, or never. */
    UNDECRYPTABLE,
    /** By now. */
    LATE
  }
}
