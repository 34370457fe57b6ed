package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.ferry.lab.LabClient;
import org.ferry.testing.TestLab;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.crossing.Sample;
import org.ferry.testing.crossing.Shore;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A Space with counterparts of old rooms, known by id, by alias and by name; three ways to treat
 * them.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReuseModesIT {
  private static final Sample SAMPLE = Sample.facts();
  private static final Shore SHORE = Shore.shared();
  private static final String BOT = "@ferrybot:" + Shore.DOMAIN;
  private static final LabClient OWNER = SHORE.server().register("keeper", TestLab.PASSWORD, false);
  private static final Landing LANDING = SHORE.landing("modes", "modes", "rooms: {reuse: append}");
  private static String space = "";
  private static String byAlias = "";
  private static String byName = "";

  private static String room(String options) {
    String room = OWNER.createRoom(LabClient.json(options.replace('\'', '"')));
    if (space.isEmpty()) {
      space = room;
    } else {
      child(room);
    }
    OWNER.membership("invite", room, BOT, "");
    return room;
  }

  private static void child(String room) {
    OWNER.setState(
        space, "m.space.child", room, LabClient.json("{\"via\":[\"%s\"]}".formatted(Shore.DOMAIN)));
  }

  private static void power(String room) {
    var levels =
        (com.fasterxml.jackson.databind.node.ObjectNode)
            OWNER.state(room, "m.room.power_levels", "");
    levels.withObject("/users").put(BOT, 100);
    OWNER.setState(room, "m.room.power_levels", "", levels);
  }

  /** What the plan says of a room. */
  private static String planned(String room) {
    for (String block : LANDING.read("plan.yaml").split("(?m)^(?=  - )", -1)) {
      if (block.startsWith("  - id: \"" + SAMPLE.room(room))) {
        return block;
      }
    }
    throw new AssertionError("no line for " + room);
  }

  private static List<String> ids(String room) {
    return SHORE.timeline(room).stream().map(e -> e.path("event_id").asText()).toList();
  }

  private static void mode(String from, String to) {
    LANDING.edit("config.yaml", c -> c.replace("reuse: " + from, "reuse: " + to));
  }

  @Test
  @Order(1)
  void counterpartsAreFoundByIdAliasAndName() {
    SHORE.freeAliases("general", "random");
    var unusedSpace =
        room(
            "{'preset':'private_chat','name':'Modes','room_alias_name':'modes','creation_content':{'type':'m.space'}}");
    power(space);
    byAlias = room("{'preset':'private_chat','name':'Something','room_alias_name':'general'}");
    byName = room("{'preset':'private_chat','name':' RANDOM '}");
    child(SAMPLE.room("bulk"));
    OWNER.say(byName, "was here before");
    var unused = LANDING.must(0, "analyze", Sample.SQL.toString());
    var plan = LANDING.must(0, "plan");
    assertThat(planned("general"))
        .contains("action: reuse", "target: \"" + byAlias, "by its alias it is");
    assertThat(planned("random"))
        .contains("action: reuse", "target: \"" + byName, "by its name it is");
    assertThat(planned("bulk"))
        .contains("action: reuse", "target: \"" + SAMPLE.room("bulk"), "by its id it is");
    assertThat(plan.out())
        .contains("  ~ reuse     3 rooms", "Type this in your client before ferry migrate: 3")
        .contains("/invite " + BOT)
        .contains("messages stand below what they hold already");
    JsonNode json = LANDING.json(0, "plan", "--json");
    assertThat(json.at("/plan/reuse").asInt()).isEqualTo(3);
    assertThat(json.path("to_type")).hasSize(3);
    assertThat(json.path("appended_to_reused_rooms").asInt()).isGreaterThan(400);
  }

  @Test
  @Order(2)
  void skipCarriesNothingOfThem() {
    mode("append", "skip");
    var unused = LANDING.must(0, "plan");
    for (String name : List.of("general", "random", "bulk")) {
      assertThat(planned(name)).contains("action: skip", "(rooms.reuse: skip)");
    }
  }

  @Test
  @Order(3)
  void archiveMakesARoomBesideThem() {
    mode("skip", "archive");
    var unused = LANDING.must(0, "plan");
    assertThat(planned("random")).contains("action: create", "candidates: [\"" + byName);
    List<String> before = ids(byName);
    var run =
        LANDING.must(
            0,
            "migrate",
            "-y",
            "--media",
            Sample.MEDIA.toString(),
            "--rooms",
            SAMPLE.room("random"));
    String room = LANDING.mapped().room(SAMPLE.room("random"));
    assertThat(room).as(run.toString()).isNotEqualTo(byName);
    assertThat(ids(byName)).isEqualTo(before);
    assertThat(SHORE.state(room, "m.room.name", "").path("name").asText()).endsWith(" (archive)");
    assertThat(SHORE.state(space).keySet()).contains("m.space.child|" + room);
    assertThat(SHORE.timeline(room))
        .filteredOn(e -> e.path("type").asText().equals("m.room.message"))
        .hasSize(40);
    assertThat(LANDING.must(1, "verify").out())
        .as("its name is no difference")
        .doesNotContain("(" + SAMPLE.room("random") + ")");
  }

  private static String space(String options) {
    String made = OWNER.createRoom(LabClient.json(options.replace('\'', '"')));
    OWNER.membership("invite", made, BOT, "");
    power(made);
    return made;
  }

  private static boolean hangs(String parent, String room) {
    return SHORE.state(parent).containsKey("m.space.child|" + room)
        && SHORE.state(parent, "m.space.child", room).has("via");
  }

  @Test
  @Order(4)
  void roomsHangWhereThePlanSaysAlsoInASubSpaceThatWasThereBefore() {
    Landing annex = SHORE.landing("annex", "annex", "rooms: {reuse: append}");
    String root =
        space(
            "{'preset':'private_chat','name':'Annex','room_alias_name':'annex','creation_content':{'type':'m.space'}}");
    String village =
        space("{'preset':'private_chat','name':' village','creation_content':{'type':'m.space'}}");
    OWNER.setState(
        root,
        "m.space.child",
        village,
        LabClient.json("{\"via\":[\"%s\"]}".formatted(Shore.DOMAIN)));
    String old = SAMPLE.room("random");
    String[] migrate = {
      "migrate", "-y", "--media", Sample.MEDIA.toString(), "--rooms", "Village", "--rooms", old
    };
    var unused = annex.must(0, "analyze", Sample.SQL.toString());
    unused = annex.must(0, "plan");
    unused = annex.must(0, migrate);
    assertThat(annex.mapped().room(SAMPLE.room("space"))).isEqualTo(village);
    String room = annex.mapped().room(old);
    assertThat(hangs(village, room)).isTrue();
    assertThat(hangs(root, room)).isFalse();
    assertThat(annex.must(1, "verify").out())
        .doesNotContain("(" + old + ")")
        .contains("not begun: 11 rooms, which ferry migrate carries: ")
        .contains("what was carried is as it was");

    annex.edit(
        "plan.yaml",
        plan -> plan.replaceFirst("(?s)(id: \"" + old + "\".*?parents: )\\[[^\\]]*\\]", "$1[]"));
    unused = annex.must(0, migrate);
    assertThat(hangs(village, room)).isFalse();
    assertThat(hangs(root, room)).isTrue();
    assertThat(annex.must(1, "verify").out()).doesNotContain("(" + old + ")");
  }
}
