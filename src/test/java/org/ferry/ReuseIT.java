package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ferry.lab.LabClient;
import org.ferry.testing.ShortSample;
import org.ferry.testing.TestLab;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.crossing.Sample;
import org.ferry.testing.crossing.Shore;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A Space that was lived in before: its rooms are found, what is doubtful is asked. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReuseIT {
  private static final Sample SAMPLE = Sample.facts();
  private static final Shore SHORE = Shore.shared();
  private static final String BOT = "@ferrybot:" + Shore.DOMAIN;
  private static final LabClient OWNER = SHORE.server().register("owner", TestLab.PASSWORD, false);
  private static final Landing LANDING = SHORE.landing("lived-in", "reuse");
  private static String space = "";
  private static String random = "";
  private static String projets = "";
  private static String bulk = "";
  private static Map<String, JsonNode> stateBefore = new TreeMap<>();

  private static String room(String options) {
    String room = OWNER.createRoom(LabClient.json(options.replace('\'', '"')));
    if (!space.isEmpty()) {
      OWNER.setState(
          space,
          "m.space.child",
          room,
          LabClient.json("{\"via\":[\"%s\"]}".formatted(Shore.DOMAIN)));
    }
    return room;
  }

  private static void letIn(String room, int power) {
    var there = OWNER.state(room, "m.room.member", BOT).path("membership").asText();
    if (!there.equals("join") && !there.equals("invite")) {
      OWNER.membership("invite", room, BOT, "");
    }
    if (power > 0) {
      var levels =
          (com.fasterxml.jackson.databind.node.ObjectNode)
              OWNER.state(room, "m.room.power_levels", "");
      levels.withObject("/users").put(BOT, power);
      OWNER.setState(room, "m.room.power_levels", "", levels);
    }
  }

  private static Map<String, JsonNode> otherState(String room) {
    Map<String, JsonNode> state = new TreeMap<>();
    SHORE
        .state(room)
        .forEach((key, event) -> {
          if (!key.startsWith("m.room.member|")) {
            state.put(key, event.path("content"));
          }
        });
    return state;
  }

  @Test
  @Order(1)
  void withoutAnInvitationItSaysWhatToType() {
    space =
        room(
            "{'preset':'private_chat','name':'Lived in','room_alias_name':'lived-in','creation_content':{'type':'m.space'}}");
    random = room("{'preset':'private_chat','name':'Chatter','room_alias_name':'lived-random'}");
    projets = room("{'preset':'private_chat','name':'projets '}");
    bulk = room("{'preset':'private_chat','name':'Bulk room'}");
    var unused = LANDING.must(0, "analyze", ShortSample.dump().toString());
    var refused = LANDING.ferry("migrate", "-y");
    assertThat(refused.status()).as(refused.toString()).isEqualTo(4);
    assertThat(refused.err()).contains("/invite " + BOT);
    letIn(space, 0);
    var powerless = LANDING.ferry("migrate", "-y");
    assertThat(powerless.status()).as(powerless.toString()).isEqualTo(4);
    assertThat(powerless.err()).contains("/op " + BOT);
    letIn(space, 50);
  }

  @Test
  @Order(2)
  void twoCandidatesAreAConflictThatStopsOnlyMigrate() {
    LANDING.edit("config.yaml", c -> c + "\nrooms: {match: [id, alias, name], deserted: skip}\n");
    letIn(random, 100);
    letIn(projets, 100);
    OWNER.setState(random, "m.room.name", "", LabClient.json("{\"name\":\" random\"}"));
    OWNER.say(random, "was here before");
    var plan = LANDING.must(0, "plan");
    assertThat(plan.out()).contains("Projets").containsIgnoringCase("conflict");
    var refused = LANDING.must(3, "migrate", "-y");
    assertThat(refused.err())
        .contains(SAMPLE.room("dup1"), SAMPLE.room("dup2"), "Projets")
        .doesNotContain("Exception");
    assertThat(LANDING.read("existing-rooms.json")).contains(random, projets);
  }

  @Test
  @Order(3)
  void afterTheDecisionItGoes() {
    stateBefore = otherState(random);
    LANDING.edit("plan.yaml", this::decided);
    var run =
        LANDING.must(
            0,
            "migrate",
            "--media",
            Sample.MEDIA.toString(),
            "-y",
            "--rooms",
            SAMPLE.room("random"),
            "--rooms",
            "Projets");
    Landing.Mapped mapped = LANDING.mapped();
    assertThat(mapped.room(SAMPLE.room("random"))).as(run.toString()).isEqualTo(random);
    assertThat(mapped.room(SAMPLE.room("dup1"))).isEqualTo(projets);
    assertThat(mapped.room(SAMPLE.room("dup2"))).isNotEqualTo(projets);
    assertThat(mapped.hasRoom(SAMPLE.room("general"))).isFalse();
  }

  /** The first of the two takes the room that is there, the second gets one of its own. */
  private String decided(String plan) {
    StringBuilder out = new StringBuilder();
    for (String part : plan.split("(?m)^(?=  - )", -1)) {
      String changed = part;
      if (part.contains("id: \"" + SAMPLE.room("dup1"))) {
        changed =
            part.replace("action: conflict", "action: reuse\n    target: \"" + projets + "\"")
                .replaceAll("(?m)^    candidates:.*\n", "");
      } else if (part.contains("id: \"" + SAMPLE.room("dup2"))) {
        changed =
            part.replace("action: conflict", "action: create")
                .replaceAll("(?m)^    candidates:.*\n", "");
      }
      out.append(changed);
    }
    return out.toString();
  }

  @Test
  @Order(4)
  void aReusedRoomGetsHistoryAndJoinsAndNoOtherState() {
    assertThat(otherState(random)).isEqualTo(stateBefore);
    List<JsonNode> events = SHORE.timeline(random);
    List<String> bodies =
        events.stream()
            .filter(e -> e.path("type").asText().equals("m.room.message"))
            .map(e -> e.path("content").path("body").asText())
            .toList();
    assertThat(bodies)
        .hasSize(41)
        .startsWith("was here before", "random 0 🚀")
        .endsWith("random 39 🚀");
    assertThat(OWNER.messages(random).toString()).contains("random 39");
    assertThat(
            SHORE
                .state(random, "m.room.member", "@old_frank:" + Shore.DOMAIN)
                .path("membership")
                .asText())
        .isEqualTo("join");
  }

  @Test
  @Order(5)
  void aReusedRoomWithoutTheBotSaysWhatToTypeAndGoesOnAfterwards() {
    LANDING.edit("plan.yaml", this::toBulk);
    var refused = LANDING.ferry("migrate", "-y", "--rooms", SAMPLE.room("bulk"));
    assertThat(refused.status()).as(refused.toString()).isNotZero();
    assertThat(refused.out() + refused.err()).contains("/invite " + BOT);
    letIn(bulk, 100);
    var unused = LANDING.must(0, "migrate", "-y", "--rooms", SAMPLE.room("bulk"));
    assertThat(SHORE.timeline(bulk))
        .filteredOn(e -> e.path("type").asText().equals("m.room.message"))
        .hasSize(96);
  }

  private String toBulk(String plan) {
    StringBuilder out = new StringBuilder();
    for (String part : plan.split("(?m)^(?=  - )", -1)) {
      String changed = part;
      if (part.contains("id: \"" + SAMPLE.room("bulk"))) {
        changed = part.replace("action: create", "action: reuse\n    target: \"" + bulk + "\"");
      } else if (part.contains("id: \"" + SAMPLE.room("general"))) {
        changed = part.replace("action: create", "action: skip");
      }
      out.append(changed);
    }
    return out.toString();
  }

  @Test
  @Order(6)
  void withoutAPlanFileTheOneThatWasEditedGoesOn() throws IOException {
    Files.delete(LANDING.folder().resolve("plan.yaml"));
    String[] command = {
      "migrate", "-y", "--rooms", SAMPLE.room("bulk"), "--rooms", SAMPLE.room("general")
    };
    var run = LANDING.must(0, command);
    assertThat(run.err()).contains("the plan that was followed last goes on");
    assertThat(LANDING.mapped().hasRoom(SAMPLE.room("general"))).isFalse();
  }
}
