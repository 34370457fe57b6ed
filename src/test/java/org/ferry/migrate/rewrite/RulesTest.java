package org.ferry.migrate.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RulesTest {
  private final Stage stage = new Stage();

  @Test
  void saysWhereAnEventCameFrom() {
    Rewritten.Send send =
        (Rewritten.Send) stage.rewrite("m.room.message", "{'body':'x','msgtype':'m.text'}");
    assertThat(send.sender()).isEqualTo(new UserId("@old_alice:new.org"));
    assertThat(send.ts()).isEqualTo(1_500_000_000_000L);
    assertThat(send.stateKey()).isNull();
    assertThat(send.repairs()).isEmpty();
    assertThat(Json.text(send.content()))
        .isEqualTo(
            "{'body':'x','msgtype':'m.text','org.ferry.origin':{'server':'old.org','room_id':'!room:old.org',"
                    .replace('\'', '"')
                + "'event_id':'$this','sender':'@alice:old.org','ts':1500000000000}}"
                    .replace('\'', '"'));
  }

  @Test
  void replacesTheMarksOfAnEarlierFerry() {
    assertThat(
            stage.message(
                "{'body':'x','msgtype':'m.text','org.ferry.origin':{'event_id':'$x'},'org.ferry.helper':true}"))
        .isEqualTo("{'body':'x','msgtype':'m.text'}");
  }

  @Test
  void leavesOutWhoIsNotCarried() {
    stage.known.users.remove(new UserId("@alice:old.org"));
    assertThat(stage.rewrite("m.room.message", "{}"))
        .isEqualTo(new Rewritten.Skip("sender is not carried"));
  }

  @Test
  void leavesOutWhatIsEncrypted() {
    assertThat(stage.rewrite("m.room.encrypted", "{}")).isEqualTo(new Rewritten.Skip("encrypted"));
    stage.room = shell();
    assertThat(stage.rewrite("m.room.message", "{}")).isInstanceOf(Rewritten.Skip.class);
    assertThat(stage.state("m.room.name", "", "{'name':'x'}")).isInstanceOf(Rewritten.Send.class);
  }

  @Test
  void givesAReusedRoomMessagesAndJoinsAndNoOtherState() {
    stage.room =
        new RoomContext(
            "old.org",
            "new.org",
            "10",
            Stage.BOT,
            Stage.BOT,
            Set.of(),
            false,
            true,
            false,
            true,
            "",
            RoomContext.Encrypted.LEFT);
    assertThat(stage.rewrite("m.room.message", "{}")).isInstanceOf(Rewritten.Send.class);
    assertThat(stage.state("m.room.member", "@alice:old.org", "{'membership':'join'}"))
        .isInstanceOf(Rewritten.Send.class);
    Rewritten skip = new Rewritten.Skip("state of a reused room");
    assertThat(stage.state("m.room.member", "@alice:old.org", "{'membership':'ban'}"))
        .isEqualTo(skip);
    assertThat(stage.state("m.room.name", "", "{}")).isEqualTo(skip);
    assertThat(stage.state("m.room.history_visibility", "", "{'history_visibility':'joined'}"))
        .isEqualTo(skip);
    assertThat(stage.state("m.room.encryption", "", "{}")).isEqualTo(skip);
  }

  @Test
  void leavesOutRedactedMessagesAndKeepsRedactedState() {
    Event message = Stage.event("m.room.message", null, "{'body':'leak'}", null, "$r");
    assertThat(stage.rewrite(message)).isEqualTo(new Rewritten.Skip("redacted"));
    Event state =
        Stage.event("m.room.member", "@alice:old.org", "{'membership':'ban'}", null, "$r");
    assertThat(stage.rewrite(state)).isInstanceOf(Rewritten.Send.class);
  }

  @Test
  void aStubHoldsNothingOfWhatWasTakenBack() {
    stage.tombstones = true;
    Event message = Stage.event("m.room.message", null, "{'body':'leak'}", null, "$r");
    // A homeserver takes no message without these two; its redaction removes them again.
    assertThat(Stage.sent(stage.rewrite(message))).isEqualTo("{}");
    Event reaction = Stage.event("m.reaction", null, "{}", null, "$r");
    assertThat(stage.rewrite(reaction)).isEqualTo(new Rewritten.Skip("redacted"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"$stub", "$takenback"})
  void takesBackWhatStandsThere(String id) {
    Rewritten.Redact redact = (Rewritten.Redact) redaction(id, "{'reason':'spam'}", null);
    assertThat(redact.target()).isEqualTo(new EventId("$new_" + id.substring(1)));
    assertThat(redact.sender()).isEqualTo(new UserId("@old_alice:new.org"));
    assertThat(redact.ts()).isEqualTo(1_500_000_000_000L);
    assertThat(Json.text(redact.content()).replace('"', '\''))
        .startsWith("{'reason':'spam','redacts':'$new_" + id.substring(1) + "',")
        .contains("'event_id':'$this'");
  }

  @ParameterizedTest
  @CsvSource({"$there", "$pruned", "$redacted", "$encrypted", "$unheard"})
  void takesNothingBackThatIsNotThereOrStoodOnTheSource(String id) {
    assertThat(redaction(id, "{}", null)).isEqualTo(new Rewritten.Skip("redaction"));
  }

  @Test
  void aRedactionWaitsForWhatItTakesBack() {
    assertThat(redaction("$pending", "{}", null)).isInstanceOf(Rewritten.Postpone.class);
    assertThat(redaction("$failed", "{}", null)).isInstanceOf(Rewritten.Fail.class);
    assertThat(redaction(null, "{}", null)).isInstanceOf(Rewritten.Skip.class);
  }

  @Test
  void aRedactionThatWasItselfTakenBackStillTakesBackButKeepsItsReasonToItself() {
    Rewritten.Redact redact =
        (Rewritten.Redact) redaction("$takenback", "{'reason':'leak'}", "$other");
    assertThat(redact.content().has("reason")).isFalse();
  }

  @Test
  void whatWasCarriedOfAShellIsTakenBackToo() {
    stage.room = shell();
    assertThat(redaction("$takenback", "{}", null)).isInstanceOf(Rewritten.Redact.class);
    assertThat(redaction("$encrypted", "{}", null)).isInstanceOf(Rewritten.Skip.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'reason':7}", "{'reason':['x']}", "{'reason':'%s'}"})
  void aRedactionBearsAnyReason(String content) {
    Rewritten redact = redaction("$takenback", content.formatted("x".repeat(70_000)), null);
    assertThat(((Rewritten.Redact) redact).content().has("reason")).isFalse();
    Rewritten half = redaction("$takenback", "{'reason':'\\ud800'}", null);
    assertThat(((Rewritten.Redact) half).content().path("reason").asText()).isEqualTo("\ufffd");
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0",
    "-9223372036854775808, 0",
    "0, 0",
    "9007199254740991, 9007199254740991",
    "9007199254740992, 9007199254740991",
    "9223372036854775807, 9007199254740991",
  })
  void keepsTimesWithinWhatAHomeserverTakes(long ts, long expected) {
    Event e = Stage.event("m.room.message", null, "{}");
    Rewritten.Send send =
        (Rewritten.Send)
            stage.rewrite(
                new Event(
                    e.id(),
                    e.room(),
                    e.sender(),
                    e.type(),
                    null,
                    ts,
                    1,
                    -5,
                    "{}",
                    null,
                    null,
                    false));
    assertThat(send.ts()).isEqualTo(expected);
    assertThat(send.repairs().contains("timestamp")).isEqualTo(ts != expected);
    assertThat(stage.origin.word(send.content())).contains(stage.origin.wordOf("$this"));
  }

  @Test
  void repairsWhatAHomeserverRefusesAndTells() {
    Rewritten.Send send =
        (Rewritten.Send)
            stage.rewrite(
                "m.room.message",
                "{'body':'a\\ud800b','n':1.5,'big':9007199254740993,'m':2.0,'z':null}");
    assertThat(Stage.sent(send))
        .isEqualTo("{'body':'a\ufffdb','n':'1.5','big':'9007199254740993','m':2,'z':null}");
    assertThat(send.repairs()).hasSize(5);
  }

  @Test
  void cutsLongTextsAndFailsWhatCannotBeCut() {
    Rewritten.Send send =
        (Rewritten.Send) stage.rewrite("m.room.message", "{'body':'" + "x".repeat(100_000) + "'}");
    assertThat(Json.canonical(send.content()).length()).isLessThan(65_536);
    assertThat(send.content().has(Origin.KEY)).isTrue();
    assertThat(stage.rewrite("com.x", "{'data':'" + "x".repeat(100_000) + "'}"))
        .isInstanceOf(Rewritten.Fail.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "null", "7", "{", "{}{}", "nonsense"})
  void refusesWhatIsNoObject(String content) {
    for (String type : new String[] {"m.room.message", "m.room.member"}) {
      assertThatThrownBy(() -> stage.state(type, "", content))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void readsNestingUpToItsLimit() {
    String deep = "{'a':".repeat(150) + "'mxc://old.org/pic'" + "}".repeat(150);
    assertThat(stage.rewrite("m.room.message", deep)).isInstanceOf(Rewritten.Send.class);
    String deeper = "{'a':".repeat(5_000) + "1" + "}".repeat(5_000);
    assertThatThrownBy(() -> stage.rewrite("m.room.message", deeper))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void givesTheSameAnswerAgainAndLeavesTheSourceAlone() {
    Event event =
        Stage.event(
            "m.room.message",
            null,
            "{'body':'https://matrix.to/#/@bob:old.org','url':'mxc://old.org/pic',"
                + "'m.relates_to':{'m.in_reply_to':{'event_id':'$there'}}}");
    String before = event.content();
    Rewritten first = stage.rewrite(event);
    assertThat(new Stage().rewrite(event)).isEqualTo(first);
    assertThat(event.content()).isEqualTo(before);
  }

  private static RoomContext shell() {
    return new RoomContext(
        "old.org",
        "new.org",
        "10",
        Stage.BOT,
        Stage.BOT,
        Set.of(),
        true,
        false,
        false,
        true,
        "",
        RoomContext.Encrypted.LEFT);
  }

  private Rewritten redaction(
      @Nullable String redacts, String content, @Nullable String redactedBy) {
    return stage.rewrite(Stage.event("m.room.redaction", null, content, redacts, redactedBy));
  }
}
