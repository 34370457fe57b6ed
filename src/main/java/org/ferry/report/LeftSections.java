package org.ferry.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.ferry.migrate.Standing;
import org.ferry.report.Contents.Cleared;
import org.ferry.report.Contents.ForeignRoom;
import org.ferry.report.Contents.LeftRoom;
import org.ferry.report.Contents.Reach;
import org.jspecify.annotations.Nullable;

/** What was left behind and why, what lives elsewhere, and who can read more than before. */
final class LeftSections {
  /** What a person would still read; the rest is folded away. */
  private static final int SHOWN = 50;

  /** What the plan gives as the reason of a room that it leaves out, and what people are told. */
  private static final List<Map.Entry<String, String>> SKIPPED =
      List.of(
          Map.entry("rooms.encrypted: skip", "left.encrypted"),
          Map.entry("rooms.direct: skip", "left.direct"),
          Map.entry("rooms.reuse: skip", "left.reuse"),
          Map.entry("the source holds no event of it", "left.empty"),
          Map.entry("rooms.deserted: skip", "left.deserted"),
          Map.entry("(rooms.", "left.plan"));

  private final Contents contents;
  private final Words words;
  private final Html html;
  private final Reasons reasons;

  LeftSections(Contents contents, Words words, Html html) {
    this.contents = contents;
    this.words = words;
    this.html = html;
    this.reasons = new Reasons(words, html);
  }

  /** Everything that was not carried, grouped, with the reason in plain words. */
  void left() {
    Map<String, Long> rules = rules();
    boolean nothing =
        contents.left().isEmpty()
            && contents.leftPeople().isEmpty()
            && rules.isEmpty()
            && contents.standing().failures().isEmpty()
            && contents.standing().left().isEmpty()
            && contents.problems().isEmpty();
    if (nothing) {
      html.element("p", words.of("left.none"));
      return;
    }
    failures("left.failed", contents.standing().failures(), failed(contents.standing()));
    left("left.invited", "invitation"::equals);
    left("left.unlisted", "directory"::equals);
    left("left.others", "alias"::equals);
    rooms();
    people();
    events(rules);
    problems();
  }

  private void people() {
    if (!contents.leftPeople().isEmpty()) {
      html.element("h3", words.of("left.people"));
      html.element("p", words.of("left.people.text", contents.leftPeople().size()));
      list(contents.leftPeople(), html::name);
    }
  }

  /** What was left as it is, of one kind: nothing of the history is missing for it. */
  private void left(String title, Predicate<String> kind) {
    List<Standing.Failure> left =
        contents.standing().left().stream().filter(l -> kind.test(l.kind())).toList();
    failures(title, left, left.size());
  }

  /** What failed, or the names that lead elsewhere and were left to that. */
  private void failures(String title, List<Standing.Failure> failures, long all) {
    if (failures.isEmpty()) {
      return;
    }
    html.element("h3", words.of(title)).element("p", words.of(title + ".text"));
    list(
        failures,
        failure -> {
          boolean inRoom = failure.where() != null && !failure.kind().equals("alias");
          String where = inRoom ? roomName(failure.where()) : failure.what();
          html.text(words.of("left.failed." + failure.kind(), where) + ": ");
          reasons.write(told(failure));
          html.raw(" <span class=\"soft\">").name(failure.what());
          html.raw("</span>");
        });
    long more = all - failures.size();
    if (more > 0) {
      html.element("p", words.of("left.failed.more", more));
    }
  }

  /** How much failed, listed or not. */
  private static long failed(Standing standing) {
    return standing.failed().values().stream().mapToLong(n -> n).sum();
  }

  /** Of a setting only its kind: its name, and the request in the reason, are its owner's own. */
  private static String told(Standing.Failure failure) {
    return failure.kind().equals("setting") ? failure.reason().split(" ", 2)[0] : failure.reason();
  }

  private String roomName(@Nullable String id) {
    return contents.verified().rooms().stream()
        .filter(r -> r.old().value().equals(id))
        .map(r -> r.name())
        .findFirst()
        .orElse(String.valueOf(id));
  }

  private void rooms() {
    if (contents.left().isEmpty()) {
      return;
    }
    html.element("h3", words.of("left.rooms"));
    Map<String, List<LeftRoom>> groups = new LinkedHashMap<>();
    for (LeftRoom room : contents.left()) {
      groups.computeIfAbsent(why(room), k -> new ArrayList<>()).add(room);
    }
    groups.forEach((why, group) -> {
      html.element("p", words.of(why));
      list(
          group,
          room -> {
            html.name(room.name()).raw(" <span class=\"soft\">").name(room.old());
            if (why.equals("left.open")) {
              html.raw(": <span lang=\"en\">").name(room.reason()).raw("</span>");
            }
            html.raw("</span>");
          });
    });
  }

  /** A line that Ferry proposed names the key of the configuration; others are somebody's own. */
  private static String why(LeftRoom room) {
    if (room.open()) {
      return "left.open";
    }
    for (Map.Entry<String, String> known : SKIPPED) {
      if (room.reason().contains(known.getKey())) {
        return known.getValue();
      }
    }
    return "left.hand";
  }

  /** Rules that people would not tell apart are one line. */
  private Map<String, Long> rules() {
    Map<String, Long> rules = new TreeMap<>();
    if (contents.verified().whole()) {
      // The figures of the comparison, as everywhere else on the page.
      contents
          .verified()
          .account()
          .leftOut()
          .forEach((reason, n) -> rules.merge(Rules.sentence(words, reason), n, Long::sum));
      return rules;
    }
    contents
        .standing()
        .skipped()
        .forEach((reason, n) -> rules.merge(Rules.sentence(words, reason), n, Long::sum));
    contents
        .merged()
        .forEach((reason, n) -> rules.merge(Rules.sentence(words, reason), n, Long::sum));
    return rules;
  }

  private void events(Map<String, Long> rules) {
    if (rules.isEmpty()) {
      return;
    }
    html.element("h3", words.of("left.events"));
    html.raw("<div class=\"wide\"><table>").element("caption", words.of("left.events.text"));
    html.raw("<thead><tr>").element("th scope=\"col\"", words.of("left.events.why"));
    html.element("th scope=\"col\" class=\"n\"", words.of("left.events.count"));
    html.raw("</tr></thead><tbody>\n");
    rules.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .forEach(rule -> {
          html.raw("<tr>").element("th scope=\"row\"", rule.getKey());
          html.element("td class=\"n\"", words.number(rule.getValue())).raw("</tr>\n");
        });
    html.raw("</tbody></table></div>\n");
  }

  private void problems() {
    if (contents.problems().isEmpty()) {
      return;
    }
    html.element("h3", words.of("left.problems"));
    list(
        contents.problems(),
        p -> {
          html.raw("<span lang=\"en\">").name(p.where()).raw(": ").name(p.what()).raw("; ");
          html.name(p.remedy()).raw("</span>");
        });
  }

  /** The rooms of other servers, with links. */
  void foreign() {
    boolean none = contents.foreign().isEmpty();
    html.element("p", words.of(none ? "foreign.none" : "foreign.text"));
    list(contents.foreign(), this::foreign);
  }

  private void foreign(ForeignRoom room) {
    String via = room.address().startsWith("#") ? null : room.via();
    html.name(room.name()).raw(" – ");
    html.link(Links.to(room.address(), via), room.address());
  }

  /** Who can see and read more than before. */
  void reach() {
    if (contents.readMore().isEmpty()
        && contents.appended().isEmpty()
        && contents.shown().isEmpty()
        && contents.cleared().isEmpty()) {
      html.element("p", words.of("reach.none"));
    }
    reach("reach.read", contents.readMore());
    reach("reach.appended", contents.appended());
    cleared();
    reach("reach.shown", contents.shown());
  }

  private void cleared() {
    if (!contents.cleared().isEmpty()) {
      html.element("p", words.of("reach.cleared", contents.domain()));
      list(contents.cleared(), this::cleared);
    }
  }

  private void cleared(Cleared room) {
    html.text(
        words.of(
            "reach.cleared.room",
            room.name(),
            words.of("n.members", room.members()),
            words.of("n.messages", room.inClear())));
    if (room.placeholders() > 0) {
      html.text(words.of("reach.cleared.without", room.placeholders()));
    }
  }

  private void reach(String key, List<Reach> rooms) {
    if (!rooms.isEmpty()) {
      html.element("p", words.of(key));
      list(
          rooms,
          r -> html.text(words.of(key + ".room", r.name(), words.of("n.members", r.members()))));
    }
  }

  private <T> void list(List<T> items, Consumer<T> each) {
    html.folded(items, SHOWN, rest -> words.of("more", rest), each);
  }
}
