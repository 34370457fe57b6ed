package org.ferry.migrate.replay;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.migrate.CrossingLedger.CarriedRoom;

/**
 * Finds rooms that a lost answer left in doubt, by what their create event says they stand for.
 * Each room is looked at once. Safe for use by many threads.
 */
public final class MadeRooms {
  private final Voyage voyage;
  private final Cast cast;

  /** What the rooms that were looked at stand for; empty for those of others. Never changes. */
  private final Map<RoomId, String> words = new ConcurrentHashMap<>();

  private final ReentrantLock reading = new ReentrantLock();

  /**
   * Finds rooms of a crossing.
   *
   * @param voyage the crossing
   * @param cast its cast
   */
  public MadeRooms(Voyage voyage, Cast cast) {
    this.voyage = voyage;
    this.cast = cast;
  }

  /** The row of a room in doubt with its target, where it stands; else the row as it is. */
  public CarriedRoom found(CarriedRoom row) {
    return find(row.old(), row.actor()).map(row::opened).orElse(row);
  }

  /** The room that stands for one of the source, among those that its maker is in. */
  Optional<RoomId> find(RoomId old, UserId actor) {
    Intent intent = cast.actor(actor);
    String word = voyage.origin().wordOfRoom(old.value(), voyage.space().value());
    List<RoomId> joined = intent.memberships().joinedRooms();
    // Many ask at once; the first one reads for all.
    reading.lock();
    try {
      joined.stream().filter(r -> !words.containsKey(r)).forEach(r -> read(intent, r));
    } finally {
      reading.unlock();
    }
    return joined.stream().filter(r -> word.equals(words.get(r))).findFirst();
  }

  private void read(Intent intent, RoomId room) {
    intent
        .state(room, "m.room.create", "")
        .ifPresent(create -> words.put(room, voyage.origin().word(create).orElse("")));
  }
}
