package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.plan.Plan.ForcedEncryption;
import org.ferry.migrate.plan.Plan.History;
import org.ferry.migrate.plan.Plan.PersonAction;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;
import org.ferry.migrate.plan.Plan.RoomClass;

/** Reads the shape of a plan file; whether it fits the ledger is {@link PlanReview}'s business. */
final class PlanReader {
  private static final List<String> TOP =
      List.of(
          "format",
          "server",
          "load",
          "domain",
          "space",
          "forced_encryption",
          "totals",
          "people",
          "rooms");
  private static final List<String> PERSON =
      List.of("id", "name", "action", "target", "reason", "new", "mark");
  private static final List<String> ROOM =
      List.of(
          "id",
          "name",
          "class",
          "action",
          "history",
          "target",
          "candidates",
          "parents",
          "in_space",
          "messages",
          "events",
          "members",
          "join_rule",
          "history_visibility",
          "link",
          "reason",
          "new",
          "mark");

  /**
   * What a file holds.
   *
   * @param draft the plan, with the marks as they stand in the file
   * @param lines the line of each person and room by id
   * @param top the head of the file
   */
  record Content(Draft draft, Map<String, Row> lines, Row top) {}

  private final Map<String, Row> lines = new HashMap<>();
  private final Map<String, String> marks = new HashMap<>();
  private final Set<String> fresh = new HashSet<>();

  private PlanReader() {}

  static Content read(String text, Problems problems) {
    Yaml document = Yaml.read(text, problems);
    problems.raiseIfAny();
    Row top;
    if (document instanceof Yaml.Fields fields && !fields.fields().isEmpty()) {
      top = new Row(fields, problems);
    } else {
      problems.add(1, "is not a plan; run ferry plan to make one");
      problems.raiseIfAny();
      throw new IllegalStateException("unreachable");
    }
    return new PlanReader().content(top);
  }

  private Content content(Row top) {
    top.only(TOP);
    if (top.number("format").orElse(-1L) != 1) {
      top.problem("format", "format must be 1: this version of Ferry reads no other");
    }
    List<PlanPerson> people = new ArrayList<>();
    top.rows("people").forEach(row -> person(row).ifPresent(people::add));
    List<PlanRoom> rooms = new ArrayList<>();
    top.rows("rooms").forEach(row -> room(row).ifPresent(rooms::add));
    Plan plan =
        new Plan(
            top.required("server").orElse(""),
            (int) Math.min(Integer.MAX_VALUE, top.number("load").orElse(0L)),
            top.required("domain").orElse(""),
            top.required("space").orElse(""),
            people,
            rooms,
            forced(top));
    return new Content(new Draft(plan, fresh, marks), lines, top);
  }

  /** Plans of before did not say; then it is what it was. */
  private static ForcedEncryption forced(Row top) {
    return top.text("forced_encryption") == null
        ? ForcedEncryption.STOP
        : top.word("forced_encryption", ForcedEncryption.class).orElse(ForcedEncryption.STOP);
  }

  private Optional<PlanPerson> person(Row row) {
    row.only(PERSON);
    Optional<UserId> id = row.oldUser("id", row.required("id").orElse(null));
    Optional<PersonAction> action = row.word("action", PersonAction.class);
    Optional<UserId> target = row.user("target", row.text("target"));
    if (id.isEmpty() || action.isEmpty() || isSecond(row, id.get().value())) {
      return Optional.empty();
    }
    if (action.get() != PersonAction.SKIP && row.text("target") == null) {
      row.problem("action", id.get() + " has no target; name the new id, or set action to skip");
    }
    return Optional.of(
        new PlanPerson(
            id.get(), row.text("name"), action.get(), target.orElse(null), row.text("reason", "")));
  }

  private Optional<PlanRoom> room(Row row) {
    row.only(ROOM);
    Optional<RoomId> id = row.room("id", row.required("id").orElse(null));
    Optional<RoomClass> kind = row.word("class", RoomClass.class);
    Optional<RoomAction> action = row.word("action", RoomAction.class);
    Optional<History> history = row.word("history", History.class);
    Optional<RoomId> target = row.room("target", row.text("target"));
    List<RoomId> parents = row.rooms("parents");
    List<RoomId> candidates = row.rooms("candidates");
    boolean inSpace = row.flag("in_space", true);
    if (id.isEmpty()
        || kind.isEmpty()
        || action.isEmpty()
        || history.isEmpty()
        || isSecond(row, id.get().value())) {
      return Optional.empty();
    }
    if (action.get() == RoomAction.REUSE && row.text("target") == null) {
      row.problem(
          "action", id.get() + " has no target; name the room to reuse, or set action to create");
    }
    return Optional.of(
        new PlanRoom(
            id.get(),
            row.text("name", ""),
            kind.get(),
            action.get(),
            history.get(),
            target.orElse(null),
            candidates,
            parents,
            inSpace,
            row.number("messages").orElse(0L),
            row.text("reason", "")));
  }

  private boolean isSecond(Row row, String id) {
    Row first = lines.putIfAbsent(id, row);
    if (first != null) {
      row.problem("id", id + " stands in line " + first.line() + " already; keep one of the two");
      return true;
    }
    // A line without a mark was written by hand.
    marks.put(id, row.text("mark", Draft.BY_HAND));
    if (row.flag("new", false)) {
      fresh.add(id);
    }
    return false;
  }
}
