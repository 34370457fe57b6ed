package org.ferry.migrate.replay;

import java.util.Optional;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.migrate.CrossingLedger.CarriedRoom;

/** Finds rooms that a lost answer left in doubt, by what their create event says they stand for. */
public final class MadeRooms {
  private final Voyage voyage;
  private final Cast cast;

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
    return intent.memberships().joinedRooms().stream()
        .filter(candidate ->
            intent
                .state(candidate, "m.room.create", "")
                .flatMap(voyage.origin()::word)
                .filter(word::equals)
                .isPresent())
        .findFirst();
  }
}
