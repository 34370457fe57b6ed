package org.ferry.live.accounts;

import java.util.List;
import java.util.Optional;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;

/**
 * Keeps the users that Ferry follows. Their devices live as long as what is kept here. Safe for use
 * by many threads.
 */
public interface Identities {
  /** A followed user; empty where nothing was ever kept. */
  Optional<Identity> find(UserId user);

  /** All of them, by name. */
  List<Identity> all();

  /**
   * Ghosts with devices that may be in a room, those who came to have one last before others.
   *
   * @param limit how many at most
   */
  List<UserId> ghostsIn(RoomId room, int limit);

  /** Keeps a user, in place of what was kept; when this returns, it survives a crash. */
  void keep(Identity identity);

  /** Notes how things stand; nothing else of the user changes. */
  void note(UserId user, Identity.State state, String detail);
}
