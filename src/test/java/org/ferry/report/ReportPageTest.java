package org.ferry.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.swing.text.html.HTML;
import javax.swing.text.html.HTMLEditorKit;
import javax.swing.text.html.parser.ParserDelegator;
import org.ferry.id.RoomId;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.Standing;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.verify.Change;
import org.ferry.migrate.verify.Difference;
import org.ferry.migrate.verify.Difference.Kind;
import org.ferry.migrate.verify.VerifyReport;
import org.ferry.migrate.verify.VerifyReport.RoomVerdict;
import org.ferry.report.Contents.ForeignRoom;
import org.ferry.report.Contents.LeftRoom;
import org.ferry.report.Contents.Reach;
import org.ferry.report.Contents.RoomLine;
import org.ferry.source.Problem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The page, read back as a browser would, with contents that want to be markup. */
class ReportPageTest {
  private static final String EVIL = "<script>alert(1)</script>\"'><img src=x onerror=y>\u202egpj";
  private static final String SECRET = "meet me at the old mill";
  private static final RoomId OLD = new RoomId("!old:old.org");
  private static final RoomId NEW = new RoomId("!new:new.org");
  private static final Instant THEN = Instant.parse("2019-05-04T10:00:00Z");

  @Test
  void namesNeverBecomeMarkup() {
    for (String language : Words.LANGUAGES) {
      String page = page(EVIL, language, differences());
      assertThat(page)
          .doesNotContain("<script", "<img", "\u202e", "onerror=y>")
          .contains("&lt;script&gt;alert(1)&lt;/script&gt;");
      Read read = Read.of(page);
      assertThat(read.tags).doesNotContain("script", "img", "iframe", "object", "form");
      assertThat(read.text).contains("<script>alert(1)</script>");
    }
  }

  @Test
  void itAsksNobodyForAnything() {
    String page = page("Garden", "en", differences());
    Read read = Read.of(page);
    assertThat(read.tags).doesNotContain("link", "base");
    assertThat(page).doesNotContain("src=", "@import", "url(").contains("default-src 'none'");
    assertThat(read.links)
        .isNotEmpty()
        .allSatisfy(l -> assertThat(l).matches("#[a-z]+|https://matrix\\.to/#/[A-Za-z0-9%.?=_-]+"));
  }

  @Test
  void noTextOfAMessageIsInIt() {
    assertThat(page("Garden", "en", differences())).doesNotContain(SECRET);
    assertThat(page("Garden", "fr", differences())).doesNotContain(SECRET);
  }

  @Test
  void ofWhatPeopleKeepOnlyOwnerAndKindAreTold() {
    assertThat(Read.of(page("Garden", "en", differences())).text)
        .contains(
            "A setting of a person is another than before: @bob:new.org: rule",
            "A setting of a person could not be moved: @bob:new.org: email",
            "Not moved yet: @bob:new.org: tag",
            "A setting of @carol:new.org: push");
  }

  @Test
  void aPersonFindsEverySection() {
    Read read = Read.of(page("Garden", "en", differences()));
    assertThat(read.headings)
        .containsExactly(
            "From old.org to new.org",
            "In short",
            "Before and after",
            "The rooms",
            "Differences",
            "What was not moved, and why",
            "Rooms of other servers",
            "What came late",
            "What people changed afterwards",
            "Who can read what now",
            "How it was checked");
    assertThat(read.text)
        .contains("There are 6 differences", "1,234")
        .contains("The setting “name” is another than before. (by @eve:new.org)")
        .contains("@bob:new.org should be: a member; is: gone")
        .contains("The setting “topic” was changed by @carol:new.org.")
        .contains("A setting of @bob:new.org is not as it was set any more: tag (whoever uses")
        .contains("Garden: 2 entries", "and 4 more, which are counted", "4 May 2019")
        .contains("Garden (@gone:old.org)", "and 1,001 more, which are counted here")
        .contains("The new server did not allow it. 403 M_FORBIDDEN no, Garden")
        .contains("Encrypted messages. The old server never knew what they say.")
        .contains("Nobody of the old server was in these rooms any more.");
  }

  @Test
  void whyARoomWasLeftOutIsSaidOfEachByWhatThePlanSays() {
    assertThat(Read.of(page("Garden", "en", List.of())).text)
        .containsPattern("Nobody of the old server was in these[^!]*!gone:old.org")
        .containsPattern("database holds nothing of these any more[^!]*!bare:old.org")
        .containsPattern("left these out in the plan, by hand[^!]*!hand:old.org")
        .containsPattern("Nobody has decided yet[^!]*!open:old.org: two rooms could be meant");
  }

  /** The headline says that everything arrived, and nothing of the history is missing. */
  @Test
  void aMemberWhoCouldNotBeInvitedIsNothingThatCouldNotBeMoved() {
    String text = Read.of(page("Garden", "en", List.of())).text;
    assertThat(text).containsPattern("(?s)Invitations that could not be sent.*@far:far.org");
    int failed = text.indexOf("What could not be moved");
    int invited = text.indexOf("Invitations that could not be sent");
    assertThat(text.substring(failed, invited)).doesNotContain("An invitation into");
  }

  @Test
  void everyEntryIsAccountedFor() {
    assertThat(Read.of(page("Garden", "en", List.of())).text)
        .contains("What became of every entry of the old server")
        .containsPattern("Entries of the old server\\s*20\\s*Moved\\s*9\\s*of these, messages\\s*6")
        .containsPattern("Left out on purpose, by the rules listed under “[^”]*”\\s*3")
        .containsPattern("In rooms that the plan leaves out\\s*8")
        .contains("3 entries left out on purpose", "1 – The entry that makes a room.");
    assertThat(Read.of(page("Jardin", "fr", List.of())).text)
        .contains("3 entrées laissées volontairement")
        .containsPattern("Entrées de l’ancien serveur\\s*20\\s*Déménagées\\s*9");
  }

  @Test
  void itSpeaksFrench() {
    String page = page("Jardin", "fr", differences());
    assertThat(page).contains("<html lang=\"fr\">");
    assertThat(Read.of(page).text)
        .contains("De old.org à new.org", "Il y a 6 différences", "4 mai 2019")
        .contains("Plus personne de l’ancien serveur", "Le nouveau serveur ne l’a pas permis.")
        .doesNotContain("The rooms");
  }

  @Test
  void aGoodEndIsSaidFirst() {
    Read read = Read.of(page("Garden", "en", List.of()));
    assertThat(read.text).contains("Everything arrived").doesNotContain("There are");
  }

  @Test
  void whatWasStoppedIsNotSaidToBeGood() {
    assertThat(Read.of(page("Garden", "en", List.of(), false)).text)
        .contains("The comparison was stopped before everything was compared")
        .doesNotContain("Everything arrived", "No difference was found");
    assertThat(Read.of(page("Garden", "en", differences(), false)).text)
        .contains("There are 6 differences", "The comparison was stopped");
  }

  @Test
  void aPartThatArrivedIsNotCalledADifference() {
    RoomVerdict verdict =
        new RoomVerdict(
            OLD,
            null,
            "Garden",
            0,
            0,
            0,
            0,
            Map.of(),
            0,
            5,
            0,
            List.of(),
            0,
            List.of(),
            0,
            List.of(new Difference(Kind.WAITING, OLD.value(), "a room", null, null)),
            1);
    VerifyReport verified = verified(verdict, true);
    Contents contents = contents("Garden", verdict, verified);
    assertThat(Read.of(new Page(contents, new Words("en")).html()).text)
        .contains("What was moved is as it was", "One room of the plan has not been moved yet")
        .contains("Addresses that lead elsewhere")
        .doesNotContain("There is one difference", "Everything arrived");
    assertThat(Read.of(new Page(contents, new Words("fr")).html()).text)
        .contains("Un salon du plan n’a pas encore été déménagé");
  }

  @Test
  void tablesAreReadAloudWell() {
    String page = page("Garden", "en", differences());
    assertThat(page.split("<table>", -1)).hasSameSizeAs(page.split("<caption", -1));
    assertThat(page.split("<th ", -1)).hasSameSizeAs(page.split("<th scope=", -1));
    assertThat(page)
        .startsWith("<!DOCTYPE html>")
        .contains("@media print", "prefers-color-scheme:dark", "class=\"skip\"");
  }

  private static List<Difference> differences() {
    return List.of(
        new Difference(Kind.CONTENT, "$a", SECRET, SECRET + "!", null),
        new Difference(Kind.STATE, "m.room.name", SECRET, "x", "@eve:new.org"),
        new Difference(Kind.SETTING, "@bob:new.org: rule content " + SECRET, SECRET, "x", null),
        new Difference(Kind.FAILED, "@bob:new.org: email " + SECRET, null, SECRET, null),
        new Difference(Kind.WAITING, "@bob:new.org: tag " + SECRET, SECRET, null, null),
        new Difference(Kind.MEMBERSHIP, "@bob:new.org", "join", "leave", null));
  }

  private static String page(String name, String language, List<Difference> differences) {
    return page(name, language, differences, true);
  }

  private static String page(
      String name, String language, List<Difference> differences, boolean whole) {
    RoomVerdict verdict =
        new RoomVerdict(
            OLD,
            NEW,
            name,
            9,
            9,
            2,
            6,
            Map.of("encrypted", 2L, "never carried: m.room.create", 1L),
            0,
            0,
            1,
            List.of("@new:new.org"),
            1,
            List.of(new Change(Kind.STATE, "m.room.topic", SECRET, "@carol:new.org")),
            5,
            differences,
            differences.size());
    Contents contents = contents(name, verdict, verified(verdict, whole));
    return new Page(contents, new Words(language)).html();
  }

  private static VerifyReport verified(RoomVerdict verdict, boolean whole) {
    return new VerifyReport(
        List.of(verdict),
        new VerifyReport.Unplanned(1, 8),
        new VerifyReport.Files(4, 2),
        new VerifyReport.SecondCount("dump.sql", true, true, 2, 20, 0),
        List.of(),
        0,
        List.of(new Change(Kind.SETTING, "@bob:new.org: tag " + SECRET, null, "@bob:new.org")),
        1,
        whole);
  }

  private static Contents contents(
      String name, @Nullable RoomVerdict verdict, VerifyReport verified) {
    return new Contents(
        "old.org",
        "new.org",
        "#village:new.org",
        Instant.parse("2024-01-02T03:04:05Z"),
        "dump.sql",
        THEN,
        THEN,
        new Contents.Before(4, 3, 1_234, 9),
        standing(name),
        Map.of(Plan.PersonAction.GHOST, 3L, Plan.PersonAction.SKIP, 1L),
        List.of(name + " (@gone:old.org)"),
        List.of(
            new RoomLine(
                name,
                Plan.RoomClass.LOCAL,
                "#" + name + ":old.org",
                NEW,
                null,
                false,
                1_234,
                THEN,
                THEN,
                3,
                verdict)),
        List.of(
            new LeftRoom(name, "!gone:old.org", false, "no member (rooms.deserted: skip)"),
            new LeftRoom(name, "!bare:old.org", false, "the source holds no event of it (rooms."),
            new LeftRoom(name, "!hand:old.org", false, "made here"),
            new LeftRoom(name, "!open:old.org", true, "two rooms could be meant")),
        List.of(new ForeignRoom(name, "!far:far.org", "far.org")),
        Map.of("the same state as before", 1L),
        List.of(new Problem(name, "a row is cut", "it was left out")),
        List.of(new Reach(name, 3, "joined")),
        List.of(new Reach(name, 5, "joined")),
        List.of(new Contents.Cleared(name, 3, 12, 2)),
        List.of(),
        verified);
  }

  private static Standing standing(String name) {
    return new Standing(
        new Crossing(1, 1, "old.org", "new.org", new RoomId("!space:new.org")),
        Map.of("ready", 3L),
        List.of(),
        new Standing.Sums(20, 0, 0, 15, 1, 3, 1, 2),
        Map.of("carried", 4L),
        Map.of("encrypted", 3L, "a rule of tomorrow", 1L),
        Map.of(),
        Map.of("event", 1_007L),
        Stream.concat(
                Stream.of("event", "room", "person", "file", "alias")
                    .map(kind ->
                        new Standing.Failure(
                            kind, "$lost", OLD.value(), "403 M_FORBIDDEN no, " + name)),
                Stream.of(
                    new Standing.Failure("setting", "@carol:new.org", null, "push " + SECRET)))
            .toList(),
        List.of(
            new Standing.Failure("alias", "#lost:old.org", OLD.value(), "it leads elsewhere"),
            new Standing.Failure("invitation", "@far:far.org", OLD.value(), "502 M_UNKNOWN off")));
  }

  /** What a reader of HTML finds in a page. */
  private static final class Read extends HTMLEditorKit.ParserCallback {
    private final List<String> tags = new ArrayList<>();
    private final List<String> links = new ArrayList<>();
    private final List<String> headings = new ArrayList<>();
    private String text = "";
    private boolean heading;

    static Read of(String page) {
      try {
        Read read = new Read();
        // The old parser of the JDK does not know these, and would end the body at them.
        String plain = page.replaceAll("</?(main|section|header|footer|nav|bdi)[^>]*>", "");
        new ParserDelegator().parse(new StringReader(plain), read, true);
        return read;
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    @Override
    public void handleStartTag(
        HTML.Tag tag, javax.swing.text.MutableAttributeSet attributes, int at) {
      tags.add(tag.toString());
      heading = Set.of(HTML.Tag.H1, HTML.Tag.H2).contains(tag);
      if (tag.equals(HTML.Tag.A)) {
        links.add(String.valueOf(attributes.getAttribute(HTML.Attribute.HREF)));
      }
    }

    @Override
    public void handleSimpleTag(
        HTML.Tag tag, javax.swing.text.MutableAttributeSet attributes, int at) {
      tags.add(tag.toString());
    }

    @Override
    public void handleText(char[] data, int at) {
      text += new String(data);
      if (heading) {
        headings.add(new String(data));
        heading = false;
      }
    }
  }
}
