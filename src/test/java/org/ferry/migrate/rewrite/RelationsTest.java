package org.ferry.migrate.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.ferry.id.EventId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelationsTest {
  private static final String QUOTING =
      "'body':'> <@bob:old.org> secret\\n\\nanswer',"
          + "'formatted_body':'<mx-reply>secret</mx-reply>answer'";

  private final Stage stage = new Stage();

  @Test
  void carriesRepliesWithTheirQuotation() {
    String sent =
        stage.message("{" + QUOTING + ",'m.relates_to':{'m.in_reply_to':{'event_id':'$there'}}}");
    assertThat(sent).contains("'m.in_reply_to':{'event_id':'$new_there'}").contains("secret");
  }

  @Test
  void aReplyToARedactedEventLosesRelationAndQuotation() {
    String sent =
        stage.message(
            "{" + QUOTING + ",'m.relates_to':{'m.in_reply_to':{'event_id':'$redacted'}}}");
    assertThat(sent).isEqualTo("{'body':'answer','formatted_body':'answer'}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"$stub", "$takenback", "$pruned"})
  void aReplyToWhatIsEmptyThereKeepsTheRelationButQuotesNothing(String id) {
    String sent =
        stage.message(
            "{" + QUOTING + ",'m.relates_to':{'m.in_reply_to':{'event_id':'" + id + "'}}}");
    assertThat(sent).contains("'$new_" + id.substring(1) + "'").doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"$encrypted", "$failed", "$pending", "$unheard", "no id"})
  void aReplyToWhatIsNotThereKeepsItsQuotation(String id) {
    String sent =
        stage.message(
            "{" + QUOTING + ",'m.relates_to':{'m.in_reply_to':{'event_id':'" + id + "'}}}");
    assertThat(sent).contains("secret").doesNotContain("m.relates_to");
  }

  @Test
  void carriesThreadsWithTheRepliesTheyFallBackTo() {
    String thread =
        "{'body':'x','m.relates_to':{'rel_type':'m.thread','event_id':'%s',"
            + "'is_falling_back':true,'m.in_reply_to':{'event_id':'%s'}}}";
    assertThat(stage.message(thread.formatted("$there", "$there")))
        .isEqualTo(
            "{'body':'x','m.relates_to':{'rel_type':'m.thread','event_id':'$new_there',"
                + "'is_falling_back':true,'m.in_reply_to':{'event_id':'$new_there'}}}");
    assertThat(stage.message(thread.formatted("$there", "$redacted")))
        .isEqualTo("{'body':'x','m.relates_to':{'rel_type':'m.thread','event_id':'$new_there'}}");
    assertThat(stage.message(thread.formatted("$redacted", "$there")))
        .isEqualTo("{'body':'x','m.relates_to':{'m.in_reply_to':{'event_id':'$new_there'}}}");
    assertThat(stage.message(thread.formatted("$failed", "$unheard"))).isEqualTo("{'body':'x'}");
    assertThat(stage.message(thread.formatted("$stub", "$stub"))).contains("$new_stub");
  }

  @Test
  void carriesEditsToTheNewEvent() {
    assertThat(
            stage.message(
                "{'body':'* https://matrix.to/#/@bob:old.org','m.mentions':{'user_ids':[]},"
                    + "'m.new_content':{'body':'https://matrix.to/#/@bob:old.org',"
                    + "'formatted_body':'<a href=\\\"https://matrix.to/#/@bob:old.org\\\">B</a>',"
                    + "'m.mentions':{'user_ids':['@bob:old.org']},"
                    + "'m.relates_to':{'m.in_reply_to':{'event_id':'$there'}}},"
                    + "'m.relates_to':{'rel_type':'m.replace','event_id':'$there'}}"))
        .doesNotContain("old.org")
        .contains("'m.relates_to':{'rel_type':'m.replace','event_id':'$new_there'}")
        .contains("'user_ids':['@bob:new.org']")
        .contains("'m.in_reply_to':{'event_id':'$new_there'}");
  }

  @ParameterizedTest
  @CsvSource({
    "$redacted, relation: redacted",
    "$stub, relation: redacted",
    "$takenback, relation: redacted",
    "$encrypted, relation: encrypted",
    "$elsewhere, relation: another room",
  })
  void leavesOutEditsReactionsAndVotesOfWhatIsNotThere(String id, String reason) {
    Rewritten skip = new Rewritten.Skip(reason);
    assertThat(edit(id)).isEqualTo(skip);
    assertThat(reaction(id)).isEqualTo(skip);
    assertThat(vote("m.poll.response", id)).isEqualTo(skip);
    assertThat(vote("org.matrix.msc3381.poll.response", id)).isEqualTo(skip);
    assertThat(vote("m.poll.end", id)).isEqualTo(skip);
  }

  @Test
  void doesNotCarryTheFilesOfAnEditThatIsLeftOut() {
    Rewritten edit =
        stage.rewrite(
            "m.room.message",
            "{'msgtype':'m.image','url':'mxc://old.org/pic','m.new_content':{'msgtype':'m.image',"
                + "'url':'mxc://old.org/pic'},"
                + "'m.relates_to':{'rel_type':'m.replace','event_id':'$redacted'}}");
    assertThat(edit).isEqualTo(new Rewritten.Skip("relation: redacted"));
    assertThat(stage.known.asked).isEmpty();
  }

  @Test
  void anEditOfWhatTheSourceLostStandsAlone() {
    Rewritten edit =
        stage.rewrite(
            "m.room.message",
            "{'body':'* new','msgtype':'m.text','m.new_content':{'body':'new','msgtype':'m.text',"
                + "'m.mentions':{'user_ids':['@bob:old.org']},"
                + "'m.relates_to':{'m.in_reply_to':{'event_id':'$unheard'}}},"
                + "'m.relates_to':{'rel_type':'m.replace','event_id':'$unheard'}}");
    assertThat(Stage.sent(edit))
        .isEqualTo("{'body':'new','msgtype':'m.text','m.mentions':{'user_ids':['@bob:new.org']}}");
  }

  @Test
  void anEditThatStandsAloneStillNeedsItsFile() {
    Rewritten edit =
        stage.rewrite(
            "m.room.message",
            "{'m.new_content':{'msgtype':'m.image','url':'mxc://old.org/gone'},"
                + "'m.relates_to':{'rel_type':'m.replace','event_id':'$unheard'}}");
    assertThat(edit).isEqualTo(new Rewritten.Fail("gone: give --media"));
  }

  @Test
  void triesAgainLaterWhatRelatesToAFailedOrLaterEvent() {
    assertThat(reaction("$failed")).isInstanceOf(Rewritten.Fail.class);
    assertThat(edit("$failed")).isInstanceOf(Rewritten.Fail.class);
    assertThat(vote("m.poll.response", "$pending")).isInstanceOf(Rewritten.Fail.class);
  }

  @Test
  void aReactionToNothingIsLeftOut() {
    Rewritten skip = new Rewritten.Skip("relation: the source has no such event");
    assertThat(reaction("$unheard")).isEqualTo(skip);
    assertThat(reaction("not an id")).isEqualTo(skip);
    assertThat(
            stage.rewrite(
                "m.reaction", "{'m.relates_to':{'rel_type':'m.annotation','event_id':[1]}}"))
        .isEqualTo(skip);
  }

  @Test
  void carriesReactionsAndPolls() {
    assertThat(Stage.sent(reaction("$there")))
        .isEqualTo(
            "{'m.relates_to':{'rel_type':'m.annotation','event_id':'$new_there','key':'x'}}");
    for (String kind : new String[] {"m.poll.response", "org.matrix.msc3381.poll.end"}) {
      assertThat(Stage.sent(vote(kind, "$there")))
          .isEqualTo(
              "{'m.relates_to':{'rel_type':'m.reference','event_id':'$new_there'},'a':['1']}");
    }
    String start =
        "{'org.matrix.msc3381.poll.start':{'question':{'org.matrix.msc1767.text':'Q'},"
            + "'kind':'org.matrix.msc3381.poll.disclosed','max_selections':1,'answers':[{'id':'1',"
            + "'org.matrix.msc1767.text':'A'}]},'org.matrix.msc1767.text':'Q'}";
    assertThat(Stage.sent(stage.rewrite("org.matrix.msc3381.poll.start", start))).isEqualTo(start);
  }

  @Test
  void aCustomEventOutlivesItsReference() {
    String content = "{'n':1,'m.relates_to':{'rel_type':'m.reference','event_id':'%s'}}";
    assertThat(Stage.sent(stage.rewrite("com.example.x", content.formatted("$redacted"))))
        .isEqualTo("{'n':1}");
    assertThat(Stage.sent(stage.rewrite("com.example.x", content.formatted("$there"))))
        .contains("$new_there");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'m.relates_to':[]}",
        "{'m.relates_to':null}",
        "{'m.relates_to':'$there'}",
        "{'m.relates_to':{'m.in_reply_to':'$there'}}",
        "{'m.relates_to':{'m.in_reply_to':['$there']}}",
        "{'m.relates_to':{'rel_type':'m.thread'}}",
        "{'m.new_content':[]}",
        "{'m.new_content':{'m.relates_to':7}}",
      })
  void bearsRelationsOfOtherShapes(String content) {
    assertThat(stage.message(content)).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'m.mentions':[]}",
        "{'m.mentions':{'user_ids':'@bob:old.org'}}",
        "{'m.mentions':{'user_ids':[7,null,{},'@','nobody'],'room':true}}",
      })
  void dropsMentionsThatHomeserversRefuse(String content) {
    assertThat(stage.message(content)).isEqualTo("{}");
  }

  @Test
  void dropsARelationThatNamesNoEvent() {
    assertThat(stage.message("{'m.relates_to':{'rel_type':'m.thread','event_id':{'a':1}}}"))
        .isEqualTo("{}");
  }

  @Test
  void relatesAcrossRoomsNeverThoughRepliesMay() {
    assertThat(stage.message("{'m.relates_to':{'m.in_reply_to':{'event_id':'$elsewhere'}}}"))
        .contains("$new_elsewhere");
    assertThat(stage.message("{'m.relates_to':{'rel_type':'m.thread','event_id':'$elsewhere'}}"))
        .isEqualTo("{}");
    assertThat(stage.known.events).containsKey(new EventId("$elsewhere"));
  }

  private Rewritten edit(String id) {
    return stage.rewrite(
        "m.room.message",
        "{'body':'* n','m.new_content':{'body':'n'},"
            + "'m.relates_to':{'rel_type':'m.replace','event_id':'"
            + id
            + "'}}");
  }

  private Rewritten reaction(String id) {
    return stage.rewrite(
        "m.reaction",
        "{'m.relates_to':{'rel_type':'m.annotation','event_id':'" + id + "','key':'x'}}");
  }

  private Rewritten vote(String type, String id) {
    return stage.rewrite(
        type, "{'m.relates_to':{'rel_type':'m.reference','event_id':'" + id + "'},'a':['1']}");
  }
}
