package org.ferry.live.accounts;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Which rooms are followed, and by whom. Of a room something may be missing behind its anchor: that
 * is noted, and until it is there, or cannot be had now, nothing that came later is made known of
 * the room. Safe for use by many threads.
 */
public interface FollowedRooms {
  /**
   * Begins to follow a room; nothing changes where it is followed by this user already. Who had
   * left it and is back goes on from where it was.
   *
   * @param user who is in it
   * @param room which
   * @param anchor its newest event: it and what is older is not taken; null where there is none
   */
  void follow(UserId user, RoomId room, @Nullable EventId anchor);

  /**
   * Begins to follow a room of which it is not known yet whether it is to be followed: what comes
   * of it is kept, and not made known before {@link #settle}. Nothing changes where it is followed
   * by this user already, but that who had left it is back.
   */
  void tryOut(UserId user, RoomId room);

  /** The rooms of a user that are tried out. */
  Set<RoomId> triedOut(UserId user);

  /**
   * Drops the rooms that others than a user try out: nobody finds out any more what they are.
   *
   * @param user who goes on with it; null for nobody
   */
  void dropOthersTriedOut(@Nullable UserId user);

  /**
   * A room that was tried out is to be followed.
   *
   * @param anchor as for {@link #follow}
   */
  void settle(UserId user, RoomId room, EventId anchor);

  /** Notes up to which event nothing of a room is missing; not where something is. */
  void complete(UserId user, RoomId room, EventId newest);

  /** Ends that; where something is missing, only when it is there. */
  void leave(UserId user, RoomId room);

  /** Ends that at once; what waits there and came to this user alone is forgotten. */
  void drop(UserId user, RoomId room);

  /** The rooms that a user follows, each with its anchor. */
  Map<RoomId, Optional<EventId>> of(UserId user);

  /** Those of some rooms that a user follows, each with its anchor. */
  Map<RoomId, Optional<EventId>> among(UserId user, Collection<RoomId> some);

  /** Whether a user follows a room. */
  boolean follows(UserId user, RoomId room);

  /**
   * Notes that something may be missing behind a room's anchor. What waits there is not made known
   * for some minutes; whoever works on it says so again before they are over.
   */
  void gap(UserId user, RoomId room);

  /** Rooms of a user of which something may be missing; true where what waits there is held. */
  Map<RoomId, Boolean> behind(UserId user);

  /**
   * How a user's following of a room stands.
   *
   * @param anchor the newest event up to which nothing is missing; empty where there was none
   * @param since when it began
   * @param behind how often a gap was noted since nothing was missing; 0 where nothing is
   * @param triedOut whether it is not known yet if the room is to be followed
   */
  record Standing(Optional<EventId> anchor, Instant since, int behind, boolean triedOut) {}

  /** How it stands, also where the user has left and something is missing; else empty. */
  Optional<Standing> standing(UserId user, RoomId room);

  /** Moves the anchor over a part of what was missing; what was held is held on. */
  void advance(UserId user, RoomId room, EventId newest);

  /**
   * Goes on to hold what waits in a user's rooms of which something is missing; not what was let
   * go.
   */
  void holdOn(UserId user);

  /** The same for one room, as long as something of it is missing. */
  void hold(UserId user, RoomId room);

  /** Holds nothing any more: what is missing comes when it can, and takes a later place. */
  void release(UserId user, RoomId room);

  /**
   * Nothing is missing of a room any more, which ends the following of who has left.
   *
   * @param behind what {@link Standing#behind()} said before it was read
   * @return false where another gap was noted since
   */
  boolean whole(UserId user, RoomId room, int behind);
}
