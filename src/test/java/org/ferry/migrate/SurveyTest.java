package org.ferry.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SurveyTest {
  private final MemorySource source = new MemorySource();

  private RoomFacts only() {
    List<RoomFacts> all = Survey.of(source, source.loaded());
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  @Test
  void foldsThePresentStateOfARoom() {
    source.room("!a:old", "11", null, true);
    source.state(
        "!a:old",
        "@alice:old",
        "m.room.create",
        "",
        "{\"type\":\"m.space\",\"predecessor\":{\"room_id\":\"!p:old\"}}");
    source.state("!a:old", "@alice:old", "m.room.name", "", "{\"name\":\"Plaza\"}");
    source.state("!a:old", "@alice:old", "m.room.topic", "", "{\"topic\":\"Talk\"}");
    source.state("!a:old", "@alice:old", "m.room.canonical_alias", "", "{\"alias\":\"#p:old\"}");
    source.state("!a:old", "@alice:old", "m.room.join_rules", "", "{\"join_rule\":\"public\"}");
    source.state(
        "!a:old",
        "@alice:old",
        "m.room.history_visibility",
        "",
        "{\"history_visibility\":\"joined\"}");
    source.state(
        "!a:old", "@alice:old", "m.room.tombstone", "", "{\"replacement_room\":\"!n:old\"}");
    source.state("!a:old", "@alice:old", "m.space.child", "!late:old", "{\"via\":[\"old\"]}");
    source.state("!a:old", "@alice:old", "m.space.child", "!gone:old", "{}");
    source.state("!a:old", "@alice:old", "m.space.child", "!a:old", "{\"via\":[\"old\"]}");
    source.member("!a:old", "@bob:old", "join");
    source.member("!a:old", "@alice:old", "join");
    source.member("!a:old", "@carol:old", "invite");
    source.member("!a:old", "@mallory:old", "ban");
    source.member("!a:old", "@left:old", "leave");
    source.alias("#z:old", "!a:old");
    source.alias("#p:old", "!a:old");
    RoomFacts facts = only();
    assertThat(facts.version()).isEqualTo("11");
    assertThat(facts.creator()).isEqualTo(new UserId("@alice:old"));
    assertThat(facts.name()).isEqualTo("Plaza");
    assertThat(facts.topic()).isEqualTo("Talk");
    assertThat(String.valueOf(facts.canonicalAlias())).isEqualTo("#p:old");
    assertThat(facts.aliases()).extracting(Object::toString).containsExactly("#p:old", "#z:old");
    assertThat(facts.isSpace()).isTrue();
    assertThat(facts.joinRule()).isEqualTo("public");
    assertThat(facts.historyVisibility()).isEqualTo("joined");
    assertThat(facts.predecessor()).isEqualTo(new RoomId("!p:old"));
    assertThat(facts.successor()).isEqualTo(new RoomId("!n:old"));
    assertThat(facts.spaceChildren().keySet()).containsExactly(new RoomId("!late:old"));
    assertThat(facts.joined()).extracting(UserId::localpart).containsExactly("bob", "alice");
    assertThat(facts.invited()).extracting(UserId::localpart).containsExactly("carol");
    assertThat(facts.banned()).extracting(UserId::localpart).containsExactly("mallory");
    assertThat(facts.listed()).isTrue();
  }

  @Test
  void takesTheCreatorFromTheRoomsRowWhereTheDumpStartsLater() {
    source.room("!a:old", "1", "@alice:old", false);
    assertThat(only())
        .returns(new UserId("@alice:old"), RoomFacts::creator)
        .returns("invite", RoomFacts::joinRule)
        .returns("shared", RoomFacts::historyVisibility)
        .returns("{}", RoomFacts::createContent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "[]",
        "7",
        "\"text\"",
        "{",
        "",
        "{\"name\":{\"a\":1},\"alias\":[1],\"join_rule\":5}",
        "{\"membership\":true,\"via\":\"old\",\"replacement_room\":\"nothing\",\"algorithm\":[]}",
        "{\"type\":{},\"predecessor\":[],\"history_visibility\":null,\"topic\":{},\"is_direct\":{}}",
        "{\"via\":[null,1,\"\"],\"membership\":[\"join\"],\"alias\":\"#\",\"name\":\"   \"}",
        "{\"via\":[{}],\"name\":1e400,\"alias\":\"no alias\",\"replacement_room\":\"!\"}"
      })
  void countsWhatIsNotAsItShouldBeAsNotSet(String content) {
    source.room("!a:old", "10", "@alice:old", false);
    for (String type :
        List.of(
            "m.room.create",
            "m.room.name",
            "m.room.topic",
            "m.room.canonical_alias",
            "m.room.encryption",
            "m.room.tombstone",
            "m.room.join_rules",
            "m.room.history_visibility")) {
      source.state("!a:old", "@alice:old", type, "", content);
    }
    source.state("!a:old", "@alice:old", "m.room.member", "@alice:old", content);
    source.state("!a:old", "@alice:old", "m.room.member", "nobody", "{\"membership\":\"join\"}");
    source.state("!a:old", "@alice:old", "m.space.child", "!b:old", content);
    source.state("!a:old", "@alice:old", "m.space.child", "b", "{\"via\":[\"old\"]}");
    source.data("@alice:old", "m.direct", content);
    assertThat(only())
        .returns(null, RoomFacts::name)
        .returns(null, RoomFacts::topic)
        .returns(null, RoomFacts::canonicalAlias)
        .returns(null, RoomFacts::type)
        .returns(null, RoomFacts::successor)
        .returns(false, RoomFacts::encrypted)
        .returns("invite", RoomFacts::joinRule)
        .returns("shared", RoomFacts::historyVisibility)
        .returns(List.of(), RoomFacts::joined)
        .returns(Map.of(), RoomFacts::spaceChildren);
  }

  @Test
  void readsDeepAndHugeContents() {
    source.room("!a:old", "10", "@alice:old", false);
    source.state("!a:old", "@alice:old", "m.room.topic", "", "[".repeat(100_000));
    source.state(
        "!a:old", "@alice:old", "m.room.name", "", "{\"name\":\"" + "x".repeat(60_000) + "\"}");
    assertThat(String.valueOf(only().name())).hasSize(60_000);
  }

  @Test
  void knowsEncryptionByItsAlgorithmOrByEncryptedMessages() {
    source.room("!a:old", "10", "@alice:old", false);
    source.state("!a:old", "@alice:old", "m.room.encryption", "", "{}");
    assertThat(only().encrypted()).isFalse();
    source.encryptedMessages("!a:old", 3);
    assertThat(only().encrypted()).isTrue();
  }

  @Test
  void believesOneOfTwoThatAChatIsDirect() {
    source.room("!a:old", "10", "@alice:old", false);
    source.member("!a:old", "@alice:old", "join");
    source.member("!a:old", "@bob:old", "join");
    assertThat(only().direct()).isFalse();
    source.data("@alice:old", "m.direct", "{\"@bob:old\":[\"!a:old\",7,null]}");
    assertThat(only().direct()).isTrue();
  }

  @Test
  void takesAnInvitationsWordForIt() {
    source.room("!a:old", "10", "@alice:old", false);
    source.member("!a:old", "@alice:old", "join");
    source.state(
        "!a:old",
        "@alice:old",
        "m.room.member",
        "@bob:old",
        "{\"membership\":\"invite\",\"is_direct\":true}");
    assertThat(only().direct()).isTrue();
  }

  @Test
  void takesAPastInvitationsWordForIt() {
    source.room("!a:old", "10", "@alice:old", false);
    source.member("!a:old", "@alice:old", "join");
    source.member("!a:old", "@bob:old", "join");
    source.directInvitation("!a:old", "@alice:old", "@bob:old");
    assertThat(only().direct()).isTrue();
  }

  @Test
  void doesNotLetOneMemberTurnAClubIntoADirectChat() {
    source.room("!a:old", "10", "@alice:old", false);
    for (String who : List.of("alice", "bob", "carol", "dave", "erin")) {
      source.member("!a:old", "@" + who + ":old", "join");
    }
    source.data("@alice:old", "m.direct", "{\"@bob:old\":[\"!a:old\"]}");
    source.data("@mallory:old", "m.direct", "{\"@bob:old\":[\"!a:old\"]}");
    source.data("@trent:old", "m.direct", "{\"@bob:old\":[\"!a:old\"]}");
    assertThat(only().direct()).isFalse();
  }

  @Test
  void neverTakesAPublicRoomForADirectChat() {
    source.room("!a:old", "10", "@alice:old", false);
    source.member("!a:old", "@alice:old", "join");
    source.data("@alice:old", "m.direct", "{\"@bob:old\":[\"!a:old\"]}");
    source.state("!a:old", "@alice:old", "m.room.join_rules", "", "{\"join_rule\":\"public\"}");
    assertThat(only().direct()).isFalse();
  }

  @Test
  void knowsAChatOfTwoThatNobodyMarked() {
    source.room("!a:old", "10", "@alice:old", false);
    source.member("!a:old", "@alice:old", "join");
    source.member("!a:old", "@bob:old", "join");
    String powers = "{\"users\":{\"@alice:old\":100,\"@bob:old\":100}}";
    source.state("!a:old", "@alice:old", "m.room.power_levels", "", powers);
    assertThat(only().direct()).as("both made equal, as a client does for a direct chat").isTrue();
    source.state("!a:old", "@alice:old", "m.room.topic", "", "{\"topic\":\"the garden\"}");
    assertThat(only().direct()).as("a topic makes it a room").isFalse();
  }

  @Test
  void anEncryptedRoomOfTwoWithoutANameIsAChatOfTwo() {
    source.room("!a:old", "10", "@alice:old", false);
    source.member("!a:old", "@alice:old", "join");
    source.member("!a:old", "@bob:old", "join");
    source.state(
        "!a:old",
        "@alice:old",
        "m.room.encryption",
        "",
        "{\"algorithm\":\"m.megolm.v1.aes-sha2\"}");
    assertThat(only().direct()).isTrue();
    source.member("!a:old", "@carol:old", "leave");
    assertThat(only().direct()).as("once there was a third").isFalse();
  }
}
