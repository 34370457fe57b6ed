package org.ferry.live.message;

import java.util.List;
import java.util.Optional;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/** What is known of rooms. Safe for use by many threads; every call is one transaction. */
public interface RoomCards {
  /** One room; empty where it is neither followed nor told of. */
  Optional<RoomCard> find(RoomId room);

  /**
   * Rooms in the order of their ids.
   *
   * @param after only those behind this one; null from the first
   * @param limit how many at most
   */
  List<RoomCard> page(@Nullable RoomId after, int limit);

  /** Whether a room was ever seen encrypted: it is then, whatever a homeserver says. */
  boolean isEncrypted(RoomId room);

  /** A room is encrypted, from now on for ever. */
  void encrypted(RoomId room);
}
