package org.ferry.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.ferry.migrate.verify.Change;
import org.ferry.migrate.verify.Difference;
import org.ferry.migrate.verify.VerifyReport;
import org.ferry.migrate.verify.VerifyReport.RoomVerdict;

/** What a verification found, for a person and as JSON. */
final class VerifyView {
  private static final int SHOWN = 5;
  private static final int NAMED = 10;

  private VerifyView() {}

  static List<String> lines(VerifyReport report) {
    List<String> lines = new ArrayList<>();
    report.general().stream().limit(SHOWN).forEach(d -> lines.add("different: " + shown(d)));
    more(lines, "", report.generalCount());
    report.changes().stream()
        .limit(SHOWN)
        .forEach(c -> lines.add("no difference: " + Shown.inLine(c.sentence())));
    more(lines, "", report.changedCount());
    report.rooms().stream().filter(r -> r.target() != null).forEach(room -> room(lines, room));
    List<RoomVerdict> unbegun = report.unbegun();
    if (!unbegun.isEmpty()) {
      lines.add(unbegun(unbegun));
    }
    VerifyReport.SecondCount count = report.count();
    lines.add(
        "%s: %,d events in %,d rooms counted a second time, %s"
            .formatted(
                count.label(),
                count.events(),
                count.rooms(),
                count.again() ? "from the dump itself" : "when it was loaded"));
    account(lines, report);
    lines.add(
        "%,d events in %,d rooms and %,d files compared, %,d late: %s"
            .formatted(
                report.found(),
                report.rooms().size() - unbegun.size(),
                report.files().compared(),
                report.late(),
                verdict(report, unbegun.size())));
    return lines;
  }

  /** Where every event of the source is; the figures add up to the first one. */
  private static void account(List<String> lines, VerifyReport report) {
    VerifyReport.Account a = report.account();
    StringBuilder words = new StringBuilder();
    words.append(
        "of %,d events: %,d carried (%,d of them messages)"
            .formatted(a.total(), a.carried(), a.messages()));
    for (var part :
        List.of(
            Map.entry("left out by rule", a.skipped()),
            Map.entry("failed", a.failed()),
            Map.entry("not carried yet", a.waiting()),
            Map.entry(
                "in rooms that the plan leaves out (%,d)".formatted(a.rooms()), a.elsewhere()))) {
      if (part.getValue() > 0) {
        words.append(", %,d %s".formatted(part.getValue(), part.getKey()));
      }
    }
    lines.add(words.toString());
    a.leftOut()
        .forEach((reason, n) -> lines.add("  left out by rule: %,d %s".formatted(n, reason)));
  }

  private static String unbegun(List<RoomVerdict> rooms) {
    String names =
        rooms.stream()
            .limit(NAMED)
            .map(r -> "%s (%s)".formatted(Shown.inLine(r.name()), r.old()))
            .collect(Collectors.joining(", "));
    int more = rooms.size() - NAMED;
    return "not begun: %,d %s, which ferry migrate carries: %s%s"
        .formatted(
            rooms.size(),
            rooms.size() == 1 ? "room" : "rooms",
            names,
            more > 0 ? " and %,d more".formatted(more) : "");
  }

  private static String verdict(VerifyReport report, int unbegun) {
    long differences = report.differencesOfCarried();
    String found =
        differences == 0
            ? (unbegun == 0 ? "everything is as it was" : "what was carried is as it was")
            : "%,d %s".formatted(differences, differences == 1 ? "difference" : "differences");
    return report.whole() ? found : "stopped before all was compared; so far " + found;
  }

  private static void room(List<String> lines, RoomVerdict room) {
    if (room.count() + room.changed() == 0) {
      return;
    }
    String changed =
        room.changed() == 0 ? "" : ", %,d changed since by people".formatted(room.changed());
    lines.add(
        "%s (%s): %,d %s%s"
            .formatted(
                Shown.inLine(room.name()),
                room.old(),
                room.count(),
                room.count() == 1 ? "difference" : "differences",
                changed));
    room.differences().stream().limit(SHOWN).forEach(d -> lines.add("  " + shown(d)));
    more(lines, "  ", room.count());
    room.changes().stream()
        .limit(SHOWN)
        .forEach(c -> lines.add("  no difference: " + Shown.inLine(c.sentence())));
    more(lines, "  ", room.changed());
  }

  /** What somebody wrote may have line ends. */
  private static String shown(Difference difference) {
    return Shown.inLine(difference.toString());
  }

  private static void more(List<String> lines, String indent, long count) {
    if (count > SHOWN) {
      lines.add("%sand %,d more; ferry verify --json lists them".formatted(indent, count - SHOWN));
    }
  }

  /** The whole report as one document. */
  static ObjectNode json(VerifyReport report) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("differences", report.differences());
    json.put("late", report.late());
    json.put("whole", report.whole());
    json.putObject("files")
        .put("compared", report.files().compared())
        .put("with_media_store", report.files().fromStore());
    json.putObject("source")
        .put("label", report.count().label())
        .put("read_again", report.count().again())
        .put("is_last_load", report.count().same())
        .put("rooms", report.count().rooms())
        .put("events", report.count().events())
        .put("not_loaded", report.count().notLoaded());
    account(json.putObject("account"), report.account());
    ArrayNode rooms = json.putArray("rooms");
    report.rooms().forEach(room -> room(rooms.addObject(), room));
    differences(json.putArray("general"), report.general());
    json.put("changes_of_people", report.changedCount());
    ArrayNode changes = json.putArray("changes");
    report.changes().forEach(c -> change(changes.addObject(), c));
    return json;
  }

  private static void account(ObjectNode json, VerifyReport.Account account) {
    json.put("events", account.total())
        .put("carried", account.carried())
        .put("messages", account.messages())
        .put("left_out", account.skipped())
        .put("failed", account.failed())
        .put("waiting", account.waiting())
        .put("in_rooms_left_out", account.elsewhere())
        .put("rooms_left_out", account.rooms());
    account.leftOut().forEach(json.putObject("left_out_by")::put);
  }

  private static void room(ObjectNode json, RoomVerdict room) {
    json.put("old", room.old().value());
    json.put("new", room.target() == null ? null : room.target().value());
    json.put("name", room.name())
        .put("carried", room.carried())
        .put("found", room.found())
        .put("late", room.late())
        .put("messages", room.messages())
        .put("left_out", room.skipped())
        .put("failed", room.failed())
        .put("waiting", room.waiting())
        .put("messages_since", room.since())
        .put("newcomer_count", room.came())
        .put("change_count", room.changed())
        .put("difference_count", room.count());
    room.leftOut().forEach(json.putObject("left_out_by")::put);
    ArrayNode newcomers = json.putArray("newcomers");
    room.newcomers().forEach(newcomers::add);
    ArrayNode changes = json.putArray("changes");
    room.changes().forEach(c -> change(changes.addObject(), c));
    differences(json.putArray("differences"), room.differences());
  }

  private static void change(ObjectNode json, Change change) {
    json.put("kind", change.kind().word())
        .put("what", change.what())
        .put("now", change.now())
        .put("by", change.by())
        .put("sentence", change.sentence());
  }

  private static void differences(ArrayNode json, List<Difference> differences) {
    for (Difference difference : differences) {
      json.addObject()
          .put("kind", difference.kind().word())
          .put("what", difference.what())
          .put("expected", difference.expected())
          .put("found", difference.found())
          .put("by", difference.by())
          .put("sentence", difference.sentence());
    }
  }
}
