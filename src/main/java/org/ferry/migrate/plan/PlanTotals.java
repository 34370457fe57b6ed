package org.ferry.migrate.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan.History;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;
import org.jspecify.annotations.Nullable;

/**
 * What a plan amounts to, for a person who is asked whether to go on.
 *
 * @param people how many by action
 * @param rooms how many by class, then by action
 * @param messages messages that are carried
 * @param appended of these, messages that stand below what a reused room already holds
 * @param notifications how many notifications members of reused rooms may get at the most, -1 where
 *     it is not known how many members those have
 * @param withheld messages of encrypted rooms that are not carried
 * @param media files of the source
 * @param mediaBytes their bytes
 * @param conflicts rooms that need a decision, one sentence each
 * @param readMore rooms whose history more people can read than before, one sentence each
 * @param shownInSpace private rooms whose ids members of the Space get to see, one sentence each
 */
public record PlanTotals(
    Map<String, Long> people,
    Map<String, Map<String, Long>> rooms,
    long messages,
    long appended,
    long notifications,
    long withheld,
    long media,
    long mediaBytes,
    List<String> conflicts,
    List<String> readMore,
    List<String> shownInSpace) {
  private static final Set<String> PUBLIC =
      Set.of("public", "restricted", "knock", "knock_restricted");
  private static final Set<String> FROM_ENTRY = Set.of("joined", "invited");
  private static final int SHOWN = 20;

  /**
   * Adds a plan up.
   *
   * @param plan the plan
   * @param facts the source's rooms
   * @param source the source
   * @param targets the rooms of the Space, empty where not known
   * @return the totals
   */
  public static PlanTotals of(
      Plan plan, List<RoomFacts> facts, LoadedSource source, List<TargetRoom> targets) {
    Map<RoomId, RoomFacts> byId =
        facts.stream().collect(Collectors.toMap(RoomFacts::id, Function.identity()));
    Map<RoomId, Integer> members =
        targets.stream().collect(Collectors.toMap(TargetRoom::id, TargetRoom::members, Math::max));
    return new PlanTotals(
        plan.people().stream()
            .collect(
                Collectors.groupingBy(
                    p -> Words.of(p.action()), TreeMap::new, Collectors.counting())),
        plan.rooms().stream()
            .collect(
                Collectors.groupingBy(
                    r -> Words.of(r.kind()),
                    TreeMap::new,
                    Collectors.groupingBy(
                        r -> Words.of(r.action()), TreeMap::new, Collectors.counting()))),
        messages(plan, r -> r.carried() && r.history() == History.CARRY),
        messages(plan, PlanTotals::isAppended),
        notifications(plan, members),
        withheld(plan, byId),
        source.totals().media(),
        source.totals().mediaBytes(),
        conflicts(plan),
        readMore(plan, byId),
        shownInSpace(plan, byId));
  }

  private static boolean isAppended(PlanRoom room) {
    return room.action() == RoomAction.REUSE && room.history() == History.CARRY;
  }

  private static long messages(Plan plan, Predicate<PlanRoom> which) {
    return plan.rooms().stream().filter(which).mapToLong(PlanRoom::messages).sum();
  }

  private static long notifications(Plan plan, Map<RoomId, Integer> members) {
    long sum = 0;
    for (PlanRoom room : plan.rooms()) {
      RoomId target = room.target();
      if (isAppended(room) && target != null) {
        int count = members.getOrDefault(target, -1);
        if (count < 0) {
          return -1;
        }
        // Ferry's bot is one of them and has no phone.
        sum += room.messages() * Math.max(0, count - 1);
      }
    }
    return sum;
  }

  private static long withheld(Plan plan, Map<RoomId, RoomFacts> facts) {
    return plan.rooms().stream()
        .filter(r -> r.carried() && r.history() == History.SHELL)
        .mapToLong(r -> r.messages() + encrypted(facts.get(r.id())))
        .sum();
  }

  private static long encrypted(@Nullable RoomFacts room) {
    return room == null ? 0 : room.counts().encrypted();
  }

  private static List<String> conflicts(Plan plan) {
    return plan.rooms().stream()
        .filter(r -> r.action() == RoomAction.CONFLICT)
        .map(r -> r.id() + " (" + r.name() + "): " + r.reason())
        .toList();
  }

  private static List<String> readMore(Plan plan, Map<RoomId, RoomFacts> facts) {
    List<String> lines = new ArrayList<>();
    for (PlanRoom room : plan.rooms()) {
      RoomFacts known = facts.get(room.id());
      if (room.action() == RoomAction.CREATE
          && room.history() == History.CARRY
          && known != null
          && FROM_ENTRY.contains(known.historyVisibility())) {
        lines.add(
            "%s (%s): its %d members, who could read from when they were %s, can read its whole history"
                .formatted(
                    room.id(), room.name(), known.joined().size(), known.historyVisibility()));
      }
    }
    return lines;
  }

  private static List<String> shownInSpace(Plan plan, Map<RoomId, RoomFacts> facts) {
    List<String> lines = new ArrayList<>();
    for (PlanRoom room : plan.rooms()) {
      RoomFacts known = facts.get(room.id());
      if (known != null && room.carried() && room.inSpace() && !PUBLIC.contains(known.joinRule())) {
        lines.add("%s (%s): join rule %s".formatted(room.id(), room.name(), known.joinRule()));
      }
    }
    return lines;
  }

  /** The figures for the head of a plan file: names in the order to show, values as YAML. */
  Map<String, String> figures() {
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("people", flow(people));
    rooms.forEach((kind, byAction) -> figures.put(kind, flow(byAction)));
    figures.put("messages", String.valueOf(messages));
    figures.put("appended_to_reused_rooms", String.valueOf(appended));
    figures.put("encrypted_not_carried", String.valueOf(withheld));
    figures.put("files", String.valueOf(media));
    figures.put("file_bytes", String.valueOf(mediaBytes));
    figures.put("conflicts", String.valueOf(conflicts.size()));
    return figures;
  }

  private static String flow(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(e -> e.getKey() + ": " + e.getValue())
        .collect(Collectors.joining(", ", "{", "}"));
  }

  /** The totals as lines for a terminal; long lists are cut after twenty. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("People: " + words(people));
    rooms.forEach((kind, byAction) -> lines.add("Rooms, " + kind + ": " + words(byAction)));
    lines.add("Messages to carry: " + messages);
    if (appended > 0) {
      String rings = notifications < 0 ? "an unknown number of" : "at most " + notifications;
      lines.add(
          "Of these, %d stand below what reused rooms hold already: %s notifications there"
              .formatted(appended, rings));
    }
    if (withheld > 0) {
      lines.add("Encrypted messages that are not carried: " + withheld);
    }
    lines.add("Files: %d (%.1f MB)".formatted(media, mediaBytes / 1e6));
    list(lines, "More people can read the history of", readMore);
    list(lines, "Members of the Space get to see that these private rooms exist", shownInSpace);
    list(lines, "Conflicts, to be decided in the plan before ferry migrate", conflicts);
    return lines;
  }

  private static String words(Map<String, Long> counts) {
    return counts.isEmpty()
        ? "none"
        : counts.entrySet().stream()
            .map(e -> e.getValue() + " " + e.getKey())
            .collect(Collectors.joining(", "));
  }

  private static void list(List<String> lines, String title, List<String> items) {
    if (items.isEmpty()) {
      return;
    }
    lines.add(title + ": " + items.size());
    items.stream().limit(SHOWN).forEach(i -> lines.add("  " + i));
    if (items.size() > SHOWN) {
      lines.add("  and " + (items.size() - SHOWN) + " more, see the plan");
    }
  }

  /** The totals as one JSON object, lists whole. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    people.forEach(json.putObject("people")::put);
    ObjectNode byClass = json.putObject("rooms");
    rooms.forEach((kind, byAction) -> byAction.forEach(byClass.putObject(kind)::put));
    json.put("messages", messages)
        .put("appended_to_reused_rooms", appended)
        .put("encrypted_not_carried", withheld)
        .put("files", media)
        .put("file_bytes", mediaBytes);
    if (notifications >= 0) {
      json.put("notifications_at_most", notifications);
    }
    fill(json.putArray("conflicts"), conflicts);
    fill(json.putArray("history_readable_by_more"), readMore);
    fill(json.putArray("private_rooms_shown_in_space"), shownInSpace);
    return json;
  }

  private static void fill(ArrayNode array, List<String> lines) {
    lines.forEach(array::add);
  }
}
