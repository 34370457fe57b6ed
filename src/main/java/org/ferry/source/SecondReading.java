package org.ferry.source;

import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;

/** What a second reading of a source, on a path of its own, has counted. */
public interface SecondReading extends AutoCloseable {
  /** What to call the source in messages. */
  String label();

  /** Tells whether it is the source of a load: see {@link SourceInfo#fingerprint}. */
  String fingerprint();

  /** The server name of most of its accounts; empty where it has none. */
  String server();

  /** What it says of each room. */
  Stream<RoomTally> tallies();

  /** Every accepted event, room by room, in the room's order; empty where it only has counts. */
  Optional<Stream<Seen>> events();

  @Override
  void close();

  /**
   * An event as the source has it.
   *
   * @param room its room
   * @param id its id
   * @param type its type
   */
  record Seen(RoomId room, EventId id, String type) {}
}
