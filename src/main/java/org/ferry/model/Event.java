package org.ferry.model;

import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a room: a message or a piece of state. Its place in the room is
 * ({@code depth}, {@code stream}), ascending; {@code ts} never orders. What a room held before the
 * first event that the source has stands before it, with negative depths.
 *
 * @param id the id on the source
 * @param room where it happened
 * @param sender who did it
 * @param type the Matrix event type
 * @param stateKey the state key, null for what is not state
 * @param ts when, milliseconds since 1970, as the sender's server said
 * @param depth first half of the place in the room
 * @param stream second half, may be negative (history that came by backfill)
 * @param content the content, one JSON object as text; of a redacted event only what survives
 * @param redacts the event that this one takes back, where it is a redaction; else null
 * @param redactedBy the redaction that took effect on this event, else null
 * @param current true where the event is part of the room's present state
 */
public record Event(
    EventId id,
    RoomId room,
    UserId sender,
    String type,
    @Nullable String stateKey,
    long ts,
    long depth,
    long stream,
    String content,
    @Nullable EventId redacts,
    @Nullable EventId redactedBy,
    boolean current) {
  /**
   * Subtracted from the depth of what stood before the first event: it stays ordered among itself.
   */
  public static final long BEFORE = 1L << 62;

  /**
   * True for a piece of state that stood before the first event of the room that the source still
   * has. Sources give it its own depth less {@link #BEFORE}.
   */
  public boolean isPrior() {
    return depth < 0;
  }

  /** True for state events. */
  public boolean isState() {
    return stateKey != null;
  }
}
