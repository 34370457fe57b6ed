package org.ferry.migrate.plan;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.RoomState;

/**
 * What a crossing has fixed: a plan cannot take it back.
 *
 * @param people people who have their new id, by old id
 * @param rooms rooms that were made or written to, by old id
 */
public record Progress(Map<UserId, CarriedPerson> people, Map<RoomId, CarriedRoom> rooms) {
  /** Nothing was carried yet. */
  public static Progress none() {
    return new Progress(Map.of(), Map.of());
  }

  /**
   * Reads what is fixed; rooms that only wait, were skipped or failed before they were made are
   * not.
   *
   * @param ledger the ledger
   * @param crossing which crossing
   * @return what the plan must keep
   */
  public static Progress of(CrossingLedger ledger, long crossing) {
    try (Stream<CarriedPerson> people = ledger.people(crossing);
        Stream<CarriedRoom> rooms = ledger.rooms(crossing)) {
      return new Progress(
          people.collect(Collectors.toMap(CarriedPerson::old, Function.identity())),
          rooms
              .filter(Progress::isFixed)
              .collect(Collectors.toMap(CarriedRoom::old, Function.identity())));
    }
  }

  private static boolean isFixed(CarriedRoom room) {
    return room.target() != null
        || room.state() == RoomState.CREATING
        || room.state() == RoomState.OPEN
        || room.state() == RoomState.DONE;
  }
}
