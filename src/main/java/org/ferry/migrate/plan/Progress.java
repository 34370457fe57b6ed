package org.ferry.migrate.plan;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.ferry.migrate.UndoLedger.TakenBack;
import org.jspecify.annotations.Nullable;

/**
 * What a crossing has fixed: a plan cannot take it back.
 *
 * @param people people who have their new id, by old id
 * @param rooms rooms that were made or written to, by old id
 * @param accounts accounts of the destination that Ferry made for people of the source, into
 *     whatever Space, each with those it was made for: nobody where all else was taken back
 * @param gone rooms of the destination that were taken back
 * @param unused of the people, those of whom nothing stands: they may still become somebody else;
 *     asked only where a plan says so, for it is a long question
 */
public record Progress(
    Map<UserId, CarriedPerson> people,
    Map<RoomId, CarriedRoom> rooms,
    Map<UserId, Set<UserId>> accounts,
    Set<RoomId> gone,
    Supplier<Set<UserId>> unused) {

  /**
   * Nothing was carried yet, into this Space.
   *
   * @param accounts as above
   */
  public static Progress none(Map<UserId, Set<UserId>> accounts) {
    return new Progress(Map.of(), Map.of(), accounts, Set.of(), Set::of);
  }

  /**
   * Reads what is fixed; rooms that only wait, were skipped or failed before they were made are
   * not.
   *
   * @param ledger the ledger
   * @param crossing which crossing
   * @return what the plan must keep
   */
  public static Progress of(CrossingLedger ledger, Crossing crossing) {
    try (Stream<CarriedPerson> people = ledger.people(crossing.id());
        Stream<CarriedRoom> rooms = ledger.rooms(crossing.id())) {
      return new Progress(
          people.collect(Collectors.toMap(CarriedPerson::old, Function.identity())),
          rooms
              .filter(Progress::isFixed)
              .collect(Collectors.toMap(CarriedRoom::old, Function.identity())),
          ledger.settings().accounts(crossing.source(), crossing.domain()),
          ledger.undo().takenBack(crossing.id()).stream()
              .filter(TakenBack::done)
              .map(TakenBack::target)
              .collect(Collectors.toSet()),
          once(() -> ledger.undo().unused(crossing.id())));
    }
  }

  private static <T> Supplier<T> once(Supplier<T> question) {
    AtomicReference<@Nullable T> answer = new AtomicReference<>();
    return () -> {
      T known = answer.get();
      if (known == null) {
        known = question.get();
        answer.set(known);
      }
      return known;
    };
  }

  /** True where a person was carried as somebody, and something of that stands. */
  public boolean isFixed(UserId person) {
    return people.containsKey(person) && !unused.get().contains(person);
  }

  /** True where an account was begun to be made for a person. */
  boolean began(UserId person, UserId account) {
    CarriedPerson row = people.get(person);
    return row != null && !row.isMapped() && row.target().equals(account);
  }

  /** True where Ferry made an account, and for nobody else than this person. */
  public boolean made(UserId person, UserId account) {
    Set<UserId> people = accounts.get(account);
    return people != null && (people.isEmpty() || people.contains(person));
  }

  private static boolean isFixed(CarriedRoom room) {
    return room.target() != null
        || room.state() == RoomState.CREATING
        || room.state() == RoomState.OPEN
        || room.state() == RoomState.DONE;
  }
}
