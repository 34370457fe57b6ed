package org.ferry.migrate.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.SourceLedger.RoomCounts;
import org.jspecify.annotations.Nullable;

/**
 * What is to become of each person and room.
 *
 * @param server the source's server name
 * @param load the number of the load it was made from
 * @param domain the destination's server name
 * @param space the destination Space, alias or id, as configured
 * @param people every person, ordered by old id
 * @param rooms every room, ordered by class, name and old id
 * @param forced what is done with rooms that the homeserver encrypts by itself
 */
public record Plan(
    String server,
    int load,
    String domain,
    String space,
    List<PlanPerson> people,
    List<PlanRoom> rooms,
    ForcedEncryption forced) {

  /** A plan as Ferry proposes it: rooms that the homeserver encrypts by itself stop. */
  public Plan(
      String server,
      int load,
      String domain,
      String space,
      List<PlanPerson> people,
      List<PlanRoom> rooms) {
    this(server, load, domain, space, people, rooms, ForcedEncryption.STOP);
  }

  /** The same with some of its rooms. */
  public Plan only(Predicate<PlanRoom> which) {
    return with(people, rooms.stream().filter(which).toList());
  }

  /** The same where only some of what was said counts: rooms that are absent hold no message. */
  public Plan counting(Map<RoomId, RoomCounts> counts) {
    return with(
        people,
        rooms.stream()
            .map(r -> {
              RoomCounts picked = counts.get(r.id());
              return r.holding(picked == null ? 0 : picked.messages());
            })
            .toList());
  }

  /** The same with other people and rooms. */
  Plan with(List<PlanPerson> others, List<PlanRoom> otherRooms) {
    return new Plan(server, load, domain, space, others, otherRooms, forced);
  }

  /** Stands behind the name of a room that is carried beside its counterpart. */
  public static final String ARCHIVE = " (archive)";

  /** What is done where the homeserver encrypts new rooms by itself. */
  public enum ForcedEncryption {
    /** Nothing is carried until it does not any more. */
    STOP,
    /** History stands in clear in rooms that are encrypted from then on. */
    ACCEPT
  }

  /** What is done with a person. */
  public enum PersonAction {
    /** A user of Ferry's namespace stands for them. */
    GHOST,
    /** An ordinary account that Ferry makes and that the person logs in to. */
    ACCOUNT,
    /** An account that exists and that a person named in a map file or in the plan. */
    MAP,
    /** Their events are not carried. */
    SKIP,
    /** An account has their name that nobody said is theirs; a person has to say what it is. */
    CONFLICT
  }

  /** What is done with a room. */
  public enum RoomAction {
    /** A new room is made. */
    CREATE,
    /** The room named as target takes the history. */
    REUSE,
    /** Nothing is carried. */
    SKIP,
    /** Nothing is carried; the report lists it with a link. */
    LIST,
    /** Several rooms could be the target; a person has to choose before anything is carried. */
    CONFLICT
  }

  /** What kind of room it is. */
  public enum RoomClass {
    SPACE,
    LOCAL,
    DIRECT,
    FOREIGN,
    DESERTED
  }

  /** What is done with a room's history. */
  public enum History {
    /** Carried. */
    CARRY,
    /** Name, members and state are carried, messages are not, and a notice says so. */
    SHELL,
    /** Carried, and what was encrypted in clear, as far as there are keys. */
    DECRYPT
  }

  /**
   * A person's line.
   *
   * @param id the old id
   * @param name the name shown, for the reader of the plan
   * @param action what is done
   * @param target the new id; null where skipped
   * @param reason why, in a few words
   */
  public record PlanPerson(
      UserId id,
      @Nullable String name,
      PersonAction action,
      @Nullable UserId target,
      String reason) {
    /** True where somebody logs in to the account: it has settings and perhaps a phone. */
    public boolean real() {
      return action == PersonAction.ACCOUNT || action == PersonAction.MAP;
    }
  }

  /**
   * A room's line.
   *
   * @param id the old id
   * @param name its name, or who is in it where it has none; for the reader of the plan
   * @param kind what kind of room
   * @param action what is done
   * @param history what is done with its history
   * @param target the room id to reuse; null unless action is REUSE, or the room was made already
   * @param candidates the room ids that could be the target where action is CONFLICT; the room it
   *     is archived beside where {@link #archive()} holds
   * @param parents the source's spaces that it is a child of and that are carried; the first is the
   *     canonical parent. Empty: the destination Space itself, unless {@code inSpace} is false
   * @param inSpace false for direct chats, tombstoned rooms, and where the plan keeps it out
   * @param messages how many messages it holds
   * @param reason why, in a few words
   */
  public record PlanRoom(
      RoomId id,
      String name,
      RoomClass kind,
      RoomAction action,
      History history,
      @Nullable RoomId target,
      List<RoomId> candidates,
      List<RoomId> parents,
      boolean inSpace,
      long messages,
      String reason) {
    /**
     * True where a new room is made although the Space has its counterpart; {@code name} is then
     * the new room's name, "NAME (archive)".
     */
    public boolean archive() {
      return action == RoomAction.CREATE && !candidates.isEmpty() && name.endsWith(ARCHIVE);
    }

    /** The same with another number of messages. */
    PlanRoom holding(long number) {
      return new PlanRoom(
          id, name, kind, action, history, target, candidates, parents, inSpace, number, reason);
    }

    /** The same with another target. */
    PlanRoom at(@Nullable RoomId other) {
      return new PlanRoom(
          id, name, kind, action, history, other, candidates, parents, inSpace, messages, reason);
    }

    /** True where something of the room is carried. */
    public boolean carried() {
      return action == RoomAction.CREATE || action == RoomAction.REUSE;
    }

    /** True where encrypted messages of the room are carried in clear. */
    public boolean decrypted() {
      return carried() && history == History.DECRYPT;
    }
  }

  /** The rooms by old id. */
  public Map<RoomId, PlanRoom> roomsById() {
    return rooms.stream().collect(Collectors.toMap(PlanRoom::id, Function.identity()));
  }

  /** The line of one room, or empty. */
  public Optional<PlanRoom> room(RoomId id) {
    return rooms.stream().filter(r -> r.id().equals(id)).findFirst();
  }
}
