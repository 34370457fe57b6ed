package org.ferry.migrate.verify;

import java.util.List;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/**
 * What a verification found.
 *
 * @param rooms each room that was to be carried
 * @param media how many files were compared
 * @param general differences that belong to no room: the source's second count, files, people
 */
public record VerifyReport(List<RoomVerdict> rooms, long media, List<Difference> general) {
  /**
   * What was found of one room.
   *
   * @param old its id on the source
   * @param target its id on the destination, null where it does not stand
   * @param name what it is called
   * @param carried events that the ledger says were carried
   * @param found of these, events that stand on the destination
   * @param late of these, events that were carried after events that follow them
   * @param skipped events left out by rule
   * @param differences everything that is not as it should be; cut after a thousand
   * @param count how many differences there are
   */
  public record RoomVerdict(
      RoomId old,
      @Nullable RoomId target,
      String name,
      long carried,
      long found,
      long late,
      long skipped,
      List<Difference> differences,
      long count) {}

  /** How many differences there are. */
  public long differences() {
    return general.size() + rooms.stream().mapToLong(RoomVerdict::count).sum();
  }
}
