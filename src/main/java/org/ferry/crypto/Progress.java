package org.ferry.crypto;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.id.RoomId;

/**
 * How far the outgoing sessions of a device have come, as this process remembers it: a database
 * that goes back under a process that runs, as when a standby that lacked the last seconds takes
 * over, would hand out an index again. Safe for use by many threads.
 */
final class Progress {
  /** The session that was used last, and the index that its next message has at least. */
  private record Place(String session, long next) {}

  private final Map<RoomId, Place> rooms = new ConcurrentHashMap<>();

  /** A session as it was committed: what was before it in its room is over. */
  void committed(OutboundSession session) {
    Place unused = rooms.put(session.ref().room(), place(session));
  }

  /** A session as the database has it, which was found right; nothing where more is remembered. */
  void met(OutboundSession session) {
    Place unused =
        rooms.merge(
            session.ref().room(),
            place(session),
            (mine, found) ->
                mine.session().equals(found.session()) && mine.next() < found.next()
                    ? found
                    : mine);
  }

  private static Place place(OutboundSession session) {
    return new Place(session.ref().session(), session.messages());
  }

  /** Whether this process has worked in the room, and the database knows all of it. */
  boolean isAt(OutboundSession session) {
    Place place = rooms.get(session.ref().room());
    return place != null && reaches(session, place);
  }

  /** Whether the session must not be used: this process went on with it, or with a later one. */
  boolean isPast(OutboundSession session) {
    Place place = rooms.get(session.ref().room());
    return place != null && !reaches(session, place);
  }

  /** Whether this process went on with this very session: the database has gone back. */
  boolean isBeyond(OutboundSession session) {
    Place place = rooms.get(session.ref().room());
    return place != null
        && place.session().equals(session.ref().session())
        && session.messages() < place.next();
  }

  private static boolean reaches(OutboundSession session, Place place) {
    return place.session().equals(session.ref().session()) && session.messages() >= place.next();
  }
}
