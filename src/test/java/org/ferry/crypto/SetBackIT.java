package org.ferry.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** D-22: the database of a device is that of an hour ago; and messages that nobody takes. */
class SetBackIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");
  private static final RoomId OTHER = new RoomId("!other:example.org");
  private static final List<String> TABLES =
      List.of(
          "olm_account",
          "olm_session",
          "olm_queue",
          "olm_unwedging",
          "olm_tracked",
          "olm_peer",
          "megolm_outbound",
          "megolm_share",
          "megolm_sent",
          "room_key");

  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final Peer alice = new Peer("@alice:example.org", "ALICE", relay, clock).send();
  private final Peer bob = new Peer("@bob:example.org", "BOB", relay, clock).send();
  private final Set<UserId> both = Set.of(alice.ref.user(), bob.ref.user());
  private final List<ObjectNode> said = new ArrayList<>();

  @AfterEach
  void close() {
    alice.close();
    bob.close();
  }

  private void save() {
    alice.sql(
        "drop table if exists kept_device; create table kept_device as select * from ferry.olm_device");
    for (String table : TABLES) {
      alice.sql("drop table if exists kept_%s".formatted(table));
      alice.sql("create table kept_%1$s as select * from ferry.%1$s".formatted(table));
    }
  }

  /** As after a restore, without the process: the rows are those of the time of {@link #save}. */
  private void setBack() {
    alice.machine.close();
    for (String table : TABLES.reversed()) {
      alice.sql("delete from ferry." + table);
    }
    for (String table : TABLES) {
      alice.sql(
          "insert into ferry.%1$s overriding system value select * from kept_%1$s"
              .formatted(table));
    }
    alice.sql(
        "update ferry.olm_device d set mark = k.mark, sync_token = k.sync_token from kept_device k"
            + " where k.id = d.id");
    alice.lease = alice.store.claim("test", Duration.ofMinutes(5)).orElseThrow();
    alice.machine = alice.open();
  }

  @CanIgnoreReturnValue
  private ObjectNode say(RoomId room, String words) {
    ObjectNode event = alice.say(room, both, words);
    said.addFirst(event);
    clock.pass(Duration.ofSeconds(1));
    return event;
  }

  private List<ObjectNode> contents() {
    return said.stream().map(e -> (ObjectNode) e.path("content")).toList();
  }

  private static String use(ObjectNode event) {
    return event.path("content").path("session_id").asText()
        + " "
        + MegolmInbound.indexOf(event.path("content").path("ciphertext").asText());
  }

  @Test
  void theRoomShowsWhatTheDatabaseForgotAndNoIndexIsUsedTwice() {
    for (int i = 0; i < 3; i++) {
      say(ROOM, "before " + i);
    }
    assertThat(alice.machine.isSetBack(ROOM, contents())).isFalse();
    save();
    for (int i = 0; i < 4; i++) {
      say(ROOM, "forgotten " + i);
    }
    bob.sync();
    setBack();
    assertThat(alice.machine.goesOn(ROOM)).isTrue();
    assertThat(alice.machine.isSetBack(ROOM, contents())).isTrue();
    alice.machine.begunAnew(0);
    assertThat(alice.machine.goesOn(ROOM)).isFalse();
    assertThat(alice.alarms).singleElement().asString().contains("set back");
    alice.send();
    for (int i = 0; i < 3; i++) {
      say(ROOM, "after " + i);
    }
    assertThat(said.stream().map(SetBackIT::use)).doesNotHaveDuplicates();
    assertThat(alice.machine.isSetBack(ROOM, contents())).isFalse();
    bob.sync();
    for (ObjectNode event : said) {
      assertThat(bob.machine.decrypt(ROOM, event)).isInstanceOf(DecryptOutcome.Clear.class);
    }
    assertThat(bob.machine.incidents()).doesNotContainKey(Incident.WEDGED);
    assertThat(bob.machine.incidents()).doesNotContainKey(Incident.REPLAYED_INDEX);
  }

  /** As a standby that lacked the last seconds and takes over while Ferry runs. */
  @Test
  void aDatabaseThatGoesBackUnderARunningMachineHasNoIndexUsedTwice() {
    say(ROOM, "first");
    save();
    say(ROOM, "replicated too late");
    outboundSetBack();
    assertThat(alice.machine.goesOn(ROOM)).as("it is to be looked at").isTrue();
    assertThat(alice.machine.isSetBack(ROOM, contents().subList(1, 2)))
        .as("whether or not the message came to the room")
        .isTrue();
    say(ROOM, "whoever looked at it");
    String second = session(say(ROOM, "and goes on"));
    save();
    alice.machine.rotate(ROOM);
    assertThat(session(say(ROOM, "another session"))).isNotEqualTo(second);
    outboundSetBack();
    assertThat(session(say(ROOM, "after it"))).isNotEqualTo(second);
    alice.restart();
    alice.send();
    assertThat(alice.machine.isSetBack(ROOM, contents())).isFalse();
    assertThat(alice.machine.goesOn(ROOM)).isFalse();
    say(ROOM, "and after a restart");
    assertThat(said.stream().map(SetBackIT::use)).doesNotHaveDuplicates();
    bob.sync();
    for (ObjectNode event : said) {
      assertThat(bob.machine.decrypt(ROOM, event)).isInstanceOf(DecryptOutcome.Clear.class);
    }
  }

  private void outboundSetBack() {
    for (String table : List.of("megolm_share", "megolm_outbound")) {
      alice.sql("delete from ferry." + table);
      alice.sql("insert into ferry.%1$s select * from kept_%1$s".formatted(table));
    }
  }

  /** A session of another room, too, and the way to devices: both begin anew. */
  @Test
  void whatTheMarkSaysHoldsForOlmAndForEachRoom() {
    say(ROOM, "before");
    say(OTHER, "before");
    bob.sync();
    save();
    long seen = alice.machine.raiseMark();
    assertThat(seen).isEqualTo(1);
    alice.machine.rotate(ROOM);
    ObjectNode forgotten = say(ROOM, "forgotten");
    bob.sync();
    setBack();
    assertThat(alice.machine.mark()).isLessThan(seen);
    alice.machine.begunAnew(seen);
    assertThat(alice.machine.mark()).isEqualTo(seen);
    assertThat(alice.machine.goesOn(OTHER)).isFalse();
    assertThat(relay.oneTimeKeys.get(alice.ref)).isNotEmpty();
    alice.send();
    bob.sync();
    assertThat(bob.machine.incidents()).doesNotContainKey(Incident.WEDGED);
    ObjectNode after = say(ROOM, "after");
    bob.sync();
    assertThat(bob.machine.decrypt(ROOM, forgotten)).isInstanceOf(DecryptOutcome.Clear.class);
    assertThat(bob.machine.decrypt(ROOM, after)).isInstanceOf(DecryptOutcome.Clear.class);
    // And back: what others encrypt with the sessions of before is read, and with the new ones.
    ObjectNode answer = bob.say(ROOM, both, "answer");
    alice.sync();
    assertThat(alice.machine.decrypt(ROOM, answer)).isInstanceOf(DecryptOutcome.Clear.class);
    alice.restart();
    alice.send();
    assertThat(alice.alarms).hasSize(1);
  }

  @Test
  void whatIsNotCertainCostsANewSessionAndNoAlarm() {
    ObjectNode first = say(ROOM, "one");
    assertThat(alice.machine.isSetBack(ROOM, List.of(Json.object()))).isFalse();
    assertThat(alice.machine.goesOn(ROOM)).as("its event was redacted").isFalse();
    ObjectNode second = say(ROOM, "two");
    assertThat(session(second)).isNotEqualTo(session(first));
    assertThat(alice.machine.isSetBack(ROOM, contents().subList(1, 2)))
        .as("the session before is known")
        .isFalse();
    ObjectNode another = Json.object().put("session_id", "another").put("device_id", "ELEMENT");
    List<ObjectNode> beside = new ArrayList<>(contents());
    beside.addFirst(another);
    assertThat(alice.machine.isSetBack(ROOM, beside)).as("another device of hers").isFalse();
    assertThat(session(say(ROOM, "three"))).isEqualTo(session(second));
    assertThat(alice.alarms).isEmpty();
  }

  private static String session(ObjectNode event) {
    return event.path("content").path("session_id").asText();
  }

  /** What is refused with another status than 400 waits for somebody to mend it; not for ever. */
  @Test
  void aMessageThatIsRefusedForGoodIsDroppedAfterAWhile() {
    var share = (OutgoingRequest.ToDevice) lettersOf(alice).getFirst();
    RequestFailure refusal = new RequestFailure(403, "M_FORBIDDEN", "no");
    for (int i = 0; i < 2 * Post.MOST_REFUSALS; i++) {
      alice.machine.failed(share, refusal);
    }
    alice.restart();
    assertThat(alice.machine.outgoing()).as("an hour has not passed").contains(share);
    clock.pass(Post.PATIENCE);
    alice.machine.failed(share, refusal);
    assertThat(alice.machine.outgoing()).doesNotContain(share);
    assertThat(alice.machine.incidents()).containsEntry(Incident.UNDELIVERABLE, 1L);
    assertThat(alice.alarms)
        .singleElement()
        .asString()
        .contains("1 devices of 1 users", "403 M_FORBIDDEN", "21 times");
    assertThat(lettersOf(alice)).isEmpty();
  }

  /** What is left to send before a message when all questions about devices are answered. */
  private List<OutgoingRequest> lettersOf(Peer peer) {
    var wanted = peer.machine.prepare(ROOM, both, Peer.SETTINGS);
    for (int i = 0; i < 3; i++) {
      wanted.stream().filter(r -> !(r instanceof OutgoingRequest.ToDevice)).forEach(peer::send);
      wanted = peer.machine.prepare(ROOM, both, Peer.SETTINGS);
    }
    return wanted;
  }
}
