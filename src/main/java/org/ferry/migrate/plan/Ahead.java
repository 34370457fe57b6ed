package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.Selection;
import org.ferry.migrate.SourceLedger.RoomCounts;
import org.ferry.migrate.decrypt.Decryption.Cover;
import org.ferry.migrate.plan.Plan.History;
import org.ferry.migrate.plan.Plan.PersonAction;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;

/**
 * What a run still has to do where an earlier one has carried a part of its plan.
 *
 * @param rooms rooms to make
 * @param people ghosts and accounts to make
 * @param messages messages without an outcome, or that failed
 * @param encrypted of rooms that are carried in clear, encrypted messages likewise
 * @param others events of other kinds likewise; of these some are left out by rule
 * @param again events that an earlier plan left out and that are looked at again; some of them may
 *     be left out once more
 * @param opened encrypted messages that could not be opened before and whose keys have come
 * @param doubt of all of these, events of which it is not known whether they arrived
 * @param appended of the messages, those that stand below what a reused room already holds
 * @param notifications how many notifications these may cause, -1 where that is not known
 * @param files files that are there already
 * @param invited members of third servers who were invited already
 */
public record Ahead(
    long rooms,
    long people,
    long messages,
    long encrypted,
    long others,
    long again,
    long opened,
    long doubt,
    long appended,
    long notifications,
    long files,
    long invited) {

  /**
   * What earlier runs have done.
   *
   * @param rooms rooms of the source that stand
   * @param people users of the destination who are ready
   * @param doubt events in doubt in the rooms that are meant
   * @param files files that are there
   * @param invited members of third servers who were invited
   * @param again events that an earlier plan left out, where this one is another
   * @param clear encrypted messages that stand in clear, by room
   */
  public record Before(
      Set<RoomId> rooms,
      Set<UserId> people,
      long doubt,
      long files,
      long invited,
      long again,
      Map<RoomId, Long> clear) {}

  /**
   * Adds up.
   *
   * @param plan the plan, with the rooms that are meant
   * @param facts the source's rooms
   * @param targets the rooms of the Space, empty where not known
   * @param remaining what of each room has no outcome yet; rooms without such are missing
   * @param covers how much of encrypted rooms the keys open
   * @param before what earlier runs have done
   * @return what is left
   */
  public static Ahead of(
      Plan plan,
      List<RoomFacts> facts,
      List<TargetRoom> targets,
      Map<RoomId, RoomCounts> remaining,
      Map<RoomId, Cover> covers,
      Before before) {
    Plan open = plan.counting(remaining);
    List<PlanRoom> carried = open.rooms().stream().filter(PlanRoom::carried).toList();
    long encrypted = 0;
    long others = 0;
    long opened = 0;
    for (PlanRoom room : carried) {
      RoomCounts left = remaining.getOrDefault(room.id(), RoomCounts.none(room.id()));
      encrypted += room.decrypted() ? left.encrypted() : 0;
      // Rooms that no run has touched are told of as a whole.
      long clear = before.clear().getOrDefault(room.id(), Long.MAX_VALUE);
      long keys = covers.getOrDefault(room.id(), Cover.NONE).withKey();
      opened += room.decrypted() ? Math.max(0, keys - left.encrypted() - clear) : 0;
      others += left.events() - left.messages() - left.encrypted();
    }
    return new Ahead(
        carried.stream()
            .filter(r -> r.action() == RoomAction.CREATE && !before.rooms().contains(r.id()))
            .count(),
        plan.people().stream()
            .filter(p -> p.action() == PersonAction.GHOST || p.action() == PersonAction.ACCOUNT)
            .map(Plan.PlanPerson::target)
            .filter(Objects::nonNull)
            .filter(t -> !before.people().contains(t))
            .distinct()
            .count(),
        carried.stream()
            .filter(r -> r.history() != History.SHELL)
            .mapToLong(PlanRoom::messages)
            .sum(),
        encrypted,
        others,
        before.again(),
        opened,
        before.doubt(),
        carried.stream().filter(Effects::isAppended).mapToLong(PlanRoom::messages).sum(),
        new Effects(open, facts, targets, Selection.ALL, Map.of()).notifications(),
        before.files(),
        before.invited());
  }

  /** What is new, in words; empty where nothing is. */
  private String amounts(long invitations) {
    List<String> parts = new ArrayList<>();
    add(parts, rooms, "room", "rooms");
    add(parts, people, "person", "people");
    add(parts, messages, "message", "messages");
    add(parts, encrypted, "encrypted message", "encrypted messages");
    add(parts, others, "other event", "other events");
    add(
        parts,
        again,
        "event that an earlier plan left out",
        "events that an earlier plan left out");
    add(parts, opened, "message whose key has come", "messages whose keys have come");
    add(parts, Math.max(0, invitations - invited), "invitation", "invitations");
    return String.join(", ", parts);
  }

  private static void add(List<String> parts, long n, String one, String many) {
    if (n > 0) {
      parts.add("%,d %s".formatted(n, n == 1 ? one : many));
    }
  }

  /**
   * What this run does, as lines for a terminal.
   *
   * @param invitations how many people it may invite, those who were invited before included
   */
  List<String> lines(long invitations) {
    String amounts = amounts(invitations);
    List<String> lines = new ArrayList<>();
    lines.add(
        amounts.isEmpty()
            ? "This run: no event, person or room waits; it does what a changed plan, new keys and earlier failures ask for."
            : "This run carries what is not carried yet: " + amounts);
    if (doubt > 0) {
      lines.add(
          "  of these, %,d in doubt: looked for in their rooms, and sent only where they are not there"
              .formatted(doubt));
    }
    return lines;
  }

  /** The question that goes before it, without a question mark. */
  String question(long invitations) {
    String amounts = amounts(invitations);
    return amounts.isEmpty()
        ? "Nothing waits; do what a changed plan, new keys and earlier failures ask for now"
        : "Carry now what is not carried yet (%s)".formatted(amounts);
  }

  com.fasterxml.jackson.databind.node.ObjectNode toJson() {
    return Json.object()
        .put("rooms", rooms)
        .put("people", people)
        .put("messages", messages)
        .put("encrypted", encrypted)
        .put("other_events", others)
        .put("reconsidered", again)
        .put("keys_arrived", opened)
        .put("in_doubt", doubt);
  }
}
