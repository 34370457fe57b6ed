package org.ferry.migrate.plan;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.ferry.migrate.SettingLedger.Setting;
import org.ferry.migrate.SettingLedger.State;

/**
 * What a crossing has fixed: a plan cannot take it back.
 *
 * @param people people who have their new id, by old id
 * @param rooms rooms that were made or written to, by old id
 * @param accounts accounts of the destination that Ferry made, also where all else was taken back
 */
public record Progress(
    Map<UserId, CarriedPerson> people, Map<RoomId, CarriedRoom> rooms, Set<UserId> accounts) {
  /** What was fixed in a crossing that made no accounts. */
  public Progress(Map<UserId, CarriedPerson> people, Map<RoomId, CarriedRoom> rooms) {
    this(people, rooms, Set.of());
  }

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
              .collect(Collectors.toMap(CarriedRoom::old, Function.identity())),
          accounts(ledger, crossing));
    }
  }

  private static Set<UserId> accounts(CrossingLedger ledger, long crossing) {
    return ledger.settings().of(crossing, "account", State.CARRIED).stream()
        .map(Setting::owner)
        .collect(Collectors.toSet());
  }

  private static boolean isFixed(CarriedRoom room) {
    return room.target() != null
        || room.state() == RoomState.CREATING
        || room.state() == RoomState.OPEN
        || room.state() == RoomState.DONE;
  }
}
