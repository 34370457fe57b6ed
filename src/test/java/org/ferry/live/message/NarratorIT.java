package org.ferry.live.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ferry.live.message.Stage.ROOM;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.List;
import org.ferry.crypto.Trust;
import org.ferry.id.EventId;
import org.ferry.matrix.event.Json;
import org.ferry.store.live.PgRoomCards;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What each kind of event comes to, by way of a real database; each as its schema says. */
class NarratorIT {
  private static final String ALICE = "@alice:hs";
  private static final String TEXT = "{\"msgtype\":\"m.text\",\"body\":\"hello\"}";
  private static final String CIPHER =
      "{\"algorithm\":\"m.megolm.v1.aes-sha2\",\"session_id\":\"s\",\"ciphertext\":\"AwgA\"}";

  private final Stage stage = new Stage();

  @AfterEach
  void close() {
    stage.close();
  }

  private static List<String> types(List<LiveMessage> told) {
    return told.stream().map(LiveMessage::type).toList();
  }

  @CanIgnoreReturnValue
  private LiveMessage one(ObjectNode event) throws InterruptedException {
    List<LiveMessage> told = stage.tell(event);
    assertThat(told).hasSize(1);
    return told.getFirst();
  }

  @Test
  void aMessageHoldsEveryFieldAndNothingElse() throws InterruptedException {
    stage.states.put(
        ROOM,
        List.of(
            state("m.room.name", "", "{\"name\":\"Garden\"}"),
            state("m.room.member", ALICE, "{\"membership\":\"join\",\"displayname\":\"Alice\"}")));
    LiveMessage told = one(stage.event(ALICE, "m.room.message", TEXT));
    assertThat(told.pos()).isEqualTo(1);
    assertThat(told.data())
        .isEqualTo(
            Json.parseObject(
                """
                {"event_id":"$1","room":{"id":"!room:hs","name":"Garden","network":"matrix"},
                 "sender":{"id":"@alice:hs","displayname":"Alice","network":"matrix","remote_id":null,"is_me":false},
                 "direction":"incoming","encrypted":false,"trust":"none","msgtype":"m.text","body":"hello",
                 "formatted_body":null,"relates_to":null,"media":null,"client_ref":null,"origin_server_ts":1001,
                 "content":{"msgtype":"m.text","body":"hello"}}
                """));
  }

  @Test
  void aRoomStaysEncryptedWhateverItsStateSaysLater() throws InterruptedException {
    PgRoomCards cards = new PgRoomCards(stage.lab.database());
    stage.states.put(ROOM, List.of());
    List<LiveMessage> unused = stage.tell(stage.event(ALICE, "m.room.message", TEXT));
    assertThat(cards.isEncrypted(ROOM)).isFalse();
    String encryption = "{\"algorithm\":\"m.megolm.v1.aes-sha2\"}";
    unused = stage.tell(stage.state(ALICE, "m.room.encryption", "", encryption));
    assertThat(cards.isEncrypted(ROOM)).isTrue();
    stage.states.put(ROOM, List.of(state("m.room.name", "", "{\"name\":\"Garden\"}")));
    stage.carrying = java.time.Instant.now();
    stage.echoes.heard(ROOM);
    stage.narrator();
    unused = stage.tell(stage.event(ALICE, "m.room.message", TEXT));
    RoomCard card = cards.find(ROOM).orElseThrow();
    assertThat(card.name()).isEqualTo("Garden");
    assertThat(card.encrypted()).isTrue();
    assertThat(stage.lab.text("select encrypted from ferry.live_room")).isEqualTo("t");
  }

  private static ObjectNode state(String type, String key, String content) {
    ObjectNode event = Json.object().put("type", type).put("state_key", key);
    var unused = event.set("content", Json.parseObject(content));
    return event;
  }

  @Test
  void aRoomIsBridgedWhereSomebodyOfOurServerSaysSo() throws InterruptedException {
    String bridge =
        "{\"bridgebot\":\"@whatsappbot:evil\",\"protocol\":{\"id\":\"whatsapp\"},"
            + "\"channel\":{\"id\":\"1\",\"fi.mau.receiver\":\"42\"}}";
    String poser = "@whatsapp_42:evil";
    stage.states.put(ROOM, List.of(state("m.bridge", "a", bridge).put("sender", poser)));
    List<LiveMessage> unused = stage.tell(stage.state(poser, "m.bridge", "b", bridge));
    LiveMessage posed = one(stage.event(poser, "m.room.message", TEXT));
    assertThat(posed.network()).isEqualTo("matrix");
    assertThat(posed.direction()).isEqualTo("incoming");
    assertThat(posed.data().path("sender").path("remote_id").isNull()).isTrue();
    unused = stage.tell(stage.state(ALICE, "m.bridge", "c", bridge));
    LiveMessage bridged = one(stage.event(poser, "m.room.message", TEXT));
    assertThat(bridged.network()).isEqualTo("whatsapp");
    assertThat(bridged.data().path("sender").path("network").asText()).isEqualTo("matrix");
    assertThat(bridged.data().path("sender").path("is_me").asBoolean()).isFalse();
  }

  @Test
  void whatWeSayIsOutgoingAndWhatFerryWasGivenComesBackWithIt() throws InterruptedException {
    LiveMessage own = one(stage.event("@me:hs", "m.room.message", TEXT));
    assertThat(own.direction()).isEqualTo("outgoing");
    assertThat(own.data().at("/sender/is_me").asBoolean()).isTrue();
    String withRef = "{\"msgtype\":\"m.text\",\"body\":\"x\",\"org.ferry.client_ref\":\"order 7\"}";
    LiveMessage sent = one(stage.event("@old_bob:hs", "m.room.message", withRef));
    assertThat(sent.direction()).isEqualTo("outgoing");
    assertThat(sent.data().path("client_ref").asText()).isEqualTo("order 7");
    String without = withRef.replace("\"order 7\"", "null");
    LiveMessage plain = one(stage.event("@old_bob:hs", "m.room.message", without));
    assertThat(plain.direction()).isEqualTo("outgoing");
    assertThat(plain.data().path("client_ref").isNull()).isTrue();
    LiveMessage forged = one(stage.event("@eve:hs", "m.room.message", withRef));
    assertThat(forged.direction()).isEqualTo("incoming");
    assertThat(forged.data().path("client_ref").isNull()).isTrue();
  }

  @Test
  void anEditIsTheNewTextOfAnEarlierMessageAndOnlyItsSenderMayEdit() throws InterruptedException {
    one(stage.event(ALICE, "m.room.message", TEXT));
    String edit =
        """
        {"msgtype":"m.text","body":"* hi","m.new_content":{"msgtype":"m.text","body":"hi",
         "format":"org.matrix.custom.html","formatted_body":"<b>hi</b>"},
         "m.relates_to":{"rel_type":"m.replace","event_id":"$1"}}
        """;
    LiveMessage told = one(stage.event(ALICE, "m.room.message", edit));
    assertThat(told.type()).isEqualTo("message.edited");
    assertThat(told.data().path("event_id").asText()).isEqualTo("$2");
    assertThat(told.data().path("body").asText()).isEqualTo("hi");
    assertThat(told.data().path("formatted_body").asText()).isEqualTo("<b>hi</b>");
    assertThat(told.data().at("/relates_to/event_id").asText()).isEqualTo("$1");
    assertThat(stage.tell(stage.event("@eve:hs", "m.room.message", edit))).isEmpty();
    assertThat(why("$3")).contains("somebody else's message");
  }

  /** As with {@code from: now}: what is edited was said before Ferry listened. */
  @Test
  void whoseMessageIsEditedTheHomeserverSaysWhereItWasNeverTold() throws InterruptedException {
    String edit =
        """
        {"msgtype":"m.text","body":"* hi","m.new_content":{"msgtype":"m.text","body":"hi"},
         "m.relates_to":{"rel_type":"m.replace","event_id":"$older"}}
        """;
    ObjectNode older = Json.object().put("type", "m.room.message").put("sender", ALICE);
    stage.now.put(new EventId("$older"), older);
    assertThat(stage.tell(stage.event("@eve:hs", "m.room.message", edit))).isEmpty();
    assertThat(why("$1")).contains("somebody else's message");
    assertThat(one(stage.event(ALICE, "m.room.message", edit)).type()).isEqualTo("message.edited");
    String unknown = edit.replace("$older", "$unknown");
    assertThat(stage.tell(stage.event(ALICE, "m.room.message", unknown))).isEmpty();
    assertThat(why("$3")).contains("does not say whose it is");
    LiveMessage closed =
        stage.closed(stage.event("@eve:hs", "m.room.encrypted", CIPHER), "no_key").getFirst();
    assertThat(closed.type()).isEqualTo("message.undecryptable");
    assertThat(stage.late("$4", "m.room.message", edit)).isEmpty();
  }

  private String why(String event) {
    return stage.lab.text(
        "select why from ferry.live_untold u join ferry.live_event e on e.pk = u.event"
            + " where e.event = '"
            + event
            + "'");
  }

  @Test
  void reactionsComeAndGoAndMessagesAreDeleted() throws InterruptedException {
    one(stage.event(ALICE, "m.room.message", TEXT));
    LiveMessage added =
        one(
            stage.event(
                "@bob:hs",
                "m.reaction",
                "{\"m.relates_to\":{\"rel_type\":\"m.annotation\",\"event_id\":\"$1\",\"key\":\"👍\"}}"));
    assertThat(added.type()).isEqualTo("reaction.added");
    assertThat(added.data().path("body").asText()).isEqualTo("👍");
    LiveMessage removed = one(stage.event("@bob:hs", "m.room.redaction", "{\"redacts\":\"$2\"}"));
    assertThat(removed.type()).isEqualTo("reaction.removed");
    assertThat(removed.data().path("relates_to"))
        .isEqualTo(
            Json.parseObject(
                "{\"event_id\":\"$1\",\"rel_type\":\"m.annotation\",\"key\":\"👍\",\"redacts\":\"$2\"}"));
    // In rooms before version 11 the event says it, not its content.
    LiveMessage deleted = one(stage.event(ALICE, "m.room.redaction", "{}").put("redacts", "$1"));
    assertThat(deleted.type()).isEqualTo("message.deleted");
    assertThat(deleted.data().at("/relates_to/redacts").asText()).isEqualTo("$1");
  }

  @Test
  void aRedactionCountsAsTheHomeserverLetsIt() throws InterruptedException {
    one(stage.event(ALICE, "m.room.message", TEXT));
    stage.now.put(new EventId("$1"), Json.object().put("type", "m.room.message"));
    assertThat(stage.tell(stage.event("@eve:hs", "m.room.redaction", "{\"redacts\":\"$1\"}")))
        .isEmpty();
    ObjectNode gone = Json.object().put("type", "m.reaction");
    gone.putObject("unsigned").putObject("redacted_because");
    stage.now.put(new EventId("$older"), gone);
    assertThat(one(stage.event("@mod:hs", "m.room.redaction", "{\"redacts\":\"$older\"}")).type())
        .isEqualTo("reaction.removed");
    assertThat(one(stage.event("@mod:hs", "m.room.redaction", "{\"redacts\":\"$unknown\"}")).type())
        .isEqualTo("message.deleted");
  }

  @Test
  void membershipsAreToldWhereTheyChange() throws InterruptedException {
    String invite = "{\"membership\":\"invite\"}";
    String join = "{\"membership\":\"join\",\"displayname\":\"Bob\"}";
    String again = "{\"membership\":\"join\",\"displayname\":\"Bobby\"}";
    String leave = "{\"membership\":\"leave\",\"reason\":\"spam\"}";
    String ban = "{\"membership\":\"ban\"}";
    String bob = "@bob:hs";
    List<LiveMessage> told =
        stage.tell(
            stage.state(ALICE, "m.room.member", bob, invite),
            stage.state(bob, "m.room.member", bob, join),
            stage.state(bob, "m.room.member", bob, again),
            stage.state(ALICE, "m.room.member", bob, leave),
            stage.state(ALICE, "m.room.member", bob, ban),
            stage.state(ALICE, "m.room.member", bob, leave));
    assertThat(types(told))
        .containsExactly("member.invited", "member.joined", "member.left", "member.banned");
    LiveMessage kicked = told.get(2);
    assertThat(kicked.sender()).isEqualTo(ALICE);
    assertThat(kicked.data().at("/member/id").asText()).isEqualTo(bob);
    assertThat(kicked.data().at("/member/displayname").asText()).isEqualTo("Bobby");
    assertThat(kicked.data().at("/content/reason").asText()).isEqualTo("spam");
  }

  @Test
  void theHomeserverSaysWhatAMembershipWasBefore() throws InterruptedException {
    ObjectNode renamed =
        stage.state(
            ALICE, "m.room.member", ALICE, "{\"membership\":\"join\",\"displayname\":\"A\"}");
    renamed.putObject("unsigned").putObject("prev_content").put("membership", "join");
    assertThat(stage.tell(renamed)).isEmpty();
    LiveMessage told = one(stage.event(ALICE, "m.room.message", TEXT));
    assertThat(told.data().at("/sender/displayname").asText()).isEqualTo("A");
  }

  /** The name came as history, which is not told. */
  @Test
  void aRoomThatIsCarriedMeanwhileIsReadAnew() throws InterruptedException {
    stage.states.put(ROOM, List.of());
    LiveMessage before = one(stage.event(ALICE, "m.room.message", TEXT));
    assertThat(before.data().at("/room/name").asText()).isNotEqualTo("Garden");
    stage.states.put(ROOM, List.of(state("m.room.name", "", "{\"name\":\"Garden\"}")));
    stage.narrator();
    LiveMessage same = one(stage.event(ALICE, "m.room.message", TEXT));
    assertThat(same.data().at("/room/name").asText()).isNotEqualTo("Garden");
    stage.carrying = java.time.Instant.now();
    stage.echoes.heard(ROOM);
    stage.narrator();
    LiveMessage after = one(stage.event(ALICE, "m.room.message", TEXT));
    assertThat(after.data().at("/room/name").asText()).isEqualTo("Garden");
  }

  @Test
  void aRoomWeComeIntoIsCreatedOnceAndItsChangesAreTold() throws InterruptedException {
    List<LiveMessage> told =
        stage.tell(
            stage.state("@me:hs", "m.room.member", "@me:hs", "{\"membership\":\"join\"}"),
            stage.state(ALICE, "m.room.name", "", "{\"name\":\"Shop\"}"),
            stage.state(ALICE, "m.room.topic", "", "{\"topic\":\"Things\"}"),
            stage.state(ALICE, "org.example.own", "", "{}"));
    assertThat(types(told))
        .containsExactly("room.created", "member.joined", "room.updated", "room.updated");
    assertThat(told.get(2).data().at("/room/name").asText()).isEqualTo("Shop");
    assertThat(told.get(3).data().path("msgtype").asText()).isEqualTo("m.room.topic");
    stage.tell(stage.state("@me:hs", "m.room.member", "@me:hs", "{\"membership\":\"leave\"}"));
    assertThat(
            types(
                stage.tell(
                    stage.state("@me:hs", "m.room.member", "@me:hs", "{\"membership\":\"join\"}"))))
        .containsExactly("member.joined");
  }

  @Test
  void whatNothingOpensIsToldAndToldAgainWhenItCanBeRead() throws InterruptedException {
    LiveMessage closed =
        stage.closed(stage.event(ALICE, "m.room.encrypted", CIPHER), "no_key").getFirst();
    assertThat(closed.type()).isEqualTo("message.undecryptable");
    assertThat(closed.data().path("reason").asText()).isEqualTo("no_key");
    assertThat(closed.data().path("content").has("ciphertext")).isFalse();
    LiveMessage late = stage.late("$1", "m.room.message", TEXT).getFirst();
    assertThat(late.type()).isEqualTo("message.decrypted_late");
    assertThat(late.data().path("event_id").asText()).isEqualTo("$1");
    assertThat(late.data().path("body").asText()).isEqualTo("hello");
    assertThat(late.data().path("trust").asText()).isEqualTo("verified");
    assertThat(late.data().path("encrypted").asBoolean()).isTrue();
    LiveMessage opened =
        stage
            .opened(
                stage.event(ALICE, "m.room.encrypted", CIPHER),
                "unknown_device",
                "m.room.message",
                TEXT)
            .getFirst();
    assertThat(opened.type()).isEqualTo("message.created");
    assertThat(opened.data().path("trust").asText()).isEqualTo("unknown_device");
    for (Trust trust : Trust.values()) {
      LiveMessage told =
          stage
              .opened(
                  stage.event(ALICE, "m.room.encrypted", CIPHER),
                  trust.word(),
                  "m.room.message",
                  TEXT)
              .getFirst();
      Shapes.check(told);
      assertThat(told.data().path("trust").asText()).isEqualTo(trust.word());
    }
    assertThat(stage.messages.ofEvent(ROOM, new EventId("$1")).orElseThrow().type())
        .isEqualTo("message.decrypted_late");
  }

  /** Its text is told nobody, whenever the key comes: after it was taken back, or beside that. */
  @Test
  void whatWasTakenBackIsNotReadWhenItsKeyComes() throws InterruptedException {
    for (int i = 1; i <= 2; i++) {
      assertThat(stage.closed(stage.event(ALICE, "m.room.encrypted", CIPHER), "no_key")).hasSize(1);
      stage.waits("$" + i);
    }
    LiveMessage deleted = one(stage.event(ALICE, "m.room.redaction", "{\"redacts\":\"$1\"}"));
    assertThat(deleted.type()).isEqualTo("message.deleted");
    assertThat(stage.waiting()).as("its key is not asked for, its ciphertext gone").isEqualTo(1);
    assertThat(stage.late("$1", "m.room.message", TEXT)).isEmpty();
    stage.now.put(new EventId("$2"), Json.object().put("type", "m.room.encrypted"));
    assertThat(stage.tell(stage.event("@eve:hs", "m.room.redaction", "{\"redacts\":\"$2\"}")))
        .as("that did not take effect")
        .isEmpty();
    assertThat(stage.late("$2", "m.room.message", TEXT))
        .extracting(LiveMessage::type)
        .containsExactly("message.decrypted_late");
  }

  /** All of it in one look: it came, a moderator took it back, and then its key came. */
  @Test
  void whatAModeratorTookBackIsNotReadWhenItsKeyComesAlsoInOneBatch() throws InterruptedException {
    ObjectNode gone = Json.object().put("type", "m.room.encrypted").put("sender", ALICE);
    gone.putObject("unsigned").putObject("redacted_because");
    stage.now.put(new EventId("$1"), gone);
    stage.closes(stage.event(ALICE, "m.room.encrypted", CIPHER), "no_key");
    stage.settles(stage.event("@mod:hs", "m.room.redaction", "{\"redacts\":\"$1\"}"));
    List<LiveMessage> told = stage.late("$1", "m.room.message", TEXT);
    assertThat(types(told)).containsExactly("message.undecryptable", "message.deleted");
    assertThat(told.getFirst().data().toString()).doesNotContain("hello");
  }

  @Test
  void encryptedEditsAndRepliesRelateByWhatStandsBesideTheCiphertext() throws InterruptedException {
    one(stage.event(ALICE, "m.room.message", TEXT));
    ObjectNode edit = stage.event(ALICE, "m.room.encrypted", CIPHER);
    ((ObjectNode) edit.path("content"))
        .putObject("m.relates_to")
        .put("rel_type", "m.replace")
        .put("event_id", "$1");
    LiveMessage told =
        stage
            .opened(
                edit,
                "verified",
                "m.room.message",
                "{\"msgtype\":\"m.text\",\"body\":\"*"
                    + " x\",\"m.new_content\":{\"msgtype\":\"m.text\",\"body\":\"x\"}}")
            .getFirst();
    assertThat(told.type()).isEqualTo("message.edited");
    assertThat(told.data().path("body").asText()).isEqualTo("x");
  }
}
