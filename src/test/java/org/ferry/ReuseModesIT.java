package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.ferry.lab.LabClient;
import org.ferry.testing.HttpFaultProxy;
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
  private static final Landing ANNEX = SHORE.landing("annex", "annex", "rooms: {reuse: append}");
  private static String root = "";
  private static String village = "";

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
    root =
        space(
            "{'preset':'private_chat','name':'Annex','room_alias_name':'annex','creation_content':{'type':'m.space'}}");
    village =
        space("{'preset':'private_chat','name':' village','creation_content':{'type':'m.space'}}");
    OWNER.setState(
        root,
        "m.space.child",
        village,
        LabClient.json("{\"via\":[\"%s\"]}".formatted(Shore.DOMAIN)));
    String old = SAMPLE.room("random");
    Landing annex = ANNEX;
    String[] migrate = migrate("random");
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

  private static String[] migrate(String... rooms) {
    List<String> line =
        new ArrayList<>(
            List.of("migrate", "-y", "--media", Sample.MEDIA.toString(), "--rooms", "Village"));
    for (String room : rooms) {
      line.addAll(List.of("--rooms", SAMPLE.room(room)));
    }
    return line.toArray(String[]::new);
  }

  @Test
  @Order(5)
  void aRoomThatHangsWhereThePlanNoLongerHasItIsNamed() {
    String old = SAMPLE.room("random");
    String room = ANNEX.mapped().room(old);
    hang(room, "{\"via\":[\"%s\"],\"org.ferry.helper\":true}".formatted(Shore.DOMAIN));
    assertThat(ANNEX.must(1, "verify").out())
        .contains("(" + old + ")", "expected no child of the space " + SAMPLE.room("space"));
    hang(room, "{\"org.ferry.helper\":true}");
    assertThat(ANNEX.must(1, "verify").out()).doesNotContain("(" + old + ")");
  }

  private static void hang(String room, String content) {
    String path =
        "/_matrix/client/v3/rooms/%s/state/m.space.child/%s?user_id=%s"
            .formatted(LabClient.esc(village), LabClient.esc(room), LabClient.esc(BOT));
    assertThat(SHORE.bot().put(path, LabClient.json(content)).has("event_id")).isTrue();
  }

  @Test
  @Order(6)
  void aRoomThatCannotBeHungDoesNotKeepTheOthersOut() {
    var unused = ANNEX.must(0, migrate("dup1", "dup2"));
    String refused = ANNEX.mapped().room(SAMPLE.room("dup1"));
    String hung = ANNEX.mapped().room(SAMPLE.room("dup2"));
    for (String room : List.of("random", "dup1", "dup2")) {
      parents(SAMPLE.room(room), "[\"" + SAMPLE.room("space") + "\"]");
    }
    try (HttpFaultProxy proxy = HttpFaultProxy.to(SHORE.server().baseUrl())) {
      proxy.answer(
          seen ->
              seen.method().equals("PUT")
                  && seen.path().contains(LabClient.esc(village) + "/state/m.space.child/")
                  && seen.path().contains(LabClient.esc(refused)),
          1_000,
          403,
          "{\"errcode\":\"M_FORBIDDEN\",\"error\":\"not today\"}");
      String direct = SHORE.server().baseUrl().toString();
      ANNEX.edit("config.yaml", c -> c.replace(direct, proxy.url().toString()));
      var run = ANNEX.must(1, migrate("random", "dup1", "dup2"));
      ANNEX.edit("config.yaml", c -> c.replace(proxy.url().toString(), direct));
      assertThat(run.err())
          .containsOnlyOnce("as the plan has it")
          .contains("Projets (" + SAMPLE.room("dup1") + "): 403 M_FORBIDDEN not today; give Ferry");
      assertThat(run.out())
          .contains("failed: room " + SAMPLE.room("dup1"))
          .contains("as the plan has it: 403 M_FORBIDDEN not today")
          .doesNotContain("failed: room " + SAMPLE.room("dup2"));
    }
    assertThat(hangs(village, refused)).isFalse();
    assertThat(hangs(village, hung)).isTrue();
    assertThat(hangs(village, ANNEX.mapped().room(SAMPLE.room("random")))).isTrue();
    assertThat(ANNEX.must(0, "retry").out()).contains("helped: room " + SAMPLE.room("dup1"));
    assertThat(hangs(village, refused)).isTrue();
    assertThat(ANNEX.must(0, "status").out()).doesNotContain("as the plan has it");
  }

  private static void parents(String room, String parents) {
    ANNEX.edit(
        "plan.yaml",
        plan -> {
          int at = plan.indexOf("id: \"" + room + "\"");
          int end = plan.indexOf("\n  - id: ", at);
          String line = plan.substring(at, end < 0 ? plan.length() : end);
          String edited = line.replaceFirst("parents: \\[[^\\]]*\\]", "parents: " + parents);
          return plan.replace(line, edited);
        });
  }
}
