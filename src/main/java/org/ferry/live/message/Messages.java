package org.ferry.live.message;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/** The log of what was told. Safe for use by many threads; every call is one transaction. */
public interface Messages {
  /** The newest position; 0 where nothing was told yet. */
  long last();

  /**
   * What was told after a position, the oldest first; what was forgotten is among it, empty. Fewer
   * than there are where they are large together, but never none.
   */
  List<LiveMessage> after(long pos, int limit);

  /**
   * Which messages are asked for.
   *
   * @param rooms only of these; null for all
   * @param networks only of these; null for all
   * @param since only told at this time or later; null for all
   * @param before only at positions below this; 0 for all
   * @param limit how many at most
   */
  record Filter(
      @Nullable Set<RoomId> rooms,
      @Nullable Set<String> networks,
      @Nullable Instant since,
      long before,
      int limit) {}

  /**
   * Messages whose text is there, the newest first; fewer than there are where they are large
   * together, but never none.
   */
  List<LiveMessage> page(Filter filter);

  /** The message at a position. */
  Optional<LiveMessage> find(long pos);

  /** What was told last of an event. */
  Optional<LiveMessage> ofEvent(RoomId room, EventId event);

  /** The first position told at a time or later; the one after the newest where there is none. */
  long firstSince(Instant time);

  /** Where a file is that a message names; empty where it is unknown or forgotten. */
  Optional<MediaRef> media(String id);

  /**
   * Tells something that no event says: {@link MessageType#MESSAGE_SEND_FAILED} and {@link
   * MessageType#RELAY_FAILED}.
   *
   * @return its position
   */
  long tell(Draft draft, Instant at);

  /**
   * Empties what was told before a time.
   *
   * @return how many messages
   */
  int forget(Instant before);
}
