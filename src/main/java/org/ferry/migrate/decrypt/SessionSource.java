package org.ferry.migrate.decrypt;

import java.util.Optional;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/** The keys that were given. May be called from any virtual thread. */
@FunctionalInterface
public interface SessionSource {
  /**
   * Finds a session; the caller closes it.
   *
   * @param room the room that it belongs to, on the source
   * @param session its id
   * @return the session, or empty where nobody gave its key
   */
  Optional<Session> find(RoomId room, String session);

  /**
   * A session whose key is known.
   *
   * @param inbound opens its messages; lent until this is closed
   * @param owner who is known to have made it; null for keys from a file or a backup, which prove
   *     that of nobody
   * @param proven whether the key came from who made it; anybody may have made up one of a file or
   *     a backup
   * @param giveBack run once this is closed
   */
  record Session(MegolmInbound inbound, @Nullable UserId owner, boolean proven, Runnable giveBack)
      implements AutoCloseable {
    @Override
    public void close() {
      giveBack.run();
    }
  }
}
