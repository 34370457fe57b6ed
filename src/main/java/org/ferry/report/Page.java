package org.ferry.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.verify.VerifyReport;

/** The page as a whole: its head, its order, what stands above everything. */
final class Page {
  private static final List<String> SECTIONS =
      List.of(
          "summary",
          "before",
          "rooms",
          "differences",
          "left",
          "foreign",
          "late",
          "since",
          "reach",
          "checked");

  private final Contents contents;
  private final Words words;
  private final Html html = new Html();

  Page(Contents contents, Words words) {
    this.contents = contents;
    this.words = words;
  }

  /** The page. */
  String html() {
    String title = words.of("title", contents.server(), contents.domain());
    head(title);
    html.raw("<a class=\"skip\" href=\"#summary\">").text(words.of("skip")).raw("</a>\n<header>");
    html.element("h1", title);
    html.raw("<p class=\"soft\">")
        .text(words.of("lead", words.moment(contents.made())))
        .raw("</p></header>\n<main>\n");
    verdict();
    table();
    RoomSections rooms = new RoomSections(contents, words, html);
    LeftSections left = new LeftSections(contents, words, html);
    for (String section : SECTIONS) {
      html.raw("<section id=\"" + section + "\">\n");
      html.element("h2", words.of(section));
      switch (section) {
        case "summary" -> summary();
        case "before" -> before();
        case "rooms" -> rooms.rooms();
        case "differences" -> rooms.differences();
        case "late" -> rooms.late();
        case "since" -> rooms.since();
        case "left" -> left.left();
        case "foreign" -> left.foreign();
        case "reach" -> left.reach();
        default -> checked();
      }
      html.raw("</section>\n");
    }
    html.raw("</main>\n<footer>").text(words.of("checked.names")).raw("</footer>\n");
    return html.raw("</body></html>\n").toString();
  }

  /** Nothing may be fetched from anywhere, whatever a name may contain. */
  private void head(String title) {
    html.raw("<!DOCTYPE html>\n<html lang=\"" + words.language() + "\"><head>");
    html.raw("<meta charset=\"utf-8\">");
    html.raw(
        "<meta http-equiv=\"Content-Security-Policy\""
            + " content=\"default-src 'none'; style-src 'unsafe-inline'\">");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    html.raw("<meta name=\"referrer\" content=\"no-referrer\">");
    html.element("title", title).raw("<style>").raw(style()).raw("</style></head>\n<body>\n");
  }

  private static String style() {
    try (InputStream in = Page.class.getResourceAsStream("/report/report.css")) {
      if (in == null) {
        throw new IllegalStateException("/report/report.css is missing from this build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void verdict() {
    long differences = contents.verified().differencesOfCarried();
    int unbegun = contents.verified().unbegun().size();
    boolean whole = contents.verified().whole();
    String how = differences > 0 ? "bad" : !whole ? "stopped" : unbegun > 0 ? "part" : "good";
    html.raw(
        "<div class=\"verdict "
            + (how.equals("part") || !whole ? "note" : how)
            + "\" role=\"status\"><strong>");
    html.text(words.of(how, differences)).raw("</strong>");
    if (differences > 0 && !whole) {
      html.element("p", words.of("stopped"));
    }
    html.element("p", words.of(how + ".more"));
    if (unbegun > 0) {
      html.element("p", words.of("n.unbegun", unbegun));
    }
    html.element("p", words.of("good.left", words.of("left"))).raw("</div>\n");
  }

  private void table() {
    html.raw("<nav aria-label=\"").text(words.of("contents")).raw("\"><ul>");
    for (String section : SECTIONS) {
      html.raw("<li><a href=\"#" + section + "\">").text(words.of(section)).raw("</a></li>");
    }
    html.raw("</ul></nav>\n");
  }

  private void summary() {
    var period = contents.rooms().stream().filter(r -> r.first() != null).toList();
    String span =
        period.isEmpty()
            ? ""
            : words.of(
                "summary.period",
                words.day(
                    period.stream()
                        .map(r -> Objects.requireNonNull(r.first()))
                        .min(Instant::compareTo)
                        .orElseThrow()),
                words.day(
                    period.stream()
                        .map(r -> Objects.requireNonNull(r.last()))
                        .max(Instant::compareTo)
                        .orElseThrow()));
    html.element(
        "p",
        words.of(
            "summary.text",
            contents.server(),
            words.of("n.people", carriedPeople()),
            words.of("n.rooms", carriedRooms()),
            words.of("n.messages", carriedMessages()),
            words.of("n.files", carriedFiles()),
            contents.space(),
            span));
    html.element(
        "p",
        words
            .of(
                "summary.people",
                people(Plan.PersonAction.GHOST),
                people(Plan.PersonAction.MAP),
                people(Plan.PersonAction.SKIP),
                people(Plan.PersonAction.ACCOUNT))
            .strip());
  }

  private long people(Plan.PersonAction action) {
    return contents.people().getOrDefault(action, 0L);
  }

  private long carriedPeople() {
    return contents.standing().people().getOrDefault("ready", 0L);
  }

  private long carriedFiles() {
    return contents.standing().media().getOrDefault("carried", 0L);
  }

  private long carriedRooms() {
    return contents.rooms().stream().filter(r -> r.target() != null).count();
  }

  private long carriedMessages() {
    return contents.rooms().stream().mapToLong(Contents.RoomLine::messages).sum();
  }

  private void before() {
    html.raw("<div class=\"wide\"><table>");
    html.element("caption", words.of("before.caption", words.day(contents.loaded())));
    html.raw("<thead><tr>");
    html.element("th scope=\"col\"", words.of("before.what"));
    html.element("th scope=\"col\" class=\"n\"", words.of("before.old"));
    html.element("th scope=\"col\" class=\"n\"", words.of("before.new"));
    html.element("th scope=\"col\"", words.of("before.why")).raw("</tr></thead><tbody>\n");
    Contents.Before before = contents.before();
    row("people", before.people(), carriedPeople());
    row("rooms", before.rooms(), carriedRooms());
    row("messages", before.messages(), carriedMessages());
    row("files", before.files(), carriedFiles());
    html.raw("</tbody></table></div>\n");
    entries(contents.verified().account());
  }

  /** Where every entry of the old server is; the figures add up. */
  private void entries(VerifyReport.Account account) {
    html.raw("<div class=\"wide\"><table>").element("caption", words.of("entries"));
    html.raw("<tbody>\n");
    entries("total", account.total());
    entries("carried", account.carried());
    entries("messages", account.messages());
    entries("left", account.skipped());
    entries("elsewhere", account.elsewhere());
    entries("failed", account.failed());
    entries("waiting", account.waiting());
    html.raw("</tbody></table></div>\n");
  }

  private void entries(String what, long count) {
    html.raw("<tr>").element("th scope=\"row\"", words.of("entries." + what, words.of("left")));
    html.element("td class=\"n\"", words.number(count)).raw("</tr>\n");
  }

  private void row(String what, long before, long after) {
    html.raw("<tr>").element("th scope=\"row\"", words.of("before." + what));
    html.element("td class=\"n\"", words.number(before));
    html.element("td class=\"n\"", words.number(after));
    String why = before == after ? "" : words.of("before." + what + ".why", words.of("left"));
    html.element("td", why).raw("</tr>\n");
  }

  private void checked() {
    var verified = contents.verified();
    html.raw("<ul>");
    html.element("li", words.of("checked.dump", contents.dump(), words.moment(contents.loaded())));
    html.element(
        "li",
        words.of(
            verified.count().again() ? "checked.count.again" : "checked.count.stored",
            words.of("n.events", verified.count().events()),
            words.of("n.rooms", verified.count().rooms())));
    if (!verified.count().same()) {
      html.element(
          "li", words.of("checked.other", words.of("n.events", verified.count().notLoaded())));
    }
    html.element("li", words.of("checked.events", words.of("n.events", verified.found())));
    html.element(
        "li", words.of("checked.files", verified.files().compared(), verified.files().fromStore()));
    html.raw("</ul>\n");
  }
}
