package org.ferry.migrate;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.CarriedRoom;

/**
 * The part of the ledger that makes it possible to take a crossing back: what reused rooms held
 * before, and how far a rollback is. Blocks and waits as {@link CrossingLedger} does.
 */
public interface UndoLedger {
  /**
   * How often a room was taken back. It is part of transaction ids, because a homeserver remembers
   * for a day those of what was taken back.
   *
   * @param crossing the crossing
   * @param old the room on the source
   * @return 0 where it never was
   */
  int generation(long crossing, RoomId old);

  /** Keeps what a reused room held, unless an earlier snapshot of it is kept. */
  void snapshot(long crossing, RoomId old, RoomId target, String json);

  /** What a reused room held before Ferry wrote to it, or empty. */
  Optional<String> snapshot(long crossing, RoomId old);

  /** The rooms that are being taken back or were, ordered by old id. */
  List<TakenBack> takenBack(long crossing);

  /**
   * Notes that a room is being taken back; the first time its generation grows.
   *
   * @param crossing the crossing
   * @param room its row, with a target
   */
  void begin(long crossing, CarriedRoom room);

  /**
   * Makes a room wait again, in one transaction: its row, events and aliases are forgotten.
   *
   * @param crossing the crossing
   * @param old the room on the source
   * @param detail a small JSON object, what was done
   */
  void finish(long crossing, RoomId old, String detail);

  /**
   * Who has a row and of whom nothing stands on the destination: no event was sent as them, or may
   * have been, and no room was made by them. Reads every event that was carried, once.
   */
  Set<UserId> unused(long crossing);

  /**
   * Makes what others did to people's membership wait again, because they get other ids. Reads the
   * events of the source once.
   *
   * @param crossing the crossing
   * @param people their ids on the source
   * @return how many events
   */
  long reopenMembership(long crossing, Collection<UserId> people);

  /** Whether programs have a room of the destination by the API. */
  boolean isProvisioned(RoomId target);

  /** Forgets who stands for whom in a crossing of which nothing is carried any more; how many. */
  long forgetPeople(long crossing);

  /**
   * A room that is being taken back or was.
   *
   * @param old its id on the source
   * @param target its id on the destination
   * @param generation how often
   * @param done false while it is under way
   * @param at when that was noted
   * @param detail a small JSON object, what was done
   */
  record TakenBack(
      RoomId old, RoomId target, int generation, boolean done, Instant at, String detail) {}
}
