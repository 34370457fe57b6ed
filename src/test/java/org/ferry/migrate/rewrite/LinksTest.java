package org.ferry.migrate.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.ferry.id.EventId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinksTest {
  private final Stage stage = new Stage();

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      quoteCharacter = '`',
      value = {
        "https://matrix.to/#/@alice:old.org https://matrix.to/#/@old_alice:new.org",
        "Https://Matrix.to/#/@alice:old.org Https://Matrix.to/#/@old_alice:new.org",
        "https://matrix.to/#/%40alice%3Aold.org https://matrix.to/#/%40old_alice%3Anew.org",
        "https://matrix.to/#/#hall:old.org https://matrix.to/#/#hall:new.org",
        "https://matrix.to/#/%23hall%3Aold.org https://matrix.to/#/%23hall%3Anew.org",
        "https://matrix.to/#/#hall:old.org/$there https://matrix.to/#/#hall:new.org/$new_there",
        "https://matrix.to/#/!room:old.org https://matrix.to/#/!new:new.org?via=new.org",
        "https://matrix.to/#/!room:old.org/$there?via=old.org&via=x.org"
            + " https://matrix.to/#/!new:new.org/$new_there?via=new.org",
        "https://matrix.to/#/!room:old.org/$v3/with+slash"
            + " https://matrix.to/#/!new:new.org/$new_v3/with+slash?via=new.org",
        "https://matrix.to/#/!room%3Aold.org/%24there?via=old.org"
            + " https://matrix.to/#/%21new%3Anew.org/%24new_there?via=new.org",
        "https://matrix.to/#/!other:old.org/$elsewhere"
            + " https://matrix.to/#/!v12hash/$new_elsewhere?via=new.org",
        "https://matrix.to/#/!room:old.org/$unheard https://matrix.to/#/!new:new.org?via=new.org",
        "https://matrix.to/#/!room:old.org/$redacted https://matrix.to/#/!new:new.org?via=new.org",
        "matrix:u/alice:old.org?action=chat matrix:u/old_alice:new.org?action=chat",
        "matrix:r/hall:old.org?action=join matrix:r/hall:new.org?action=join",
        "matrix:roomid/room:old.org/e/there?via=old.org&action=join"
            + " matrix:roomid/new:new.org/e/new_there?action=join&via=new.org",
        "matrix:roomid/room:old.org/event/v3%2Fwith%2Bslash"
            + " matrix:roomid/new:new.org/e/new_v3%2Fwith%2Bslash?via=new.org",
      })
  void pointsLinksAtTheOtherSide(String old, String changed) {
    assertThat(stage.text("see " + old + " there")).isEqualTo("see " + changed + " there");
    String escaped = changed.replace("&", "&amp;");
    assertThat(stage.html("<a href=\"" + old.replace("&", "&amp;") + "\">x</a>"))
        .isEqualTo("<a href=\"" + escaped + "\">x</a>");
    assertThat(stage.html("<A HREF = '" + old + "'>x</A>"))
        .isEqualTo("<A HREF = '" + escaped + "'>x</A>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://matrix.to/#/@stranger:third.org",
        "https://matrix.to/#/#nowhere:old.org",
        "https://matrix.to/#/!left:old.org/$there?via=old.org",
        "https://matrix.to/#/!later:old.org",
        "https://matrix.to/#/%4",
        "https://matrix.to/#/%40al%zzice%3Aold.org",
        "https://matrix.to/#/",
        "https://matrix.to/#/@",
        "https://matrix.to/#/!",
        "https://matrix.to/#//$there",
        "https://matrix.to.evil.org/#/@alice:old.org",
        "https://example.org/?u=@alice:old.org",
        "matrix:u/",
        "matrix:x/alice:old.org",
        "formatrix:u/alice:old.org",
        "@alice:old.org",
        "!room:old.org",
      })
  void leavesAloneWhatItDoesNotKnow(String link) {
    assertThat(stage.text(link)).isEqualTo(link);
    assertThat(stage.html("<a href=\"" + link + "\">" + link + "</a>"))
        .isEqualTo("<a href=\"" + link + "\">" + link + "</a>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {".", ",", "?", "!", ":", "...", ")", "]", ">", "\"", "'", "**", "`", "?!", ")."})
  void keepsThePunctuationAfterALink(String tail) {
    assertThat(stage.text("(https://matrix.to/#/@alice:old.org" + tail))
        .isEqualTo("(https://matrix.to/#/@old_alice:new.org" + tail);
    assertThat(stage.text("https://matrix.to/#/!room:old.org?via=old.org" + tail))
        .isEqualTo("https://matrix.to/#/!new:new.org?via=new.org" + tail);
  }

  @Test
  void readsMarkdownLinks() {
    assertThat(stage.text("[Alice](https://matrix.to/#/@alice:old.org): hello"))
        .isEqualTo("[Alice](https://matrix.to/#/@old_alice:new.org): hello");
  }

  @Test
  void readsLinksInTheVisibleTextOfHtml() {
    assertThat(
            stage.html(
                "&lt;https://matrix.to/#/!room:old.org/$there?via=a&amp;via=b&gt;"
                    + " <b>https://matrix.to/#/@bob:old.org</b>"))
        .isEqualTo(
            "&lt;https://matrix.to/#/!new:new.org/$new_there?via=new.org&gt;"
                + " <b>https://matrix.to/#/@bob:new.org</b>");
  }

  @Test
  void readsTheQuotationOfAReply() {
    assertThat(
            stage.html(
                "<mx-reply><blockquote><a href=\"https://matrix.to/#/!room:old.org/$there\">In"
                    + " reply to</a> <a href=\"https://matrix.to/#/@bob:old.org\">Bob</a><br>hi"
                    + "</blockquote></mx-reply>ho"))
        .contains("https://matrix.to/#/!new:new.org/$new_there?via=new.org\"")
        .contains("https://matrix.to/#/@bob:new.org\"")
        .doesNotContain("old.org");
  }

  @Test
  void translatesPicturesInHtmlHoweverTheyAreQuoted() {
    assertThat(
            stage.html(
                "<img data-mx-emoticon src=\"mxc://old.org/pic\" alt=':a:'>"
                    + "<img src='mxc://old.org/thumb'><img src=mxc://old.org/pic>"
                    + "<img src=\"mxc://old.org/gone\"><img src=\"mxc://third.org/x\">"
                    + "<img src=\"mxc://old.org/../../pic\"><img src=\"https://x.org/a.png\">"))
        .isEqualTo(
            "<img data-mx-emoticon src=\"mxc://new.org/PIC\" alt=':a:'>"
                + "<img src='mxc://new.org/THUMB'><img src=\"mxc://new.org/PIC\">"
                + "<img src=\"mxc://old.org/gone\"><img src=\"mxc://third.org/x\">"
                + "<img src=\"mxc://old.org/../../pic\"><img src=\"https://x.org/a.png\">");
  }

  @Test
  void neverEndsAnAttributeTooEarly() {
    assertThat(stage.html("<a href='https://matrix.to/#/#it%27s:old.org'>x</a>"))
        .isEqualTo("<a href='https://matrix.to/#/%23it%27s%3Anew.org'>x</a>");
    assertThat(stage.html("<a href=\"https://matrix.to/#/#it's:old.org\">x</a>"))
        .isEqualTo("<a href=\"https://matrix.to/#/#it's:new.org\">x</a>");
  }

  @Test
  void translatesNothingTwice() {
    stage.known.users.put(
        new org.ferry.id.UserId("@old_alice:new.org"), new org.ferry.id.UserId("@wrong:new.org"));
    String link = "https://matrix.to/#/@alice:old.org";
    assertThat(stage.html("<a href=\"" + link + "\">" + link + "</a>"))
        .doesNotContain("wrong")
        .containsPattern("@old_alice:new.org\">https://matrix.to/#/@old_alice:new.org<");
  }

  @Test
  void waitsForALinkedEventOfAnotherRoomButNeverOfItsOwn() {
    String elsewhere = "{'body':'https://matrix.to/#/!other:old.org/$pendingother'}";
    assertThat(stage.rewrite("m.room.message", elsewhere))
        .isEqualTo(new Rewritten.Await(Known.OTHER, new EventId("$pendingother")));
    assertThat(stage.message("{'body':'https://matrix.to/#/!room:old.org/$pending'}"))
        .isEqualTo("{'body':'https://matrix.to/#/!new:new.org?via=new.org'}");
    stage.room = Stage.V10.withoutWaiting();
    assertThat(stage.message(elsewhere))
        .isEqualTo("{'body':'https://matrix.to/#/!v12hash?via=new.org'}");
    stage.room = Stage.V10.atTheEnd();
    assertThat(stage.rewrite("m.room.message", elsewhere)).isInstanceOf(Rewritten.Send.class);
  }
}
