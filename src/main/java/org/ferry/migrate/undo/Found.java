package org.ferry.migrate.undo;

import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.jspecify.annotations.Nullable;

/**
 * A room that a rollback looked at.
 *
 * @param room its row in the ledger
 * @param target its id on the destination
 * @param name what people call it
 * @param begun true where an earlier rollback did not come to its end
 * @param ours how many events in it are Ferry's and not taken back
 * @param others what others did since, the newest first; at most a few
 * @param newest the newest event in it, null where there is none
 * @param problem why it cannot be looked at, else null
 * @param gone true where it was deleted on the destination, or Ferry made it and nobody of Ferry's
 *     is in it any more: nothing can be taken back there, and it is forgotten
 */
public record Found(
    CarriedRoom room,
    RoomId target,
    String name,
    boolean begun,
    long ours,
    List<Use> others,
    @Nullable String newest,
    @Nullable String problem,
    boolean gone) {
  /**
   * Something that somebody else did in the room since.
   *
   * @param who did it
   * @param what the event's type
   * @param at when, milliseconds since 1970
   */
  public record Use(String who, String what, long at) {}

  /** True where Ferry made the room. */
  public boolean made() {
    return !room.action().equals("reuse");
  }

  /** True where others have written or come in since. */
  public boolean used() {
    return !others.isEmpty();
  }
}
