package org.ferry.live.message;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;

/** Where the one who tells reads and writes. Every call is one transaction and may be repeated. */
public interface Narration {
  /** Up to which release was told. */
  long told();

  /** The releases after a position, the oldest first. */
  List<Release> releases(long after, int limit);

  /** What is kept of rooms; those that are not there are not kept yet. */
  Map<RoomId, Card> cards(Collection<RoomId> rooms);

  /** Somebody in a room. */
  record Seat(RoomId room, String user) {}

  /** An event of a room. */
  record Place(RoomId room, EventId event) {}

  /** What is kept of people in rooms; those that are not there are not kept. */
  Map<Seat, Member> members(Collection<Seat> seats);

  /** What was told of events, the last of each; those of which nothing was told are missing. */
  Map<Place, LiveMessage> past(Collection<Place> places);

  /**
   * What became of some releases.
   *
   * @param from up to which release was told before
   * @param to up to which it is told with this
   * @param drafts what is told, in order
   * @param silences of which nothing is told
   * @param cards rooms that changed
   * @param members people that changed; without a name and a membership: gone
   * @param takenBack events of which nothing is told any more, whatever key comes
   * @param released when each release was made
   */
  record Chapter(
      long from,
      long to,
      List<Draft> drafts,
      List<Silence> silences,
      Map<RoomId, Card> cards,
      Map<Seat, Member> members,
      Set<Place> takenBack,
      Map<Long, Instant> released) {}

  /** A release that nothing is told of. */
  record Silence(long release, long key, boolean quarantined, String why) {}

  /**
   * Tells.
   *
   * @param epoch the leader's; nothing is written where another one leads by now
   * @return false where nothing was written, because of that or because it was told already
   */
  boolean tell(long epoch, Chapter chapter);

  /**
   * Puts what was released of some rooms behind everything else, in its order: others are not to
   * wait for them. Nothing is moved where no others are behind.
   *
   * @param epoch the leader's; nothing is moved where another one leads by now
   * @param after up to which release was told
   */
  void postpone(long epoch, long after, Collection<RoomId> rooms);
}
