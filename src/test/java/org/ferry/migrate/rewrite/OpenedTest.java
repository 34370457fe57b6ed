package org.ferry.migrate.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.rewrite.Lookups.FileFate;
import org.ferry.migrate.rewrite.Lookups.LinkFate;
import org.ferry.migrate.rewrite.Lookups.Substance;
import org.ferry.migrate.rewrite.Opener.Opened;
import org.ferry.migrate.rewrite.Opener.Reason;
import org.ferry.model.Event;
import org.junit.jupiter.api.Test;

/** What encrypted events become where their room's are opened. */
class OpenedTest {
  private static final String FILE =
      "{'v':'v2','url':'mxc://old.org/%s','key':{'alg':'A256CTR','kty':'oct','k':'%s'},'iv':'i','hashes':{'sha256':'h'}}";

  private final Stage stage = new Stage();
  private final Map<MxcUri, FileFate> clear = new HashMap<>();
  private Opened opened = new Opened.Sealed(Reason.NO_KEY);
  private boolean placeholders = true;
  private String language = "en";
  private RoomContext.Encrypted how = RoomContext.Encrypted.OPENED;

  private Rewritten rewrite(Event event) {
    Lookups lookups =
        new Lookups() {
          @Override
          public java.util.Optional<UserId> user(UserId old) {
            return stage.known.user(old);
          }

          @Override
          public RoomFate room(org.ferry.id.RoomId old) {
            return stage.known.room(old);
          }

          @Override
          public LinkFate event(EventId old) {
            return stage.known.event(old);
          }

          @Override
          public FileFate media(MxcUri old) {
            return stage.known.media(old);
          }

          @Override
          public FileFate opened(SealedFile file) {
            return clear.getOrDefault(file.address(), new FileFate.Elsewhere());
          }

          @Override
          public java.util.Optional<org.ferry.id.RoomAlias> alias(org.ferry.id.RoomAlias old) {
            return stage.known.alias(old);
          }
        };
    RoomContext room =
        new RoomContext(
            "old.org", "new.org", "10", Stage.BOT, Stage.BOT, Set.of(), false, false, false, true,
            "", how);
    return new Rewriter(
            lookups, stage.origin, false, false, new Opening(e -> opened, placeholders, language))
        .rewrite(event, room);
  }

  private static Event sealed(String content) {
    return Stage.event("m.room.encrypted", null, content);
  }

  private void inside(String type, String content) {
    opened = new Opened.Clear(Stage.event(type, null, content), false);
  }

  private Rewritten.Send send(Event event) {
    Rewritten rewritten = rewrite(event);
    assertThat(rewritten).isInstanceOf(Rewritten.Send.class);
    return (Rewritten.Send) rewritten;
  }

  private static String text(Rewritten.Send send) {
    return Stage.sent(send);
  }

  @Test
  void whatIsOpenIsRewrittenLikeAnyEvent() {
    inside(
        "m.room.message",
        "{'msgtype':'m.text','body':'hi','m.mentions':{'user_ids':['@bob:old.org']},'m.relates_to':{'m.in_reply_to':{'event_id':'$there'}}}");
    Rewritten.Send send = send(sealed("{}"));
    assertThat(send.type()).isEqualTo("m.room.message");
    assertThat(text(send)).contains("@bob:new.org").contains("$new_there");
    assertThat(send.content().path(Origin.KEY).path("event_id").asText()).isEqualTo("$this");
    assertThat(send.repairs()).doesNotContain(Placeholder.NOTE);
  }

  @Test
  void anotherPersonsKeyIsNoted() {
    opened =
        new Opened.Clear(
            Stage.event("m.room.message", null, "{'msgtype':'m.text','body':'hi'}"), true);
    assertThat(send(sealed("{}")).repairs()).contains(Rewriter.OTHERS_KEY);
  }

  @Test
  void whereARoomsAreNotOpenedNothingIsEvenTried() {
    how = RoomContext.Encrypted.LEFT;
    inside("m.room.message", "{'msgtype':'m.text','body':'hi'}");
    assertThat(rewrite(sealed("{}"))).isEqualTo(new Rewritten.Skip("encrypted"));
  }

  @Test
  void whatWasTakenBackIsNotOpened() {
    inside("m.room.message", "{'msgtype':'m.text','body':'hi'}");
    assertThat(rewrite(Stage.event("m.room.encrypted", null, "{}", null, "$gone")))
        .isEqualTo(new Rewritten.Skip("redacted"));
  }

  @Test
  void aPlaceholderSaysWhatItIsInItsRelationAndLanguage() {
    Rewritten.Send send =
        send(
            sealed(
                "{'session_id':'S','m.relates_to':{'rel_type':'m.thread','event_id':'$there','m.in_reply_to':{'event_id':'$there'}}}"));
    assertThat(send.type()).isEqualTo("m.room.message");
    assertThat(send.repairs()).contains(Placeholder.NOTE);
    assertThat(send.sender()).isEqualTo(new UserId("@old_alice:new.org"));
    assertThat(send.ts()).isEqualTo(1_500_000_000_000L);
    assertThat(text(send))
        .isEqualTo(
            "{'msgtype':'m.notice','body':'This message was encrypted, and Ferry has no key that opens it.','org.ferry.undecryptable':{'reason':'no_key','session_id':'S'},'m.relates_to':{'rel_type':'m.thread','event_id':'$new_there','m.in_reply_to':{'event_id':'$new_there'}}}");
    language = "fr";
    assertThat(send(sealed("{}")).content().path("body").asText())
        .isEqualTo("Ce message était chiffré, et Ferry n'a pas la clé qui l'ouvre.");
    language = "en";
    opened = new Opened.Sealed(Reason.DAMAGED);
    assertThat(send(sealed("{}")).content().path("body").asText())
        .isEqualTo(
            "This message was encrypted and could not be decrypted: it is damaged or forged.");
  }

  @Test
  void thePlaceholderOfAnEditReplacesNothing() {
    Rewritten.Send send =
        send(sealed("{'m.relates_to':{'rel_type':'m.replace','event_id':'$there'}}"));
    assertThat(text(send))
        .contains("A change of this message was encrypted")
        .contains("'m.relates_to':{'m.in_reply_to':{'event_id':'$new_there'}}");
  }

  @Test
  void withoutPlaceholdersItIsLeftOut() {
    placeholders = false;
    assertThat(rewrite(sealed("{}"))).isEqualTo(new Rewritten.Skip("no key"));
  }

  @Test
  void whatBelongsToAPlaceholderWaitsButAnswersPointAtIt() {
    stage.known.events.put(
        new EventId("$closed"),
        new LinkFate.Carried(Known.ROOM, new EventId("$stand_in"), Substance.PLACEHOLDER));
    assertThat(
            stage.rewrite(
                "m.reaction",
                "{'m.relates_to':{'rel_type':'m.annotation','event_id':'$closed','key':'x'}}"))
        .isEqualTo(new Rewritten.Skip("relation: no key"));
    assertThat(
            stage.message(
                "{'msgtype':'m.text','body':'yes','m.relates_to':{'m.in_reply_to':{'event_id':'$closed'}}}"))
        .contains("$stand_in");
    assertThat(
            stage.message(
                "{'msgtype':'m.text','body':'* new','m.new_content':{'msgtype':'m.text','body':'new'},'m.relates_to':{'rel_type':'m.replace','event_id':'$closed'}}"))
        .isEqualTo("{'msgtype':'m.text','body':'new'}");
  }

  @Test
  void encryptedFilesBecomeClearOnes() {
    clear.put(new MxcUri("old.org", "pic"), new FileFate.Carried(new MxcUri("new.org", "CLEAR")));
    clear.put(new MxcUri("old.org", "small"), new FileFate.Carried(new MxcUri("new.org", "SMALL")));
    inside(
        "m.room.message",
        "{'msgtype':'m.image','body':'p.png','file':%s,'info':{'mimetype':'image/png','thumbnail_file':%s}}"
            .formatted(FILE.formatted("pic", "K1"), FILE.formatted("small", "K2")));
    assertThat(text(send(sealed("{}"))))
        .isEqualTo(
            "{'msgtype':'m.image','body':'p.png','info':{'mimetype':'image/png','thumbnail_url':'mxc://new.org/SMALL'},'url':'mxc://new.org/CLEAR'}");
    assertThat(stage.known.asked).doesNotContain(new MxcUri("old.org", "pic"));
  }

  @Test
  void aFileThatDoesNotOpenFailsItsMessageAndASmallPictureDoesNot() {
    clear.put(new MxcUri("old.org", "pic"), new FileFate.Missing("its bytes were changed"));
    inside(
        "m.room.message",
        "{'msgtype':'m.file','body':'p','file':%s}".formatted(FILE.formatted("pic", "K1")));
    assertThat(rewrite(sealed("{}"))).isEqualTo(new Rewritten.Fail("its bytes were changed"));

    clear.put(new MxcUri("old.org", "pic"), new FileFate.Carried(new MxcUri("new.org", "CLEAR")));
    clear.put(new MxcUri("old.org", "small"), new FileFate.Missing("its bytes were changed"));
    inside(
        "m.room.message",
        "{'msgtype':'m.image','body':'p','file':%s,'info':{'thumbnail_file':%s}}"
            .formatted(FILE.formatted("pic", "K1"), FILE.formatted("small", "K2")));
    assertThat(text(send(sealed("{}")))).contains("CLEAR").doesNotContain("K2");
  }

  @Test
  void inAnEncryptedRoomFilesKeepTheirKeys() {
    how = RoomContext.Encrypted.OPENED_WITHOUT_FILES;
    inside(
        "m.room.message",
        "{'msgtype':'m.file','body':'p','file':%s}".formatted(FILE.formatted("pic", "K1")));
    assertThat(text(send(sealed("{}")))).contains("'url':'mxc://new.org/PIC'").contains("'k':'K1'");
  }

  @Test
  void aWrongKeyInOneEventDoesNotSpoilTheFileForAnother() {
    ObjectNode one = Json.parseObject(FILE.formatted("pic", "K1").replace('\'', '"'));
    ObjectNode two = Json.parseObject(FILE.formatted("pic", "K2").replace('\'', '"'));
    MxcUri address = new MxcUri("old.org", "pic");
    SealedFile first = new SealedFile(address, one, null, null);
    SealedFile second = new SealedFile(address, two, null, null);
    assertThat(first.clearCopy()).isNotEqualTo(second.clearCopy()).isNotEqualTo(address);
    assertThat(SealedFile.original(first.clearCopy())).isEqualTo(address);
    assertThat(SealedFile.original(address)).isEqualTo(address);
    assertThat(first.toString()).doesNotContain("K1");
  }
}
