package org.ferry.live.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ferry.live.message.Stage.ROOM;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.store.Forgetting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What is told of live conversations is gone when it is to be gone; what is broken stops nothing.
 */
class ForgottenIT {
  private static final int CANARIES = 1_000;
  private static final String ALICE = "@alice:hs";
  private static final String BOB = "@bob:hs";

  private final Stage stage = new Stage();

  @AfterEach
  void close() {
    stage.close();
  }

  /** Everything that a backup of the database holds. */
  private String dump() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var saving = stage.lab.database().saving()) {
      long unused = saving.save(out, "test", t -> {});
    }
    InputStream in = new ByteArrayInputStream(out.toByteArray());
    assertThat(in.readNBytes("ferry-backup 1\n".length())).asString().startsWith("ferry-backup");
    return new String(new GZIPInputStream(in).readAllBytes(), StandardCharsets.UTF_8);
  }

  private void talk() throws InterruptedException {
    stage.states.put(
        ROOM,
        List.of(
            state("m.room.name", "", "{\"name\":\"canary room\"}"),
            state(
                "m.room.member", BOB, "{\"membership\":\"join\",\"displayname\":\"canary Bob\"}")));
    List<ObjectNode> said = new ArrayList<>();
    for (int i = 0; i < CANARIES; i++) {
      String sender = i % 2 == 0 ? ALICE : BOB;
      said.add(
          stage.event(
              sender,
              "m.room.message",
              "{\"msgtype\":\"m.file\",\"body\":\"canary %d \\u0000\",\"url\":\"mxc://hs/canary%d\"}"
                  .formatted(i, i)));
    }
    assertThat(stage.tell(said.toArray(ObjectNode[]::new))).hasSize(CANARIES);
    stage.waits("$1");
    assertThat(
            stage.opened(
                stage.event(BOB, "m.room.encrypted", "{\"session_id\":\"s\"}"),
                "verified",
                "m.room.message",
                "{\"msgtype\":\"m.text\",\"body\":\"canary secret\"}"))
        .hasSize(1);
  }

  /** The daemon ran on, and what it knew of the room changes: it writes nothing of it back. */
  @Test
  void whatANarratorRemembersIsForgottenWithinTheHour() throws Exception {
    talk();
    stage.states.clear();
    try (Forgetting forgetting = stage.lab.database().forgetting()) {
      long unused = forgetting.content();
    }
    stage.ahead = Duration.ofMinutes(61);
    ObjectNode topic = stage.event(ALICE, "m.room.topic", "{\"topic\":\"new\"}");
    stage.tell(topic.put("state_key", ""));
    List<LiveMessage> told =
        stage.tell(stage.event(BOB, "m.room.message", "{\"msgtype\":\"m.text\",\"body\":\"x\"}"));
    assertThat(told).hasSize(1);
    assertThat(told.getFirst().data().toString()).doesNotContain("canary");
    assertThat(dump()).doesNotContain("canary Bob", "canary room");
  }

  private static ObjectNode state(String type, String key, String content) {
    ObjectNode event = Json.object().put("type", type).put("state_key", key);
    var unused = event.set("content", Json.parseObject(content));
    return event;
  }

  @Test
  void noneOfAThousandCanariesIsLeftAndTheLogKeepsItsPlaces() throws Exception {
    talk();
    String media = stage.messages.find(1).orElseThrow().data().at("/media/id").asText();
    assertThat(stage.messages.media(media)).isPresent();
    assertThat(dump()).contains("canary 998", "canary room", "mxc://hs/canary7");
    try (Forgetting forgetting = stage.lab.database().forgetting()) {
      long unused = forgetting.content();
    }
    assertThat(dump()).doesNotContain("canary");
    assertThat(stage.waiting()).isZero();
    assertThat(stage.messages.last()).isEqualTo(CANARIES + 1);
    assertThat(stage.messages.find(1).orElseThrow().forgotten()).isTrue();
    assertThat(stage.messages.page(new Messages.Filter(null, null, null, 0, 10))).isEmpty();
    assertThat(stage.messages.media(media)).isEmpty();
  }

  @Test
  void retentionEmptiesTheSame() throws Exception {
    talk();
    Instant later = Instant.now().plusSeconds(60);
    assertThat(stage.messages.forget(later)).isEqualTo(CANARIES + 1);
    assertThat(stage.events.forget(later)).isEqualTo(CANARIES + 1);
    assertThat(dump()).doesNotContain("canary 1", "canary secret", "mxc://hs/canary");
  }

  @Test
  void aPersonIsErasedAndWhatOthersSaidStays() throws Exception {
    talk();
    try (Forgetting forgetting = stage.lab.database().forgetting()) {
      assertThat(forgetting.user(new UserId(BOB))).isPositive();
    }
    assertThat(dump())
        .doesNotContain(BOB, "canary Bob", "canary 1 ", "canary secret")
        .contains("canary 0 ", "canary 998 ", "canary ciphertext");
    try (Forgetting forgetting = stage.lab.database().forgetting()) {
      assertThat(forgetting.user(new UserId(ALICE))).isPositive();
    }
    assertThat(dump()).doesNotContain("canary ciphertext");
  }

  /** D-08: what no program can understand is set aside, and the next event is told. */
  @Test
  void poisonIsQuarantinedAndStopsNothing() throws Exception {
    List<ObjectNode> poison = new ArrayList<>();
    for (String content :
        List.of(
            "{}",
            "{\"body\":7,\"msgtype\":[]}",
            "{\"m.relates_to\":3}",
            deep(150),
            "{\"msgtype\":\"m.image\",\"url\":{},\"info\":\"x\"}",
            "{\"msgtype\":\"m.text\",\"body\":\"\\u0000\\ud800\",\"formatted_body\":\"<b\",\"format\":\"org.matrix.custom.html\"}",
            "{\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"no id\"},\"m.new_content\":null}")) {
      poison.add(stage.event(ALICE, "m.room.message", content));
      poison.add(stage.event(ALICE, "m.reaction", content));
      poison.add(stage.event(ALICE, "m.room.redaction", content));
      poison.add(stage.state(ALICE, "m.room.member", ALICE, content));
      poison.add(stage.state(ALICE, "m.bridge", "k", content));
    }
    for (String unsigned : List.of("null", "[]", "7")) {
      poison.add(
          stage
              .event(ALICE, "m.room.message", "{\"body\":\"x\"}")
              .set("unsigned", Json.parseObject("{\"u\":" + unsigned + "}").get("u")));
    }
    poison.add(stage.event(ALICE, "m.room.message", "{}").putNull("content"));
    poison.add(stage.event(ALICE, "m.room.message", "{}").put("state_key", 7));
    assertThat(poison).hasSize(40);
    List<LiveMessage> told = stage.tell(poison.toArray(ObjectNode[]::new));
    assertThat(told).isNotEmpty();
    assertThat(stage.lab.number("select count(*) from ferry.live_untold where quarantined"))
        .isEqualTo(2);
    long fates =
        stage.lab.number("select count(distinct release) from ferry.live_message")
            + stage.lab.number("select count(*) from ferry.live_untold");
    assertThat(fates).isEqualTo(40);
    assertThat(
            stage.tell(
                stage.event(ALICE, "m.room.message", "{\"msgtype\":\"m.text\",\"body\":\"next\"}")))
        .hasSize(1);
  }

  private static String deep(int levels) {
    return "{\"a\":".repeat(levels) + "1" + "}".repeat(levels);
  }
}
