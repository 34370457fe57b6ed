package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.ferry.testing.crossing.Compared;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.crossing.OldServer;
import org.ferry.testing.crossing.OldServer.OldEvent;
import org.ferry.testing.crossing.Shore;
import org.ferry.testing.elder.ElderFacts;
import org.ferry.testing.elder.SecondDump;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The second old server in a Space: rooms of every version and what the sample lacks. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ElderFidelityIT {
  private static Shore shore;
  private static Landing landing;
  private static Landing.Mapped mapped;
  private static ElderFacts facts;
  private static OldServer old;
  private static JsonNode outcome;
  private static SecondDump dump;

  @BeforeAll
  static void carry() {
    dump = SecondDump.shared();
    facts = dump.facts();
    shore = Shore.shared();
    landing = shore.landing("elder", "elder", "rooms: {deserted: carry}");
    outcome =
        landing.json(
            1,
            "migrate",
            dump.sql().toAbsolutePath().toString(),
            "--media",
            dump.media().toAbsolutePath().toString(),
            "-y",
            "--json");
    mapped = landing.mapped();
    old = OldServer.read(dump.sql());
  }

  private static String room(String name) {
    return mapped.room(facts.room(name));
  }

  private static JsonNode event(String name) {
    String id = mapped.event(facts.event(name));
    String room = mapped.room(old.event(facts.event(name)).room());
    return shore.timeline(room).stream()
        .filter(e -> e.path("event_id").asText().equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not in " + room));
  }

  private static JsonNode content(String name) {
    return event(name).path("content");
  }

  @Test
  @Order(1)
  void whatFailedIsNamedWithItsReason() {
    List<String> failures = new ArrayList<>();
    for (JsonNode failure : outcome.path("failures")) {
      failures.add(failure.path("kind").asText() + " " + failure.path("id").asText());
      assertThat(failure.path("reason").asText()).isNotBlank();
    }
    assertThat(failures)
        .as(outcome.path("failures").toPrettyString())
        .containsExactlyInAnyOrder(
            "event " + facts.event("workshop.lostFile"), "file " + facts.file("lost.txt"));
    assertThat(outcome.path("events").path("waiting").asInt()).isZero();
    assertThat(outcome.path("events").path("in_doubt").asInt()).isZero();
  }

  @Test
  @Order(2)
  void verifyFindsNoOtherDifference() {
    JsonNode report = landing.json(1, "verify", "--json");
    List<String> differences = new ArrayList<>();
    report.path("general").forEach(d -> differences.add(d.toString()));
    report
        .path("rooms")
        .forEach(r -> r.path("differences").forEach(d -> differences.add(d.toString())));
    // The row whose JSON is cut off is counted where rows are counted, and cannot be read.
    assertThat(differences).hasSize(3);
    assertThat(differences.get(0)).contains("\"kind\":\"source\"", facts.room("workshop"));
    assertThat(differences.get(1)).contains("\"kind\":\"failed\"", facts.file("lost.txt"));
    assertThat(differences.get(2))
        .contains("\"kind\":\"failed\"", facts.event("workshop.lostFile"));
  }

  @Test
  @Order(3)
  void everyEventHasItsSenderTimeOrderAndRelations() {
    var compared = new Compared(shore, mapped);
    assertThat(compared.rooms(old, mapped.all("rooms").keySet())).isEmpty();
    assertThat(compared.count()).isGreaterThan(250);
  }

  @Test
  @Order(4)
  void nothingThatWasRedactedIsAnywhere() {
    // A person's name of the time stands in other events of theirs, which nobody redacted.
    Set<String> found = new TreeSet<>();
    for (String room : mapped.all("rooms").values()) {
      List<JsonNode> all = new ArrayList<>(shore.timeline(room));
      all.addAll(shore.state(room).values());
      for (JsonNode event : all) {
        if (event.toString().contains("CANARY")) {
          found.add(event.path("type").asText() + " " + event.path("content"));
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  @Order(5)
  void everyRoomVersionArrivesWithEditReplyAndReaction() {
    for (int version = 1; version <= 12; version++) {
      String name = "v" + version;
      assertThat(content(name + ".message").path("body").asText()).isEqualTo("written in " + name);
      assertThat(content(name + ".edit").path("m.new_content").path("body").asText())
          .isEqualTo("edited in " + name);
      assertThat(
              content(name + ".reply")
                  .path("m.relates_to")
                  .path("m.in_reply_to")
                  .path("event_id")
                  .asText())
          .isEqualTo(mapped.event(facts.event(name + ".message")));
      assertThat(content(name + ".reaction").path("m.relates_to").path("key").asText())
          .isEqualTo("👍");
    }
    assertThat(content("v1.numbers").path("ratio").asText()).isEqualTo("1.5");
    assertThat(content("v1.numbers").path("big").asText()).isEqualTo("9007199254740993");
  }

  @Test
  @Order(6)
  void versionTwelveKeepsItsCreatorsAboveAllLevels() {
    JsonNode create = shore.state(room("v12"), "m.room.create", "");
    assertThat(create.path("room_version").asText()).isEqualTo("12");
    assertThat(create.path("additional_creators"))
        .extracting(JsonNode::asText)
        .contains(mapped.user(facts.user("ann")), mapped.user(facts.user("cleo")));
    JsonNode users = shore.state(room("v12"), "m.room.power_levels", "").path("users");
    assertThat(users.has(mapped.user(facts.user("ann")))).isFalse();
    assertThat(users.has(mapped.user(facts.user("cleo")))).isFalse();
  }

  @Test
  @Order(7)
  void oddMessagesAreMendedAndKept() {
    assertThat(content("workshop.nul").path("body").asText()).isEqualTo("a\0b");
    assertThat(content("workshop.surrogate").path("body").asText())
        .isEqualTo("lone \uFFFD surrogate");
    assertThat(content("workshop.bodyIsNumber").path("body").asText()).isEqualTo("42");
    assertThat(content("workshop.noMsgtype").path("msgtype").asText()).isEqualTo("m.text");
    assertThat(content("workshop.noMsgtype").path("body").asText()).isEqualTo("what am I");
    assertThat(mapped.hasEvent(facts.event("workshop.empty"))).isTrue();
    assertThat(content("workshop.copyCharacters").path("body").asText())
        .isEqualTo("tab\tnewline\nreturn\rbackslash\\ \\N \\. \\x41 quote\" bell\u0007 end");
    assertThat(content("workshop.huge").path("body").asText()).startsWith("xxxx");
    assertThat(content("workshop.bidi").path("body").asText()).contains("\u202Eabc\u202C");
    String historical = event("crafted.historical").path("sender").asText();
    assertThat(historical).startsWith("@old_").endsWith(Shore.DOMAIN).doesNotContain(" ");
  }

  @Test
  @Order(8)
  void editsPillsPollsAndThreadsPointAtTheNew() {
    String edited = mapped.event(facts.event("workshop.edited"));
    for (String name : List.of("edit1", "edit2", "edit3")) {
      assertThat(content("workshop." + name).path("m.relates_to").path("event_id").asText())
          .isEqualTo(edited);
    }
    String html = content("workshop.pills").path("formatted_body").asText();
    String ben = mapped.user(facts.user("ben"));
    assertThat(html)
        .contains(
            "https://matrix.to/#/" + ben,
            room("workshop"),
            edited,
            "https://example.org/a?b=c&amp;d")
        .contains("%23workshop%3A" + Shore.DOMAIN)
        .doesNotContain(facts.server());
    assertThat(content("workshop.pills").path("m.mentions").path("user_ids").path(0).asText())
        .isEqualTo(ben);
    assertThat(content("workshop.permalinkInText").path("body").asText())
        .contains(room("workshop"), edited)
        .doesNotContain(facts.server());
    assertThat(content("workshop.stableVote").path("m.selections")).hasSize(2);
    assertThat(content("workshop.ownType").path("dice").path(0).asInt()).isEqualTo(6);
    assertThat(content("workshop.move").path("to").asText()).isEqualTo("e4");
  }

  @Test
  @Order(9)
  void filesOfEveryKindArriveOnce() {
    for (String[] file :
        new String[][] {
          {"image", "picture.png"}, {"video", "film.mp4"}, {"audio", "song.ogg"},
          {"voice", "voice.ogg"}, {"sticker", "sticker.png"}, {"remoteImage", "remote.png"}
        }) {
      String url = content("workshop." + file[0]).path("url").asText();
      assertThat(url).as(file[1]).isEqualTo(mapped.media(facts.file(file[1])));
      assertThat(new String(shore.admin().download(url), java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo("content of " + file[1] + "\n");
    }
    assertThat(content("workshop.imageAgain").path("url"))
        .isEqualTo(content("workshop.image").path("url"));
    assertThat(content("workshop.encryptedFile").path("file").path("url").asText())
        .isEqualTo(mapped.media(facts.file("sealed.bin")));
    assertThat(content("workshop.video").path("info").path("thumbnail_url").asText())
        .isEqualTo(mapped.media(facts.file("thumbnail.png")));
    for (String[] kept :
        new String[][] {{"remoteImageUnseen", "unseen.png"}, {"quarantined", "quarantined.png"}}) {
      assertThat(content("workshop." + kept[0]).path("url").asText())
          .isEqualTo(facts.file(kept[1]));
    }
  }

  @Test
  @Order(10)
  void whoCameAndWentIsAsItWas() {
    for (String name : List.of("gate", "knock", "workshop", "v1", "v12", "restricted", "dm")) {
      for (OldEvent member : last(name)) {
        String there =
            shore
                .state(room(name), "m.room.member", mapped.user(String.valueOf(member.stateKey())))
                .path("membership")
                .asText();
        assertThat(there)
            .as(name + " " + member.stateKey())
            .isEqualTo(member.content().path("membership").asText());
      }
    }
    assertThat(
            shore
                .state(room("gate"), "m.room.member", mapped.user(facts.user("ivo")))
                .path("reason")
                .asText())
        .isEqualTo("spam again");
    assertThat(shore.timeline(room("knock")))
        .extracting(e -> e.path("content").path("membership").asText())
        .contains("knock");
  }

  private static List<OldEvent> last(String room) {
    Map<String, OldEvent> members = new java.util.LinkedHashMap<>();
    for (OldEvent event : old.events(facts.room(room))) {
      if (event.type().equals("m.room.member")) {
        members.put(String.valueOf(event.stateKey()), event);
      }
    }
    return List.copyOf(members.values());
  }

  @Test
  @Order(11)
  void stateIsTranslated() {
    String workshop = room("workshop");
    assertThat(
            shore
                .state(workshop, "m.room.history_visibility", "")
                .path("history_visibility")
                .asText())
        .isEqualTo("joined");
    JsonNode pinned = shore.state(workshop, "m.room.pinned_events", "").path("pinned");
    assertThat(pinned)
        .extracting(JsonNode::asText)
        .containsExactly(mapped.event(facts.event("workshop.edited")));
    assertThat(shore.state(workshop, "org.example.board", "a/ü b").path("colour").asText())
        .isEqualTo("blue");
    JsonNode levels = shore.state(workshop, "m.room.power_levels", "");
    assertThat(levels.path("users").path(mapped.user(facts.user("ben"))).asInt()).isEqualTo(50);
    assertThat(levels.path("users").path(mapped.user(facts.user("remy"))).asInt()).isEqualTo(25);
    assertThat(levels.path("events").path("org.example.board").asInt(-1)).isZero();
    JsonNode acl = shore.state(workshop, "m.room.server_acl", "");
    assertThat(acl.path("deny")).extracting(JsonNode::asText).contains("evil.example.org");
    assertThat(shore.state(workshop).keySet())
        .noneMatch(k -> k.startsWith("m.room.third_party_invite"));
    assertThat(
            shore.state(room("manyAliases"), "m.room.canonical_alias", "").path("alias").asText())
        .isEqualTo("#second:" + Shore.DOMAIN);
    assertThat(shore.resolve("#möchten:" + Shore.DOMAIN)).isEqualTo(room("manyAliases"));
    assertThat(shore.state(room("nameless"), "m.room.name", "").isMissingNode()).isTrue();
  }

  @Test
  @Order(12)
  void spacesStandThreeDeepAndUpgradesAreLinked() {
    assertThat(child("space", "subspace").path("suggested").asBoolean()).isTrue();
    assertThat(child("subspace", "deepspace").has("via")).isTrue();
    assertThat(child("deepspace", "workshop").has("via")).isTrue();
    assertThat(child("subspace", "workshop").path("order").asText()).isEqualTo("z");
    assertThat(child("space", "v9").has("via")).isFalse();
    assertThat(shore.state(landing.space(), "m.space.child", room("space")).has("via")).isTrue();
    assertThat(shore.state(landing.space(), "m.space.child", room("workshop")).has("via"))
        .isFalse();
    assertThat(shore.state(landing.space(), "m.space.child", room("v9")).has("via")).isTrue();
    JsonNode allow = shore.state(room("restricted"), "m.room.join_rules", "").path("allow");
    assertThat(allow.path(0).path("room_id").asText()).isEqualTo(room("subspace"));
    for (String[] pair : new String[][] {{"upgraded1", "upgraded2"}, {"upgraded2", "upgraded3"}}) {
      assertThat(
              shore.state(room(pair[0]), "m.room.tombstone", "").path("replacement_room").asText())
          .isEqualTo(room(pair[1]));
      assertThat(
              shore
                  .state(room(pair[1]), "m.room.create", "")
                  .path("predecessor")
                  .path("room_id")
                  .asText())
          .isEqualTo(room(pair[0]));
    }
  }

  private static JsonNode child(String space, String room) {
    return shore.state(room(space), "m.space.child", room(room));
  }

  @Test
  @Order(13)
  void foreignRoomsAreNotCopiedAndRemotePeopleAreGhosts() {
    assertThat(mapped.hasRoom(facts.room("foreign"))).isFalse();
    assertThat(event("workshop.remote").path("sender").asText())
        .isEqualTo(mapped.user(facts.user("remy")))
        .endsWith(":" + Shore.DOMAIN);
    assertThat(content("dmAbroad.message").path("body").asText()).isEqualTo("hello from abroad");
    assertThat(content("deserted.message").path("body").asText()).isEqualTo("nobody is left");
  }

  @Test
  @Order(20)
  void aLaterDumpBringsOnlyWhatIsNew() {
    Map<String, Integer> before = shore.sizes();
    var analysis =
        landing.must(
            0,
            "analyze",
            dump.laterSql().toAbsolutePath().toString(),
            "--media",
            dump.media().toAbsolutePath().toString());
    assertThat(analysis.out()).isNotBlank();
    ElderFacts later = dump.laterFacts();
    var unused = landing.must(0, "plan");
    var run = landing.must(1, "migrate", "--media", dump.media().toAbsolutePath().toString(), "-y");
    mapped = landing.mapped();
    Map<String, Integer> after = shore.sizes();
    String hall = room("v10");
    before.forEach((room, n) -> {
      if (!room.equals(hall) && !room.equals(landing.space())) {
        assertThat(after).as(run.toString()).containsEntry(room, n);
      }
    });
    List<JsonNode> events = shore.timeline(hall);
    assertThat(events.toString())
        .contains("said after the first dump", "edited later", "I am new", "Renamed later");
    String gone = mapped.event(later.event("v10.reply"));
    assertThat(events)
        .filteredOn(e -> e.path("event_id").asText().equals(gone))
        .singleElement()
        .satisfies(e -> assertThat(e.path("content").has("body")).isFalse());
    assertThat(shore.timeline(mapped.room(later.room("later"))).toString()).contains("first words");
    JsonNode report = landing.json(1, "verify", "--json");
    List<String> differences = new ArrayList<>();
    report
        .path("rooms")
        .forEach(r -> r.path("differences").forEach(d -> differences.add(d.toString())));
    assertThat(differences).singleElement().asString().contains(facts.event("workshop.lostFile"));
    Map<String, Integer> quiet = shore.sizes();
    var again =
        landing.must(1, "migrate", "--media", dump.media().toAbsolutePath().toString(), "-y");
    assertThat(shore.sizes()).as(again.toString()).isEqualTo(quiet);
  }
}
