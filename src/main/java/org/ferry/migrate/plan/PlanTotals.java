package org.ferry.migrate.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.Selection;
import org.ferry.migrate.decrypt.Decryption.Cover;
import org.ferry.migrate.plan.Plan.History;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.jspecify.annotations.Nullable;

/**
 * What a plan amounts to, for a person who is asked whether to go on.
 *
 * @param people how many by action
 * @param rooms how many by class, then by action
 * @param actions how many rooms by action, of all classes
 * @param messages messages that are carried
 * @param appended of these, messages that stand below what a reused room already holds
 * @param notifications how many notifications members of reused rooms may get at the most, -1 where
 *     it is not known how many members those have
 * @param withheld messages of encrypted rooms that are not carried
 * @param bare messages of other rooms that are carried without their history
 * @param media files of the source
 * @param mediaBytes their bytes
 * @param invitations how many invitations members from third servers get after their rooms' replay
 * @param conflicts people and rooms that need a decision, one sentence each
 * @param toType what a person has to type before reused rooms can be written to, one sentence each
 * @param ambiguous people who share one new id with others, one sentence each
 * @param unmatched how many accounts of the source nobody listed although others were: ghosts stand
 *     for them
 * @param readMore rooms whose history more people can read than before, one sentence each
 * @param shownInSpace private rooms whose ids members of the Space get to see, one sentence each
 * @param listed rooms of other servers, which people enter again by their links
 * @param clearing encrypted history that is carried in clear, and to whom it becomes readable
 * @param ahead what of all this is left to do; null where nothing was begun
 */
public record PlanTotals(
    Map<String, Long> people,
    Map<String, Map<String, Long>> rooms,
    Map<String, Long> actions,
    long messages,
    long appended,
    long notifications,
    long withheld,
    long bare,
    long media,
    long mediaBytes,
    long invitations,
    List<String> conflicts,
    List<String> toType,
    List<String> ambiguous,
    long unmatched,
    List<String> readMore,
    List<String> shownInSpace,
    List<ForeignRoom> listed,
    Clearing clearing,
    @Nullable Ahead ahead) {

  /**
   * Adds a plan up.
   *
   * @param plan the plan
   * @param facts the source's rooms
   * @param source the source
   * @param targets the rooms of the Space, empty where not known
   * @param covers how much of encrypted rooms the keys open
   * @param listed whom a person listed with which new id; see {@link MapFile#all}
   * @return the totals
   */
  public static PlanTotals of(
      Plan plan,
      List<RoomFacts> facts,
      LoadedSource source,
      List<TargetRoom> targets,
      Map<RoomId, Cover> covers,
      Map<UserId, UserId> listed) {
    return of(plan, facts, source, targets, covers, listed, Selection.ALL);
  }

  /**
   * Adds up what a run carries that carries only a part.
   *
   * @param plan the plan, with the rooms and the numbers of messages of that part
   * @param facts the source's rooms, holding that part
   * @param source the source
   * @param targets the rooms of the Space, empty where not known
   * @param covers how much of encrypted rooms the keys open
   * @param listed whom a person listed with which new id; see {@link MapFile#all}
   * @param selection whose part
   * @return the totals
   */
  public static PlanTotals of(
      Plan plan,
      List<RoomFacts> facts,
      LoadedSource source,
      List<TargetRoom> targets,
      Map<RoomId, Cover> covers,
      Map<UserId, UserId> listed,
      Selection selection) {
    Effects effects = new Effects(plan, facts, targets, selection, listed);
    return new PlanTotals(
        count(plan.people(), p -> Words.of(p.action())),
        plan.rooms().stream()
            .collect(
                Collectors.groupingBy(
                    r -> Words.of(r.kind()),
                    TreeMap::new,
                    Collectors.groupingBy(
                        r -> Words.of(r.action()), TreeMap::new, Collectors.counting()))),
        count(plan.rooms(), r -> Words.of(r.action())),
        messages(plan, r -> r.carried() && r.history() != History.SHELL),
        messages(plan, Effects::isAppended),
        effects.notifications(),
        effects.withheld(),
        effects.bare(),
        source.totals().media(),
        source.totals().mediaBytes(),
        effects.invitations(),
        effects.conflicts(),
        effects.toType(),
        effects.ambiguous(),
        effects.unmatched(),
        effects.readMore(),
        effects.shownInSpace(),
        ForeignRoom.of(plan, facts),
        Clearing.of(plan, facts, covers),
        null);
  }

  /** The same of a run that invites nobody. */
  public PlanTotals withoutInvitations() {
    return with(0, ahead);
  }

  /** The same where an earlier run has carried a part. */
  public PlanTotals begun(Ahead left) {
    return with(invitations, left);
  }

  private PlanTotals with(long invited, @Nullable Ahead left) {
    return new PlanTotals(
        people,
        rooms,
        actions,
        messages,
        appended,
        notifications,
        withheld,
        bare,
        media,
        mediaBytes,
        invited,
        conflicts,
        toType,
        ambiguous,
        unmatched,
        readMore,
        shownInSpace,
        listed,
        clearing,
        left);
  }

  /** The question before a run that does this, without a question mark. */
  public String question() {
    return ahead == null ? "Carry all of this now" : ahead.question(invitations);
  }

  private static <T> Map<String, Long> count(
      List<T> lines, java.util.function.Function<T, String> word) {
    return lines.stream().collect(Collectors.groupingBy(word, TreeMap::new, Collectors.counting()));
  }

  private static long messages(Plan plan, Predicate<PlanRoom> which) {
    return plan.rooms().stream().filter(which).mapToLong(PlanRoom::messages).sum();
  }

  /** How many rooms have an action; 0 where none has. */
  long rooms(Plan.RoomAction action) {
    return actions.getOrDefault(Words.of(action), 0L);
  }

  /** The figures for the head of a plan file: names in the order to show, values as YAML. */
  Map<String, String> figures() {
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("people", flow(people));
    figures.put("rooms", flow(actions));
    rooms.forEach((kind, byAction) -> figures.put(kind, flow(byAction)));
    figures.put("messages", String.valueOf(messages));
    figures.put("appended_to_reused_rooms", String.valueOf(appended));
    figures.put("encrypted_not_carried", String.valueOf(withheld));
    figures.put("left_without_history", String.valueOf(bare));
    figures.put("encrypted_in_clear", String.valueOf(clearing.inClear()));
    figures.put("encrypted_without_key", String.valueOf(clearing.withoutKey()));
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
    return new TotalsText(this).lines();
  }

  /** The totals as one JSON object, lists whole. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    people.forEach(json.putObject("people")::put);
    ObjectNode byClass = json.putObject("rooms");
    rooms.forEach((kind, byAction) -> byAction.forEach(byClass.putObject(kind)::put));
    ObjectNode byAction = json.putObject("plan");
    for (Plan.RoomAction action : Plan.RoomAction.values()) {
      byAction.put(Words.of(action), rooms(action));
    }
    json.put("messages", messages)
        .put("appended_to_reused_rooms", appended)
        .put("encrypted_not_carried", withheld)
        .put("left_without_history", bare)
        .put("encrypted_in_clear", clearing.inClear())
        .put("encrypted_without_key", clearing.withoutKey())
        .put("files", media)
        .put("file_bytes", mediaBytes)
        .put("invitations", invitations)
        .put("people_not_listed", unmatched);
    if (notifications >= 0) {
      json.put("notifications_at_most", notifications);
    }
    if (ahead != null) {
      json.set("this_run", ahead.toJson());
    }
    fill(json.putArray("conflicts"), conflicts);
    fill(json.putArray("to_type"), toType);
    fill(json.putArray("people_ambiguous"), ambiguous);
    fill(json.putArray("history_readable_by_more"), readMore);
    fill(json.putArray("private_rooms_shown_in_space"), shownInSpace);
    clearing.toJson(json.putArray("encrypted_rooms"));
    ArrayNode links = json.putArray("listed");
    listed.forEach(r ->
        links
            .addObject()
            .put("id", r.id().value())
            .put("name", r.name())
            .put("members", r.members())
            .put("link", r.link()));
    return json;
  }

  private static void fill(ArrayNode array, List<String> lines) {
    lines.forEach(array::add);
  }
}
