package org.ferry.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.ferry.id.RoomId;
import org.ferry.migrate.Standing;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.verify.VerifyReport;
import org.ferry.migrate.verify.VerifyReport.RoomVerdict;
import org.ferry.source.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a report says, before it is put into words. It holds names and ids, and no text
 * of any message.
 *
 * @param server the source's server name
 * @param domain the destination's server name
 * @param space the destination Space, alias or id
 * @param made when the report was made
 * @param dump what the source was called
 * @param loaded when it was read
 * @param latest the newest event in it, null where it has none
 * @param before what the source held
 * @param standing what became of it
 * @param people people by what the plan does with them
 * @param leftPeople whom the plan leaves out, by name and id
 * @param rooms the rooms that were carried, by kind and name
 * @param left the rooms that were not
 * @param foreign rooms of other servers, which go on there
 * @param merged events that are the same as others, by reason
 * @param problems rows of the source that were not understood
 * @param readMore rooms whose history more people can read than before
 * @param appended rooms whose history was added to rooms that stood already
 * @param cleared rooms whose encrypted messages were carried in clear
 * @param shown private rooms whose existence members of the Space can see
 * @param verified what the comparison found
 */
record Contents(
    String server,
    String domain,
    String space,
    Instant made,
    String dump,
    Instant loaded,
    @Nullable Instant latest,
    Before before,
    Standing standing,
    Map<Plan.PersonAction, Long> people,
    List<String> leftPeople,
    List<RoomLine> rooms,
    List<LeftRoom> left,
    List<ForeignRoom> foreign,
    Map<String, Long> merged,
    List<Problem> problems,
    List<Reach> readMore,
    List<Reach> appended,
    List<Cleared> cleared,
    List<Reach> shown,
    VerifyReport verified) {

  /** What the source held. */
  record Before(long people, long rooms, long messages, long files) {}

  /**
   * A room that was carried.
   *
   * @param name its name
   * @param kind what kind of room it is
   * @param old where it was: its alias, or its id
   * @param target where it is: its id, null where it does not stand
   * @param alias its alias there, null where it has none
   * @param shell true where its messages were encrypted and stayed behind
   * @param messages messages that it has on the destination
   * @param first the oldest event, null where there is none
   * @param last the newest event, null where there is none
   * @param members who was a member
   * @param verdict what the comparison found; null where it was stopped before
   */
  record RoomLine(
      String name,
      Plan.RoomClass kind,
      String old,
      @Nullable RoomId target,
      @Nullable String alias,
      boolean shell,
      long messages,
      @Nullable Instant first,
      @Nullable Instant last,
      int members,
      @Nullable RoomVerdict verdict) {}

  /**
   * A room that was not carried.
   *
   * @param name its name
   * @param old its id
   * @param open true where nobody has decided yet what becomes of it
   * @param reason why, as the plan says
   */
  record LeftRoom(String name, String old, boolean open, String reason) {}

  /**
   * A room of another server.
   *
   * @param name its name
   * @param address its alias or id
   * @param via a server that knows it, null where none is known
   */
  record ForeignRoom(String name, String address, @Nullable String via) {}

  /**
   * A room that more people can see or read.
   *
   * @param name its name
   * @param members how many members it had
   * @param rule its history visibility or join rule
   */
  record Reach(String name, int members, String rule) {}

  /**
   * A room whose encrypted messages were carried in clear.
   *
   * @param name its name
   * @param members how many members it had
   * @param inClear messages that can be read now
   * @param placeholders messages for which there was no key
   */
  record Cleared(String name, int members, long inClear, long placeholders) {}
}
