package org.ferry.live.accounts;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/** Which rooms are followed, and by whom. Safe for use by many threads. */
public interface FollowedRooms {
  /**
   * Begins to follow a room; nothing changes where it is followed by this user already.
   *
   * @param user who is in it
   * @param room which
   * @param anchor its newest event: it and what is older is not taken; null where there is none
   */
  void follow(UserId user, RoomId room, @Nullable EventId anchor);

  /** Notes up to which event nothing of a room is missing. */
  void complete(UserId user, RoomId room, EventId newest);

  /** Ends that. */
  void leave(UserId user, RoomId room);

  /** The rooms that a user follows, each with its anchor. */
  Map<RoomId, Optional<EventId>> of(UserId user);

  /** Those of some rooms that a user follows, each with its anchor. */
  Map<RoomId, Optional<EventId>> among(UserId user, Collection<RoomId> some);

  /** Since when a user follows a room; empty where they do not. */
  Optional<Instant> since(UserId user, RoomId room);

  /** Whether a user follows a room. */
  boolean follows(UserId user, RoomId room);
}
