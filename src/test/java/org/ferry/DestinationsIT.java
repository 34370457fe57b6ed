package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ferry.lab.LabClient;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.crossing.Sample;
import org.ferry.testing.crossing.Shore;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The same source into a test Space, then into the real one. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DestinationsIT {
  private static final Sample SAMPLE = Sample.facts();
  private static final Shore SHORE = Shore.shared();
  private static final Landing REHEARSED = SHORE.landing("rehearsed", "destinations");
  private static final Landing REAL =
      SHORE.landing("real", "destinations", "rooms: {private_in_space: false, version: source}");
  private static final String ALIAS = "#random:" + Shore.DOMAIN;
  private static final String RANDOM = SAMPLE.room("random");
  private static final String CANONICAL = "m.room.canonical_alias";

  private static String[] command(String... more) {
    List<String> command = new ArrayList<>(List.of("migrate", "-y"));
    command.addAll(List.of("--media", Sample.MEDIA.toString()));
    List.of("random", "space", "restricted", "dm")
        .forEach(name -> command.addAll(List.of("--rooms", SAMPLE.room(name))));
    command.addAll(List.of(more));
    return command.toArray(String[]::new);
  }

  @Test
  @Order(1)
  void theTestSpaceGetsTheAliases() {
    SHORE.freeAliases("general", "random");
    var unused = REHEARSED.must(0, "analyze", Sample.SQL.toString());
    var run = REHEARSED.must(0, command());
    assertThat(run.out()).contains("into #rehearsed:" + Shore.DOMAIN);
    assertThat(run.err()).doesNotContain("starts from nothing");
    String room = REHEARSED.mapped().room(RANDOM);
    assertThat(SHORE.resolve(ALIAS)).isEqualTo(room);
    assertThat(SHORE.state(room, CANONICAL, "").path("alias").asText()).isEqualTo(ALIAS);
  }

  @Test
  @Order(2)
  void theRealOneStartsFromNothingAndSaysSo() {
    var run = REAL.must(0, command());
    assertThat(run.err())
        .contains("was carried into #rehearsed:" + Shore.DOMAIN + " before")
        .contains("Into #real:" + Shore.DOMAIN + " it starts from nothing")
        .contains("stay there until --take-aliases moves them")
        .contains("ferry migrate --take-aliases would move it from there");
    String mine = mapping("#real").path("rooms").path(RANDOM).asText();
    String theirs = mapping("#rehearsed").path("rooms").path(RANDOM).asText();
    assertThat(mine).isNotEmpty().isNotEqualTo(theirs);
    assertThat(messages(mine)).hasSize(40).isEqualTo(messages(theirs));
    assertThat(SHORE.resolve(ALIAS)).isEqualTo(theirs);
    assertThat(SHORE.state(mine, CANONICAL, "").path("alias").asText()).isEmpty();
    assertThat(SHORE.state(mine, "m.room.create", "").path("room_version").asText())
        .as("rooms.version: source")
        .isEqualTo("10");
  }

  private static List<String> messages(String room) {
    return SHORE.timeline(room).stream()
        .filter(e -> e.path("type").asText().equals("m.room.message"))
        .map(e -> e.path("sender").asText() + ": " + e.path("content").path("body").asText())
        .toList();
  }

  private static JsonNode mapping(String space) {
    var said = REAL.must(0, "mapping", "--space", space + ":" + Shore.DOMAIN, "-o", "-");
    assertThat(said.err()).contains("into " + space + ":" + Shore.DOMAIN);
    return LabClient.json(said.out());
  }

  @Test
  @Order(3)
  void aRehearsalCountsAliasesThatWouldMove() {
    List<String> stay = new ArrayList<>(List.of(command("--dry-run", "--json")));
    JsonNode without = LabClient.json(REAL.must(0, stay.toArray(String[]::new)).out());
    assertThat(REAL.must(0, "migrate", "--dry-run", "--space", "#third:" + Shore.DOMAIN).out())
        .as("a Space into which nothing was carried yet")
        .containsPattern("At the \\d+ events/s of the last run into #re[a-z]+:.* that takes about");
    assertThat(without.path("aliasesMoved").asInt()).as(without.toString()).isZero();
    assertThat(without.path("aliasesLeft").asInt()).isPositive();
    stay.add("--take-aliases");
    JsonNode with = LabClient.json(REAL.must(0, stay.toArray(String[]::new)).out());
    assertThat(with.path("aliasesMoved").asInt()).isEqualTo(without.path("aliasesLeft").asInt());
    assertThat(with.path("aliasesLeft").asInt()).isZero();
    assertThat(with.path("settings").asInt()).as("all direct chats are set").isZero();
    assertThat(SHORE.resolve(ALIAS))
        .isEqualTo(mapping("#rehearsed").path("rooms").path(RANDOM).asText());
  }

  @Test
  @Order(3)
  void statusKnowsBothByTheirNames() {
    assertThat(REAL.must(0, "status").out())
        .contains("into #real:" + Shore.DOMAIN, "into #rehearsed:" + Shore.DOMAIN)
        .contains("last live event: ");
    JsonNode one = REAL.json(0, "status", "--json", "--space", "#rehearsed:" + Shore.DOMAIN);
    assertThat(one.path("crossings")).hasSize(1);
    assertThat(one.at("/crossings/0/space_alias").asText()).isEqualTo("#rehearsed:" + Shore.DOMAIN);
    assertThat(REAL.must(2, "status", "--space", "#nowhere:" + Shore.DOMAIN).err())
        .contains("name with --space one of: #real:" + Shore.DOMAIN);
  }

  @Test
  @Order(4)
  void aliasesMoveWhenAskedFor() {
    String mine = mapping("#real").path("rooms").path(RANDOM).asText();
    String theirs = mapping("#rehearsed").path("rooms").path(RANDOM).asText();
    var run = REAL.must(0, command("--take-aliases"));
    assertThat(run.err()).contains("the alias " + ALIAS + " moved here from #rehearsed");
    assertThat(SHORE.resolve(ALIAS)).isEqualTo(mine);
    assertThat(SHORE.state(mine, CANONICAL, "").path("alias").asText()).isEqualTo(ALIAS);
    assertThat(SHORE.state(theirs, CANONICAL, "").path("alias").asText()).isEmpty();
    assertThat(REAL.must(1, "verify").out())
        .as("only rooms that were not asked for differ")
        .contains("(" + SAMPLE.room("bulk") + ")")
        .doesNotContain("(" + RANDOM + ")");
  }

  @Test
  @Order(5)
  void whatMovedIsNotTakenBackByAnOrdinaryRun() {
    var again = REHEARSED.must(0, command());
    assertThat(again.err()).contains("leads to the room that was carried into #real");
    assertThat(REAL.must(0, "mapping", "-o", "-").err())
        .as("the configured Space, not the one that was carried into last")
        .contains("into #real:" + Shore.DOMAIN);
    assertThat(SHORE.resolve(ALIAS))
        .isEqualTo(mapping("#real").path("rooms").path(RANDOM).asText());
  }

  @Test
  @Order(6)
  void roomsThatAreNotPublicAreInNoSpaceWhereThePlanKeepsThemOut() {
    Landing.Mapped mapped = new Landing.Mapped(mapping("#real"));
    String village = mapped.room(SAMPLE.room("space"));
    assertThat(children(REAL.space()))
        .contains(village)
        .doesNotContain(mapped.room(SAMPLE.room("dm")));
    Map<String, String> rehearsed = new Landing.Mapped(mapping("#rehearsed")).all("rooms");
    assertThat(children(rehearsed.get(SAMPLE.room("space"))))
        .doesNotContain(rehearsed.get(SAMPLE.room("dm")));
    assertThat(REAL.must(0, "plan", "-o", "again.yaml").out()).contains("Plan: ");
    String plan = REAL.read("again.yaml");
    assertThat(plan).contains("in_space: false").contains("space: \"#real:");
  }

  private static List<String> children(String space) {
    return SHORE.state(space).entrySet().stream()
        .filter(e -> e.getKey().startsWith("m.space.child|"))
        .filter(e -> e.getValue().path("content").has("via"))
        .map(e -> e.getKey().substring("m.space.child|".length()))
        .toList();
  }

  @Test
  @Order(7)
  void aPlanForAnotherSpaceIsRefusedByName() {
    var unused = REAL.must(0, "plan", "--space", "#rehearsed:" + Shore.DOMAIN, "-o", "other.yaml");
    var refused = REAL.must(3, "migrate", "-y", "--plan", "other.yaml");
    assertThat(refused.err())
        .contains("other.yaml:", "#rehearsed:" + Shore.DOMAIN, "#real:" + Shore.DOMAIN);
    var fits =
        REAL.must(
            0,
            command("--plan", "other.yaml", "--space", "#rehearsed:" + Shore.DOMAIN, "--dry-run"));
    assertThat(fits.out()).contains("Would make 0 people and 0 rooms");
  }

  @Test
  @Order(8)
  void whatWasEditedForOneSpaceIsTakenOverForTheOther() {
    var unused =
        REAL.must(0, "plan", "--space", "#rehearsed:" + Shore.DOMAIN, "-o", "rehearsed.yaml");
    String bulk = SAMPLE.room("bulk");
    REAL.edit("rehearsed.yaml", text -> skip(skip(text, bulk), RANDOM));
    var run = REAL.must(0, "plan", "--from", "rehearsed.yaml", "-o", "taken.yaml");
    assertThat(run.err())
        .contains("1 edited line was taken over from", "the plan for #rehearsed:" + Shore.DOMAIN)
        .containsPattern("not taken over for #real:.*: " + RANDOM + ".* was carried here already");
    String taken = REAL.read("taken.yaml");
    assertThat(taken).contains("space: \"#real:" + Shore.DOMAIN);
    assertThat(taken.substring(taken.indexOf("id: \"" + bulk))).contains("action: skip");
    assertThat(REAL.must(3, "plan", "-o", "rehearsed.yaml").err())
        .contains("and this one with --from where its edits are to hold there too");
  }

  private static String skip(String plan, String room) {
    int line = plan.indexOf("action: create", plan.indexOf("id: \"" + room));
    return plan.substring(0, line) + plan.substring(line).replaceFirst("create", "skip");
  }
}
