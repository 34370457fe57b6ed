package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.crossing.Sample;
import org.ferry.testing.crossing.Shore;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A rehearsal, a part of the rooms first, and settings that change what arrives. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PlanningIT {
  private static final Sample SAMPLE = Sample.facts();
  private static final Shore SHORE = Shore.shared();
  private static final Landing LANDING =
      SHORE.landing(
          "planned",
          "planned",
          "replay: {redacted: tombstone, provenance: false, missing_media: carry}",
          "rooms: {version: \"10\"}");
  private static JsonNode promised = com.fasterxml.jackson.databind.node.MissingNode.getInstance();

  private static final List<String> SMALL =
      List.of("general", "dup1", "dm", "upgradedFrom", "upgradedTo", "restricted");

  private static String[] command(String... more) {
    List<String> command = new ArrayList<>(List.of("migrate", "-y", "--json"));
    SMALL.forEach(name -> command.addAll(List.of("--rooms", SAMPLE.room(name))));
    command.addAll(List.of(more));
    return command.toArray(String[]::new);
  }

  @Test
  @Order(1)
  void aRehearsalWritesNothing() {
    var unused = LANDING.must(0, "analyze", Sample.SQL.toString());
    Map<String, Integer> sizes = SHORE.sizes();
    int users = SHORE.users();
    int media = SHORE.files();
    promised = LANDING.json(0, command("--dry-run"));
    assertThat(SHORE.sizes()).isEqualTo(sizes);
    assertThat(SHORE.users()).isEqualTo(users);
    assertThat(SHORE.files()).isEqualTo(media);
    whoIsMappedToNobodyIsAConflict();
  }

  /** Without an administrator: the server is asked for each account. */
  private static void whoIsMappedToNobodyIsAConflict() {
    String there = SHORE.admin().userId();
    String wrong = there.replace("@overseer:", "@oversear:");
    String more =
        "identities: {overrides: {\"%s\": \"%s\", \"%s\": \"%s\"}}\n"
            .formatted(SAMPLE.user("alice"), there, SAMPLE.user("bob"), wrong);
    LANDING.edit("config.yaml", c -> c + more);
    assertThat(LANDING.must(0, "plan", "-o", "wrong.yaml").out())
        .contains(SAMPLE.user("bob") + ": the account " + wrong + " does not exist")
        .contains(SAMPLE.user("alice") + ": Ferry may not act for the account " + there)
        .doesNotContain(there + " does not exist");
    LANDING.edit("config.yaml", c -> c.replace(more, ""));
  }

  @Test
  @Order(2)
  void theRealRunDoesWhatTheRehearsalSaid() {
    // The files that are missing are named, and that is why it ends with 1.
    JsonNode done = LANDING.json(1, command());
    JsonNode events = done.path("events");
    long redactions = promised.path("redactions").asLong();
    assertThat(events.path("carried").asLong() + events.path("merged").asLong())
        .as(promised + "\n" + done)
        .isEqualTo(promised.path("events").asLong() + redactions);
    assertThat(done.path("rooms")).hasSize(SMALL.size());
    assertThat(promised.path("rooms").asInt()).isEqualTo(SMALL.size());
    Landing.Mapped mapped = LANDING.mapped();
    assertThat(mapped.all("rooms").keySet())
        .containsExactlyInAnyOrderElementsOf(SMALL.stream().map(SAMPLE::room).toList());
    assertThat(promised.path("people").asInt()).isEqualTo(mapped.all("users").size());
    assertThat(promised.path("settings").asLong())
        .as(promised + "\n" + done)
        .isPositive()
        .isEqualTo(done.path("settings").path("data carried").asLong());
  }

  @Test
  @Order(3)
  void roomsHaveTheVersionThatWasAskedFor() {
    Landing.Mapped mapped = LANDING.mapped();
    for (String name : SMALL) {
      String room = mapped.room(SAMPLE.room(name));
      assertThat(SHORE.state(room, "m.room.create", "").path("room_version").asText())
          .as(name)
          .isEqualTo("10");
    }
  }

  @Test
  @Order(4)
  void aRedactedMessageLeavesADatedStub() {
    String general = LANDING.mapped().room(SAMPLE.room("general"));
    List<JsonNode> events = SHORE.timeline(general);
    assertThat(events.toString()).doesNotContain("buy cheap things");
    assertThat(events)
        .filteredOn(e -> e.path("sender").asText().equals("@old_mallory:" + Shore.DOMAIN))
        .filteredOn(e -> e.path("type").asText().equals("m.room.message"))
        .singleElement()
        .satisfies(e -> {
          assertThat(e.path("content").has("body")).isFalse();
          assertThat(e.path("unsigned").has("redacted_because")).isTrue();
        });
  }

  @Test
  @Order(5)
  void withoutProvenanceOnlyAKeyedHashIsThere() {
    String general = LANDING.mapped().room(SAMPLE.room("general"));
    List<JsonNode> marks = new ArrayList<>();
    for (JsonNode event : SHORE.timeline(general)) {
      JsonNode mark = event.path("content").path("org.ferry.origin");
      if (mark.isObject()) {
        marks.add(mark);
      }
    }
    assertThat(marks)
        .hasSizeGreaterThan(30)
        .allSatisfy(m -> {
          assertThat(m).hasSize(1);
          assertThat(m.path("k").asText()).matches("[0-9a-f]{32}");
        });
    assertThat(Set.copyOf(marks)).hasSameSizeAs(marks);
    assertThat(SHORE.timeline(general).toString()).doesNotContain(SAMPLE.room("general"));
  }

  @Test
  @Order(6)
  void missingFilesAreCarriedAsTheyStand() {
    String general = LANDING.mapped().room(SAMPLE.room("general"));
    assertThat(SHORE.timeline(general))
        .filteredOn(e -> e.path("content").path("body").asText().equals("goat.png"))
        .singleElement()
        .satisfies(e ->
            assertThat(e.path("content").path("url").asText())
                .startsWith("mxc://old.example.org/"));
  }

  @Test
  @Order(7)
  void theSecondRunCarriesNothing() {
    Map<String, Integer> sizes = SHORE.sizes();
    var unused = LANDING.must(1, command());
    assertThat(SHORE.sizes()).isEqualTo(sizes);
    JsonNode again = LANDING.json(0, command("--dry-run"));
    assertThat(again.path("events").asInt() + again.path("redactions").asInt()).isZero();
  }

  @Test
  @Order(8)
  void theRestComesLaterAndIsLinkedThen() {
    Landing.Mapped before = LANDING.mapped();
    String general = before.room(SAMPLE.room("general"));
    assertThat(parents(general)).containsExactly(LANDING.space());
    var unused =
        LANDING.must(1, "migrate", "-y", "--rooms", "Village", "--rooms", SAMPLE.room("random"));
    Landing.Mapped after = LANDING.mapped();
    String village = after.room(SAMPLE.room("space"));
    assertThat(after.all("events")).containsAllEntriesOf(before.all("events"));
    assertThat(SHORE.state(village, "m.space.child", general).has("via")).isTrue();
    assertThat(parents(after.room(SAMPLE.room("random")))).containsExactly(village);
    assertThat(SHORE.state(village, "m.room.create", "").path("room_version").asText())
        .isEqualTo("10");
  }

  private static List<String> parents(String room) {
    return SHORE.state(room).entrySet().stream()
        .filter(e -> e.getKey().startsWith("m.space.parent|"))
        .filter(e -> e.getValue().path("content").path("canonical").asBoolean())
        .map(e -> e.getKey().substring("m.space.parent|".length()))
        .toList();
  }
}
