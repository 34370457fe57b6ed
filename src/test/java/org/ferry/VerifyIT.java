package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.ferry.lab.LabClient;
import org.ferry.testing.ShortSample;
import org.ferry.testing.TestLab;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.crossing.OldServer;
import org.ferry.testing.crossing.OldServer.OldEvent;
import org.ferry.testing.crossing.Sample;
import org.ferry.testing.crossing.Shore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The sample in a Space where things then go wrong: verify names each of them, once. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class VerifyIT {
  private static final String V3 = "/_matrix/client/v3/rooms/";
  private static final Sample SAMPLE = Sample.facts();
  private static final String BOT = "@ferrybot:" + Shore.DOMAIN;
  private static Shore shore;
  private static Landing landing;
  private static Landing.Mapped mapped;
  private static OldServer old;
  private static LabClient person;
  private static JsonNode found;
  private static String rights;

  @BeforeAll
  static void carry() {
    shore = Shore.shared();
    landing = shore.landing("proven", "proven");
    shore.freeAliases("general", "random");
    var unused =
        landing.must(
            0, "migrate", ShortSample.dump().toString(), "--media", Sample.MEDIA.toString(), "-y");
    mapped = landing.mapped();
    old = OldServer.read(ShortSample.dump());
    person = shore.server().register("settler", TestLab.PASSWORD, false);
  }

  private static String room(String name) {
    return mapped.room(SAMPLE.room(name));
  }

  private static OldEvent oldEvent(String room, String part) {
    return old.events(SAMPLE.room(room)).stream()
        .filter(e -> e.json().toString().contains(part))
        .findFirst()
        .orElseThrow();
  }

  @Test
  @Order(1)
  void whatIsAsItWasIsSaidToBeSo() {
    JsonNode report =
        landing.json(
            0,
            "verify",
            ShortSample.dump().toString(),
            "--media",
            Sample.MEDIA.toString(),
            "--json");
    assertThat(report.path("differences").asInt()).isZero();
    assertThat(report.path("source").path("read_again").asBoolean()).isTrue();
    assertThat(report.path("source").path("is_last_load").asBoolean()).isTrue();
    assertThat(report.path("source").path("events").asInt()).isEqualTo(411);
    assertThat(report.path("files").path("compared").asInt()).isEqualTo(mapped.all("media").size());
    assertThat(landing.must(0, "verify").err()).contains("ghosts: ", "aliases: ");
    assertThat(report.path("files").path("with_media_store"))
        .isEqualTo(report.path("files").path("compared"));
  }

  @Test
  @Order(2)
  void theReportSaysSoInTheConfiguredLanguageForItsOwnerAlone() throws IOException {
    var unused = landing.must(0, "verify", "--report", "report.html");
    Path file = landing.folder().resolve("report.html");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(landing.read("report.html"))
        .contains("Everything arrived", "General", "old.example.org", "#general:" + Shore.DOMAIN)
        .doesNotContain("Bonjour à tous", "<script");
    landing.edit("config.yaml", c -> c + "language: fr\n");
    unused = landing.must(0, "verify", "--report", "report.html");
    assertThat(landing.read("report.html")).contains("lang=\"fr\"", "Tout est arrivé");
    landing.edit("config.yaml", c -> c.replace("language: fr\n", ""));
  }

  @Test
  @Order(3)
  void anotherSpaceIsAnotherCrossing() {
    var refused = landing.must(2, "verify", "--space", "#nowhere:" + Shore.DOMAIN);
    assertThat(refused.err()).contains("#nowhere", landing.spaceAlias(), "--space");
    assertThat(landing.must(0, "verify", "--space", landing.space()).out())
        .contains("everything is as it was");
  }

  @Test
  @Order(4)
  void anotherDumpIsSaidToBeAnother() throws IOException {
    Path more = landing.folder().resolve("more.sql");
    String general = SAMPLE.room("general");
    try (var in = new GZIPInputStream(Files.newInputStream(ShortSample.dump()))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Files.writeString(more, withOneMoreEvent(text));
    }
    JsonNode report = landing.json(1, "verify", "more.sql", "--json");
    assertThat(report.path("source").path("is_last_load").asBoolean()).isFalse();
    assertThat(report.path("source").path("not_loaded").asInt()).isEqualTo(1);
    assertThat(report.path("general")).hasSize(1);
    assertThat(report.path("general").path(0).path("what").asText()).isEqualTo(general);
    assertThat(report.path("general").path(0).path("found").asText()).contains("$oneMore");
    Files.delete(more);
  }

  /** The first row of an event of the room General, once more under another id and place. */
  private static String withOneMoreEvent(String dump) {
    int table = dump.indexOf("\nCOPY public.events (") + 1;
    int rows = dump.indexOf('\n', table) + 1;
    OldEvent event = oldEvent("general", "Bonjour à tous");
    int at = rows;
    while (!dump.startsWith("\\.", at)) {
      int end = dump.indexOf('\n', at);
      String row = dump.substring(at, end);
      if (row.contains(event.id())) {
        String again = row.replace(event.id(), "$oneMore");
        return dump.substring(0, rows) + again + "\n" + dump.substring(rows);
      }
      at = end + 1;
    }
    throw new AssertionError("no row of " + event.id());
  }

  @Test
  @Order(5)
  void whatPeopleDoThereIsNoDifference() {
    String general = room("general");
    person.join(general);
    person.say(general, "I live here now");
    giveRights(general);
    person.setState(general, "m.room.topic", "", LabClient.json("{\"topic\": \"Ours\"}"));
    person.membership("kick", general, mapped.user(SAMPLE.user("carol")), "away");
    person.redact(general, carried("general", "un mesage avec"), "no");
    copiesTheMark(general);
    JsonNode report = landing.json(1, "verify", "--json");
    // The rights came from Ferry's own bot, which nobody should use like that.
    assertThat(all(report)).containsExactly("General: unexpected " + rights + " by " + BOT);
    JsonNode verdict = verdict(report, "General");
    assertThat(verdict.path("messages_since").asInt()).isEqualTo(3);
    assertThat(verdict.path("newcomers").path(0).asText()).isEqualTo(person.userId());
    List<String> changes = new ArrayList<>();
    verdict
        .path("changes")
        .forEach(c -> changes.add(c.path("kind").asText() + " " + c.path("what").asText()));
    assertThat(changes)
        .containsExactlyInAnyOrder(
            "state m.room.topic",
            "state m.room.power_levels",
            "membership " + mapped.user(SAMPLE.user("carol")),
            "redaction " + oldEvent("general", "un mesage avec").id());
    assertThat(verdict.path("changes").findValuesAsText("by")).containsOnly(person.userId());
  }

  /**
   * A client sends on what it forwards whole, and keeps the keys of state that it does not know.
   */
  private static void copiesTheMark(String room) {
    for (String from : List.of("general", "bulk")) {
      JsonNode whole = content(room(from), mapped.event(firstMessage(from).id()));
      assertThat(whole.has("org.ferry.origin")).isTrue();
      JsonNode unused =
          person.put(V3 + LabClient.esc(room) + "/send/m.room.message/forward" + from, whole);
    }
    for (int level : List.of(10, 20)) {
      ObjectNode levels = shore.state(room, "m.room.power_levels", "").deepCopy();
      assertThat(levels.has("org.ferry.origin")).isTrue();
      person.setState(room, "m.room.power_levels", "", levels.put("invite", level));
    }
  }

  private static void giveRights(String room) {
    ObjectNode levels = shore.state(room, "m.room.power_levels", "").deepCopy();
    levels.withObject("/users").put(person.userId(), 100);
    rights = botSets(room, "m.room.power_levels", "", levels);
  }

  private static String carried(String room, String part) {
    return mapped.event(oldEvent(room, part).id());
  }

  @Test
  @Order(6)
  void everyKindOfLossIsNamedOnce() {
    String random = room("random");
    String alice = mapped.user(SAMPLE.user("alice"));
    String bob = mapped.user(SAMPLE.user("bob"));
    var unusedSet1 = botSets(random, "m.room.name", "", LabClient.json("{\"name\": \"Odd\"}"));
    var unusedSet2 = botSets(random, "org.example.more", "", LabClient.json("{\"a\": 1}"));
    var unusedSet3 =
        botSets(random, "m.room.member", bob, LabClient.json("{\"membership\": \"leave\"}"));
    String stray =
        sendAs(alice, random, LabClient.json("{\"msgtype\": \"m.text\", \"body\": \"?\"}"));
    OldEvent twice = firstMessage("random");
    String copy = sendAs(alice, random, content(random, mapped.event(twice.id())));
    OldEvent gone = firstMessage("bulk");
    String redact = "/redact/" + LabClient.esc(mapped.event(gone.id())) + "/oops";
    JsonNode unusedTaken = as(BOT, room("bulk"), redact, LabClient.json("{}"));
    var unusedSet4 = botSets(landing.space(), "m.space.child", room("dup1"), LabClient.json("{}"));
    String goat = oldEvent("general", "goat.png").content().path("url").asText();
    String media = mapped.media(goat).substring("mxc://".length());
    var unused = shore.admin().request("DELETE", "/_synapse/admin/v1/media/" + media, null).ok();
    profile(alice, "displayname", "Somebody else");
    profile(bob, "avatar_url", mapped.media("mxc://old.example.org/YJqmmkClJFrgLlPzmyXSIyvY"));
    found = landing.json(1, "verify", "--json");
    assertThat(all(found))
        .containsExactlyInAnyOrder(
            "setting " + alice + ": profile displayname by null",
            "setting " + bob + ": profile avatar_url by null",
            "General: unexpected " + rights + " by " + BOT,
            "RANDOM: state m.room.name by " + BOT,
            "RANDOM: unexpected " + stateEvent(random, "org.example.more") + " by " + BOT,
            "RANDOM: membership " + bob + " by " + BOT,
            "RANDOM: unexpected " + stray + " by " + alice,
            "RANDOM: twice " + twice.id() + " by " + alice,
            verdictName("bulk") + ": redaction " + gone.id() + " by " + BOT,
            verdictName("dup1") + ": space " + SAMPLE.room("dup1") + " by " + BOT,
            "media " + goat + " by null");
    assertThat(copy).isNotEqualTo(mapped.event(twice.id()));
    assertThat(found.path("differences").asInt()).isEqualTo(11);
  }

  @Test
  @Order(7)
  void aPersonCanReadWhatIsWrong() {
    var told = landing.must(1, "verify", "--report", "report.html");
    assertThat(told.out())
        .contains("11 differences", "RANDOM (" + SAMPLE.room("random") + "): 5 differences")
        .contains("was taken back on the new side, by " + BOT)
        .contains("no difference: m.room.topic was changed since by " + person.userId());
    assertThat(landing.read("report.html"))
        .contains("There are 11 differences", "The setting “name” is another than before.")
        .contains("An entry stands there twice", "A file has other bytes")
        .contains("was changed by " + person.userId())
        .doesNotContain("I live here now", "Bonjour à tous");
  }

  private static OldEvent firstMessage(String room) {
    return old.events(SAMPLE.room(room)).stream()
        .filter(e -> e.type().equals("m.room.message") && mapped.hasEvent(e.id()))
        .filter(e -> !e.content().has("m.relates_to"))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode content(String room, String event) {
    return shore.timeline(room).stream()
        .filter(e -> e.path("event_id").asText().equals(event))
        .findFirst()
        .orElseThrow()
        .path("content");
  }

  private static String stateEvent(String room, String type) {
    return shore.state(room).get(type + "|").path("event_id").asText();
  }

  private static String sendAs(String user, String room, JsonNode content) {
    String path = "/send/m.room.message/" + System.nanoTime();
    return as(user, room, path, content).path("event_id").asText();
  }

  private static String botSets(String room, String type, String key, JsonNode content) {
    String path = "/state/" + type + "/" + LabClient.esc(key);
    String id = as(BOT, room, path, content).path("event_id").asText();
    assertThat(id).startsWith("$");
    return id;
  }

  /** Ferry's token in somebody else's hands. */
  private static JsonNode as(String user, String room, String path, JsonNode content) {
    String who = "?user_id=" + LabClient.esc(user);
    return shore.bot().put(V3 + LabClient.esc(room) + path + who, content);
  }

  private static void profile(String user, String field, String value) {
    String path =
        "/_matrix/client/v3/profile/%s/%s?org.matrix.msc4069.propagate=false&user_id=%s"
            .formatted(LabClient.esc(user), field, LabClient.esc(user));
    JsonNode unused =
        shore.bot().put(path, LabClient.json("{\"%s\":\"%s\"}".formatted(field, value)));
  }

  private static String verdictName(String room) {
    for (JsonNode verdict : found.path("rooms")) {
      if (verdict.path("old").asText().equals(SAMPLE.room(room))) {
        return verdict.path("name").asText();
      }
    }
    throw new AssertionError("no " + room);
  }

  private static JsonNode verdict(JsonNode report, String name) {
    for (JsonNode verdict : report.path("rooms")) {
      if (verdict.path("name").asText().equals(name)) {
        return verdict;
      }
    }
    throw new AssertionError(report.toPrettyString());
  }

  private static List<String> all(JsonNode report) {
    List<String> all = new ArrayList<>();
    report.path("general").forEach(d -> all.add(line(d)));
    for (JsonNode room : report.path("rooms")) {
      room.path("differences").forEach(d -> all.add(room.path("name").asText() + ": " + line(d)));
    }
    return all;
  }

  private static String line(JsonNode difference) {
    return "%s %s by %s"
        .formatted(
            difference.path("kind").asText(),
            difference.path("what").asText(),
            difference.path("by").asText());
  }
}
