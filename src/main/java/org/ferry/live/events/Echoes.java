package org.ferry.live.events;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.id.RoomId;

/**
 * When Ferry's own carrying changed the state of a room last: such events are no news, and yet what
 * is known of the room is out of date with them. Safe for use by many threads.
 */
public final class Echoes {
  private final InstantSource clock;
  private final Instant since;
  private final Map<RoomId, Instant> last = new ConcurrentHashMap<>();

  /**
   * None so far.
   *
   * @param clock now; what was known before now may be out of date already
   */
  public Echoes(InstantSource clock) {
    this.clock = clock;
    this.since = clock.instant();
  }

  /** Notes that it did so just now. */
  public void heard(RoomId room) {
    last.put(room, clock.instant());
  }

  /** Since when what is known of a room's state may be out of date. */
  public Instant last(RoomId room) {
    return last.getOrDefault(room, since);
  }
}
