package org.ferry.report;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.ferry.migrate.plan.Plan.RoomClass;
import org.ferry.migrate.verify.Change;
import org.ferry.migrate.verify.Difference;
import org.ferry.migrate.verify.VerifyReport.RoomVerdict;
import org.ferry.report.Contents.RoomLine;
import org.jspecify.annotations.Nullable;

/** What is said room by room. */
final class RoomSections {
  /** Lines of one room that a person would still read. */
  private static final int SHOWN = 50;

  private final Contents contents;
  private final Words words;
  private final Html html;
  private final Told told;

  RoomSections(Contents contents, Words words, Html html) {
    this.contents = contents;
    this.words = words;
    this.html = html;
    this.told = new Told(words);
  }

  /** Each room: where it was, where it is, what is in it, whether it is as it was. */
  void rooms() {
    if (contents.rooms().isEmpty()) {
      html.element("p", words.of("rooms.none"));
    } else {
      html.element("p", words.of("rooms.caption"));
    }
    for (RoomClass kind : RoomClass.values()) {
      List<RoomLine> rooms = contents.rooms().stream().filter(r -> r.kind() == kind).toList();
      if (!rooms.isEmpty()) {
        String title = words.of("kind." + kind.name().toLowerCase(Locale.ROOT));
        html.element("h3", title);
        table(title, rooms);
      }
    }
  }

  private void table(String title, List<RoomLine> rooms) {
    html.raw("<div class=\"wide\"><table>").element("caption class=\"unseen\"", title);
    html.raw("<thead><tr>");
    for (String column : List.of("room.name", "room.was", "room.is")) {
      html.element("th scope=\"col\"", words.of(column));
    }
    html.element("th scope=\"col\" class=\"n\"", words.of("room.messages"));
    html.element("th scope=\"col\"", words.of("room.period"));
    html.element("th scope=\"col\" class=\"n\"", words.of("room.members"));
    html.element("th scope=\"col\"", words.of("room.result")).raw("</tr></thead><tbody>\n");
    rooms.forEach(this::row);
    html.raw("</tbody></table></div>\n");
  }

  private void row(RoomLine room) {
    html.raw("<tr><th scope=\"row\">").name(room.name()).raw("</th><td>").name(room.old());
    html.raw("</td><td>");
    if (room.alias() != null) {
      html.link(Links.to(room.alias(), null), room.alias());
    } else if (room.target() != null) {
      html.link(Links.to(room.target().value(), contents.domain()), room.target().value());
    }
    html.raw("</td>").element("td class=\"n\"", words.number(room.messages()));
    html.element(
        "td",
        room.first() == null || room.last() == null
            ? ""
            : words.day(room.first()) + " – " + words.day(room.last()));
    html.element("td class=\"n\"", words.number(room.members())).raw("<td>");
    result(room, room.verdict());
    html.raw("</td></tr>\n");
  }

  private void result(RoomLine room, @Nullable RoomVerdict verdict) {
    if (verdict == null) {
      tag("note", words.of("room.result.unknown"));
    } else if (room.target() == null) {
      tag("note", words.of("room.result.waiting"));
    } else if (verdict.count() > 0) {
      tag("bad", words.of("n.differences", verdict.count()));
    } else {
      String how = room.shell() ? "note" : "good";
      tag(how, words.of("room.result." + (room.shell() ? "shell" : "good")));
    }
    if (verdict != null) {
      leftOut(verdict);
      aside("room.late", verdict.late());
      aside("room.since", verdict.since());
      aside("room.newcomers", verdict.came());
    }
  }

  /** How much of the room was left out on purpose; why, for who asks. */
  private void leftOut(RoomVerdict verdict) {
    if (verdict.skipped() == 0) {
      return;
    }
    html.raw("<details class=\"soft\">")
        .element("summary", words.of("room.left", verdict.skipped()));
    html.raw("<ul>");
    verdict
        .leftOut()
        .forEach((reason, n) ->
            html.element("li", words.number(n) + " – " + Rules.sentence(words, reason)));
    html.raw("</ul></details>");
  }

  private void tag(String how, String text) {
    html.raw("<span class=\"tag " + how + "\">").text(text).raw("</span>");
  }

  private void aside(String key, long count) {
    if (count > 0) {
      html.raw("<br><span class=\"soft\">").text(words.of(key, count)).raw("</span>");
    }
  }

  /** What is not as it was. */
  void differences() {
    if (contents.verified().differencesOfCarried() == 0) {
      html.element("p", words.of("differences.none"));
      return;
    }
    html.element("p", words.of("differences.text"));
    List<Difference> general = contents.verified().general();
    if (contents.verified().generalCount() > 0) {
      html.element("h3", words.of("differences.general"));
      list(general, contents.verified().generalCount(), told::of);
    }
    each(v -> v.target() != null && v.count() > 0, v -> list(v.differences(), v.count(), told::of));
  }

  /** What people changed after the move. */
  void since() {
    List<Change> general = contents.verified().changes();
    boolean any = verdicts(v -> v.changed() > 0) || !general.isEmpty();
    html.element("p", words.of(any ? "since.text" : "since.none"));
    Function<Change, String> sentence = told::of;
    if (!general.isEmpty()) {
      html.element("h3", words.of("differences.general"));
      list(general, contents.verified().changedCount(), sentence);
    }
    each(v -> v.changed() > 0, v -> list(v.changes(), v.changed(), sentence));
  }

  /** What came after events that follow it. */
  void late() {
    boolean any = verdicts(v -> v.late() > 0);
    html.element("p", words.of(any ? "late.text" : "late.none"));
    if (any) {
      html.raw("<ul>");
      for (RoomLine room : contents.rooms()) {
        RoomVerdict verdict = room.verdict();
        if (verdict != null && verdict.late() > 0) {
          html.element(
              "li", words.of("late.room", room.name(), words.of("n.events", verdict.late())));
        }
      }
      html.raw("</ul>\n");
    }
  }

  private boolean verdicts(Predicate<RoomVerdict> which) {
    return contents.verified().rooms().stream().anyMatch(which);
  }

  private void each(Predicate<RoomVerdict> which, Consumer<RoomVerdict> then) {
    for (RoomLine room : contents.rooms()) {
      RoomVerdict verdict = room.verdict();
      if (verdict != null && which.test(verdict)) {
        html.raw("<h3>").name(room.name()).raw("</h3>\n");
        then.accept(verdict);
      }
    }
  }

  private <T> void list(List<T> items, long count, Function<T, String> sentence) {
    html.folded(
        items, SHOWN, rest -> words.of("more", rest), item -> html.name(sentence.apply(item)));
    if (count > items.size()) {
      html.element("p", words.of("differences.more", count - items.size()));
    }
  }
}
