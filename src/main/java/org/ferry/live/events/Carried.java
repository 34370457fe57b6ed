package org.ferry.live.events;

import java.util.List;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/** What the ledger knows of carried history. Safe for use by many threads. */
@FunctionalInterface
public interface Carried {
  /**
   * An event that bears the mark of carried history.
   *
   * @param room its room
   * @param event its id
   * @param ts its {@code origin_server_ts}
   * @param origin which event of the old server its mark names; null where it names none openly
   * @param state whether it is a piece of state
   */
  record Marked(RoomId room, EventId event, long ts, @Nullable String origin, boolean state) {}

  /**
   * Which of these Ferry carried, is carrying, or sent to help with it. Nobody but Ferry can date
   * an event, so that the date of the old one shows which are its own before their ids are known.
   */
  Set<EventId> of(List<Marked> marked);
}
