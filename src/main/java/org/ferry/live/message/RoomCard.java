package org.ferry.live.message;

import java.time.Instant;
import java.util.List;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a room that is followed, or was.
 *
 * @param id the room
 * @param name what clients call it; null where nothing says it
 * @param alias its canonical alias; null for none
 * @param network which network it belongs to, see {@link Networks}
 * @param encrypted whether it is encrypted
 * @param keys how many sessions of it Ferry holds keys of
 * @param lastEvent the newest event that was told of; null for none
 * @param lastAt when that was sent; null for none
 * @param followedBy the users of Ferry that are in it; empty where it is followed no more, or is
 *     one that Ferry carried
 */
public record RoomCard(
    RoomId id,
    @Nullable String name,
    @Nullable String alias,
    String network,
    boolean encrypted,
    long keys,
    @Nullable EventId lastEvent,
    @Nullable Instant lastAt,
    List<UserId> followedBy) {
  /** Copies the list. */
  public RoomCard {
    followedBy = List.copyOf(followedBy);
  }
}
