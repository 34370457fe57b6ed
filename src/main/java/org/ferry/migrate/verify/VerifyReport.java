package org.ferry.migrate.verify;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/**
 * What a verification found.
 *
 * @param rooms each room that was to be carried
 * @param unplanned the rooms that the plan does not carry
 * @param files the files
 * @param count the second count of the source
 * @param general differences that belong to no room: the source's second count, files; cut
 * @param generalCount how many of these there are
 * @param changes what people have changed since that belongs to no room; cut, and no difference
 * @param changedCount how many of these there are
 * @param whole false where it was stopped before everything was compared
 */
public record VerifyReport(
    List<RoomVerdict> rooms,
    Unplanned unplanned,
    Files files,
    SecondCount count,
    List<Difference> general,
    long generalCount,
    List<Change> changes,
    long changedCount,
    boolean whole) {
  /**
   * Rooms that the plan does not carry.
   *
   * @param rooms how many
   * @param events events of theirs
   */
  public record Unplanned(long rooms, long events) {}

  /**
   * The files.
   *
   * @param compared files that were downloaded and compared
   * @param fromStore of these, files that were compared with the media store's bytes; the others
   *     with the hash that was noted when they were carried
   */
  public record Files(long compared, long fromStore) {}

  /**
   * The second count of the source.
   *
   * @param label what was counted: the dump that was named, or the last load
   * @param again true where the dump itself was read again
   * @param same whether that was the dump of the last load
   * @param rooms rooms that were counted
   * @param events events that were counted
   * @param notLoaded events of the dump that the ledger has not got
   */
  public record SecondCount(
      String label, boolean again, boolean same, long rooms, long events, long notLoaded) {}

  /**
   * What was found of one room.
   *
   * @param old its id on the source
   * @param target its id on the destination, null where it does not stand
   * @param name what it is called
   * @param carried events that the ledger says were carried
   * @param found of these, events that stand on the destination
   * @param late of these, events that were carried after events that follow them; no difference
   * @param messages of the found ones, messages as {@link Account} counts them
   * @param leftOut events left out by rule, or the same as others, by the rule
   * @param failed events that could not be carried
   * @param waiting events that are not carried yet
   * @param since messages that people have written there themselves
   * @param newcomers people who came to the room on the destination; cut after a thousand
   * @param came how many newcomers there are
   * @param changes what people changed after the carrying; cut after a thousand
   * @param changed how many changes there are
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
      long messages,
      Map<String, Long> leftOut,
      long failed,
      long waiting,
      long since,
      List<String> newcomers,
      long came,
      List<Change> changes,
      long changed,
      List<Difference> differences,
      long count) {
    /** Events left out by rule, or the same as others. */
    public long skipped() {
      return leftOut.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * What became of every event of the source, each in one of these figures.
   *
   * @param carried events that the ledger says were carried
   * @param messages of the carried ones that stand on the destination, messages: {@code
   *     m.room.message} that were not taken back
   * @param leftOut events left out by rule, or the same as others, by the rule
   * @param failed events that could not be carried
   * @param waiting events that are not carried yet
   * @param elsewhere events of rooms that the plan does not carry
   * @param rooms how many rooms those are
   */
  public record Account(
      long carried,
      long messages,
      Map<String, Long> leftOut,
      long failed,
      long waiting,
      long elsewhere,
      long rooms) {
    /** Events left out by rule, or the same as others. */
    public long skipped() {
      return leftOut.values().stream().mapToLong(Long::longValue).sum();
    }

    /** All of them. */
    public long total() {
      return carried + skipped() + failed + waiting + elsewhere;
    }
  }

  /** What became of every event of the source. */
  public Account account() {
    Map<String, Long> leftOut = new TreeMap<>();
    rooms.forEach(r -> r.leftOut().forEach((why, n) -> leftOut.merge(why, n, Long::sum)));
    return new Account(
        sum(RoomVerdict::carried),
        sum(RoomVerdict::messages),
        leftOut,
        sum(RoomVerdict::failed),
        sum(RoomVerdict::waiting),
        unplanned.events(),
        unplanned.rooms());
  }

  private long sum(ToLongFunction<RoomVerdict> figure) {
    return rooms.stream().mapToLong(figure).sum();
  }

  /** How many differences there are. */
  public long differences() {
    return generalCount + rooms.stream().mapToLong(RoomVerdict::count).sum();
  }

  /** Rooms of the plan that do not stand yet. */
  public List<RoomVerdict> unbegun() {
    return rooms.stream().filter(r -> r.target() == null).toList();
  }

  /** How many differences there are but that rooms do not stand yet. */
  public long differencesOfCarried() {
    return differences() - unbegun().stream().mapToLong(RoomVerdict::count).sum();
  }

  /** Events that stand on the destination. */
  public long found() {
    return rooms.stream().mapToLong(RoomVerdict::found).sum();
  }

  /** Events that were carried late. */
  public long late() {
    return rooms.stream().mapToLong(RoomVerdict::late).sum();
  }
}
