package org.ferry.live.events;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.live.Unreadable;

/**
 * The events of followed rooms. Each is kept once, whatever way and how often it comes. Safe for
 * use by many threads; every call is one transaction and may be repeated.
 */
public interface LiveEvents {
  /**
   * Keeps events behind those that are kept already, in the order given.
   *
   * @param arrivals of any rooms
   * @return how many were new
   */
  int take(List<Arrival> arrivals);

  /**
   * Puts the newest events of a room into the room's own order: what is missing is kept, and what
   * is waiting takes its place among them.
   *
   * @param arrivals events of one room that follow each other, the oldest first
   * @return how many were new
   */
  int arrange(List<Arrival> arrivals);

  /** Which of these events of a room are kept. */
  Set<EventId> known(RoomId room, Collection<EventId> events);

  /**
   * Rooms with events that are waiting, those that have waited longest first; not those of which
   * something is missing that belongs in front of them.
   */
  List<RoomId> waitingRooms(int limit);

  /** The waiting events of a room in their order; none where something is missing in front. */
  List<Held> waiting(RoomId room, int limit);

  /**
   * Events that no key opened when they were tried last, and whose session has got a key, or a
   * better one, since.
   *
   * @param recent whether only keys of the last minutes are looked at, which costs next to nothing
   *     however many events wait; else all of them
   */
  List<Held> openable(int limit, boolean recent);

  /**
   * Settles events and makes known what became of them, in the order given.
   *
   * @param epoch the leader's; nothing is written where another one leads by now
   * @param verdicts of held events; each counts once
   * @return how many counted; less than given where they were settled before
   */
  int settle(long epoch, List<Verdict> verdicts);

  /** Notes that undecryptable events were tried and stayed what they were. */
  void tried(Collection<Long> keys);

  /**
   * Empties the text of events that came in before a time; what no key opens yet stays for as long
   * as its key is asked for.
   *
   * @return how many
   */
  int forget(Instant before);

  /**
   * Notes that something came in that is no event. Of what it holds only a hash is kept; noted
   * again it stays one.
   */
  void quarantine(Unreadable unreadable);

  /** How many events there are in each state, by its word. */
  Map<String, Long> counts();
}
