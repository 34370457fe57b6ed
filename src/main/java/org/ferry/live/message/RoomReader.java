package org.ferry.live.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/** Asks homeservers for what the log of events does not say. Safe for use by many threads. */
public interface RoomReader {
  /**
   * The whole state of a room as it is now.
   *
   * @param room which
   * @param as the followed user who is in it; null for Ferry's bot
   * @return empty where that user may not read it
   * @throws org.ferry.matrix.client.HomeserverFailure where the homeserver does not answer now
   */
  Optional<List<ObjectNode>> state(RoomId room, @Nullable UserId as);

  /**
   * One event as it is now.
   *
   * @return empty where it does not exist or may not be seen
   * @throws org.ferry.matrix.client.HomeserverFailure where the homeserver does not answer now
   */
  Optional<ObjectNode> event(RoomId room, EventId event, @Nullable UserId as);
}
