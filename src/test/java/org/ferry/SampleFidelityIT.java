package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.lab.LabClient;
import org.ferry.testing.TestLab;
import org.ferry.testing.crossing.Compared;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.crossing.OldServer;
import org.ferry.testing.crossing.OldServer.OldEvent;
import org.ferry.testing.crossing.Sample;
import org.ferry.testing.crossing.Shore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The sample in a Space: what another person finds there, kind by kind. */
class SampleFidelityIT {
  private static final String CANARY = "buy cheap things";
  private static final Sample SAMPLE = Sample.facts();
  private static Shore shore;
  private static Landing landing;
  private static Landing.Mapped mapped;
  private static OldServer old;
  private static int uploads;

  @BeforeAll
  static void carry() {
    shore = Shore.shared();
    landing = shore.landing("sample", "sample");
    shore.freeAliases("general", "random");
    int files = shore.files();
    var unused =
        landing.must(0, "migrate", Sample.SQL.toString(), "--media", Sample.MEDIA.toString(), "-y");
    uploads = shore.files() - files;
    mapped = landing.mapped();
    old = OldServer.read(Sample.SQL);
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

  /** The event that stands for the first one of a room that contains a text. */
  private static JsonNode carried(String room, String part) {
    String id = mapped.event(oldEvent(room, part).id());
    return shore.timeline(room(room)).stream()
        .filter(e -> e.path("event_id").asText().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode content(String room, String part) {
    return carried(room, part).path("content");
  }

  @Test
  void everyEventHasItsSenderTimeOrderAndRelations() {
    Set<String> rooms = mapped.all("rooms").keySet();
    var compared = new Compared(shore, mapped);
    assertThat(compared.rooms(old, rooms)).isEmpty();
    assertThat(compared.count()).isGreaterThan(560);
    assertThat(rooms).hasSize(13).doesNotContain(SAMPLE.room("left"));
  }

  @Test
  void everyMessageOfTheClearRoomsIsThere() {
    for (String name :
        List.of(
            "general",
            "random",
            "dup1",
            "dup2",
            "dm",
            "upgradedFrom",
            "upgradedTo",
            "restricted",
            "bulk")) {
      List<String> before =
          old.events(SAMPLE.room(name)).stream()
              .filter(e -> e.type().equals("m.room.message") && !e.redacted())
              .map(e -> mapped.event(e.id()))
              .toList();
      List<String> after =
          shore.timeline(room(name)).stream()
              .filter(e -> e.path("type").asText().equals("m.room.message"))
              .map(e -> e.path("event_id").asText())
              .toList();
      assertThat(after).as(name).isEqualTo(before);
    }
  }

  @Test
  void verifySaysSoToo() {
    assertThat(landing.must(0, "verify").out()).contains("everything is as it was");
  }

  @Test
  void textsFormatsAndRepliesArriveAsWritten() {
    assertThat(content("general", "Bonjour à tous").path("formatted_body").asText())
        .isEqualTo("Bonjour à tous, ici <strong>Alice</strong>");
    JsonNode reply = content("general", "Salut !");
    assertThat(reply.path("body").asText()).endsWith("> Bonjour\n\nSalut !");
    assertThat(reply.path("m.relates_to").path("m.in_reply_to").path("event_id").asText())
        .isEqualTo(carried("general", "Bonjour à tous").path("event_id").asText());
    assertThat(content("general", "<script>").path("body").asText())
        .isEqualTo("<script>alert(1)</script> & \"quotes\"");
    assertThat(content("general", "\"waves\"").path("msgtype").asText()).isEqualTo("m.emote");
    assertThat(content("general", "a notice").path("msgtype").asText()).isEqualTo("m.notice");
    assertThat(content("general", "geo:48.85").path("geo_uri").asText())
        .isEqualTo("geo:48.85,2.35");
  }

  @Test
  void anotherClientSeesEditThreadPollAndReactions() {
    LabClient reader = shore.server().register("reader", TestLab.PASSWORD, false);
    reader.join(room("general"));
    JsonNode wrong =
        reader.event(
            room("general"), carried("general", "un mesage avec").path("event_id").asText());
    JsonNode edit = wrong.path("unsigned").path("m.relations").path("m.replace");
    assertThat(edit.path("content").path("m.new_content").path("body").asText())
        .isEqualTo("un message sans faute");
    JsonNode thread =
        reader.event(
            room("general"), carried("general", "A thread about goats").path("event_id").asText());
    assertThat(thread.path("unsigned").path("m.relations").path("m.thread").path("count").asInt())
        .isEqualTo(3);
    assertThat(content("general", "Pizza?").path("org.matrix.msc3381.poll.start").path("answers"))
        .hasSize(2);
    String greeted = carried("general", "Salut !").path("event_id").asText();
    assertThat(shore.timeline(room("general")))
        .filteredOn(e -> e.path("type").asText().equals("m.reaction"))
        .extracting(e -> e.path("content").path("m.relates_to"))
        .extracting(r -> r.path("event_id").asText() + r.path("key").asText())
        .containsExactlyInAnyOrder(greeted + "👍", greeted + "🎉");
    reader.leave(room("general"));
  }

  @Test
  void nothingOfARedactedMessageIsAnywhere() {
    for (String room : shore.rooms()) {
      assertThat(shore.timeline(room).toString()).as(room).doesNotContain(CANARY);
      assertThat(shore.state(room).toString()).as(room).doesNotContain(CANARY);
    }
    assertThat(mapped.hasEvent(oldEvent("general", CANARY).id())).isFalse();
  }

  @Test
  void kicksBansAndInvitationsStand() {
    String general = room("general");
    JsonNode kick = carried("general", "calm down");
    assertThat(kick.path("sender").asText()).isEqualTo(mapped.user(SAMPLE.user("alice")));
    assertThat(kick.path("content").path("membership").asText()).isEqualTo("leave");
    JsonNode ban = shore.state(general, "m.room.member", mapped.user(SAMPLE.user("mallory")));
    assertThat(ban.path("membership").asText()).isEqualTo("ban");
    assertThat(ban.path("reason").asText()).isEqualTo("spam");
    assertThat(membership("random", "heidi")).isEqualTo("leave");
    assertThat(members("general")).isEqualTo(oldMembers("general"));
    assertThat(members("bulk")).isEqualTo(oldMembers("bulk"));
    assertThat(members("encrypted")).isEqualTo(oldMembers("encrypted"));
  }

  private static String membership(String room, String user) {
    return shore
        .state(room(room), "m.room.member", mapped.user(SAMPLE.user(user)))
        .path("membership")
        .asText();
  }

  private static Map<String, String> members(String room) {
    return shore.state(room(room)).entrySet().stream()
        .filter(e -> e.getKey().startsWith("m.room.member|"))
        .filter(e -> e.getKey().contains("@old_"))
        .collect(
            Collectors.toMap(
                e -> e.getKey().substring("m.room.member|".length()),
                e -> e.getValue().path("content").path("membership").asText()));
  }

  private static Map<String, String> oldMembers(String room) {
    return old.events(SAMPLE.room(room)).stream()
        .filter(e -> e.type().equals("m.room.member"))
        .collect(
            Collectors.toMap(
                e -> mapped.user(String.valueOf(e.stateKey())),
                e -> e.content().path("membership").asText(),
                (before, after) -> after));
  }

  @Test
  void filesAreUploadedOnceAndEqual() throws Exception {
    JsonNode goat = content("general", "goat.png");
    String oldGoat = oldEvent("general", "goat.png").content().path("url").asText();
    assertThat(goat.path("url").asText()).isEqualTo(mapped.media(oldGoat));
    byte[] bytes = shore.admin().download(goat.path("url").asText());
    assertThat(bytes).hasSize(goat.path("info").path("size").asInt());
    byte[] text =
        shore.admin().download(content("general", "compte rendu é.txt").path("url").asText());
    assertThat(text).hasSize(32000);
    Map<String, String> media = mapped.all("media");
    assertThat(media.values()).doesNotHaveDuplicates();
    Map<String, String> hashes = Sample.mediaHashes();
    for (var file : media.entrySet()) {
      String id = file.getKey().substring(file.getKey().lastIndexOf('/') + 1);
      assertThat(sha256(shore.admin().download(file.getValue())))
          .as(file.getKey())
          .isEqualTo(hashes.get(id));
    }
    assertThat(uploads).isEqualTo(media.size());
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void roomsHaveTheirState() {
    String general = room("general");
    assertThat(shore.state(general, "m.room.name", "").path("name").asText()).isEqualTo("General");
    assertThat(shore.state(general, "m.room.topic", "").path("topic").asText())
        .isEqualTo("All about the village and its goats");
    assertThat(shore.state(general, "m.room.pinned_events", "").path("pinned").path(0).asText())
        .isEqualTo(carried("general", "Bonjour à tous").path("event_id").asText());
    assertThat(shore.state(general, "m.room.join_rules", "").path("join_rule").asText())
        .isEqualTo("public");
    assertThat(shore.state(general, "m.room.canonical_alias", "").path("alias").asText())
        .isEqualTo("#general:" + Shore.DOMAIN);
    assertThat(shore.resolve("#general:" + Shore.DOMAIN)).isEqualTo(general);
    assertThat(shore.resolve("#random:" + Shore.DOMAIN)).isEqualTo(room("random"));
    JsonNode levels = shore.state(general, "m.room.power_levels", "").path("users");
    assertThat(levels.path(mapped.user(SAMPLE.user("alice"))).asInt()).isEqualTo(100);
    assertThat(levels.path(mapped.user(SAMPLE.user("bob"))).asInt()).isEqualTo(50);
    JsonNode custom = carried("general", "com.example.custom").path("content");
    assertThat(custom.path("n").path("deep").path(2).has("a")).isTrue();
  }

  @Test
  void theOldSpaceIsASubSpaceWithItsRooms() {
    String village = room("space");
    assertThat(children(landing.space()))
        .contains(village, room("dup1"), room("dup2"), room("bulk"), room("encrypted"))
        .doesNotContain(room("general"), room("random"), room("dm"), room("upgradedFrom"));
    assertThat(children(village)).containsExactlyInAnyOrder(room("general"), room("random"));
    assertThat(shore.state(village, "m.space.child", room("general")).path("order").asText())
        .isEqualTo("a");
    assertThat(parents("general")).containsExactly(village);
    assertThat(parents("bulk")).containsExactly(landing.space());
    assertThat(parents("dm")).isEmpty();
    JsonNode allow = shore.state(room("restricted"), "m.room.join_rules", "").path("allow").path(0);
    assertThat(allow.path("room_id").asText()).isEqualTo(village);
  }

  private static Set<String> children(String space) {
    return keys(space, "m.space.child");
  }

  private static Set<String> parents(String room) {
    return shore.state(room(room)).entrySet().stream()
        .filter(e -> e.getKey().startsWith("m.space.parent|"))
        .filter(e -> e.getValue().path("content").path("canonical").asBoolean())
        .map(e -> e.getKey().substring("m.space.parent|".length()))
        .collect(Collectors.toSet());
  }

  private static Set<String> keys(String room, String type) {
    return shore.state(room).entrySet().stream()
        .filter(e -> e.getKey().startsWith(type + "|") && e.getValue().path("content").has("via"))
        .map(e -> e.getKey().substring(type.length() + 1))
        .collect(Collectors.toSet());
  }

  @Test
  void upgradedRoomsAreLinked() {
    assertThat(
            shore
                .state(room("upgradedFrom"), "m.room.tombstone", "")
                .path("replacement_room")
                .asText())
        .isEqualTo(room("upgradedTo"));
    assertThat(
            shore
                .state(room("upgradedTo"), "m.room.create", "")
                .path("predecessor")
                .path("room_id")
                .asText())
        .isEqualTo(room("upgradedFrom"));
  }

  @Test
  void directChatsAreBetweenTheTwoAlone() {
    String dm = room("dm");
    String alice = mapped.user(SAMPLE.user("alice"));
    String bob = mapped.user(SAMPLE.user("bob"));
    assertThat(keysOf(dm, "m.room.member")).containsExactlyInAnyOrder(alice, bob);
    for (String[] pair : new String[][] {{alice, bob}, {bob, alice}}) {
      JsonNode direct =
          shore
              .bot()
              .get(
                  "/_matrix/client/v3/user/%s/account_data/m.direct?user_id=%s"
                      .formatted(LabClient.esc(pair[0]), LabClient.esc(pair[0])));
      assertThat(direct.path(pair[1])).as(pair[0]).extracting(JsonNode::asText).contains(dm);
    }
  }

  private static Set<String> keysOf(String room, String type) {
    return shore.state(room).keySet().stream()
        .filter(k -> k.startsWith(type + "|"))
        .map(k -> k.substring(type.length() + 1))
        .collect(Collectors.toSet());
  }

  @Test
  void encryptedRoomsAreShellsWithANotice() {
    for (String name : List.of("encrypted", "encryptedDm")) {
      List<JsonNode> events = shore.timeline(room(name));
      assertThat(events)
          .extracting(e -> e.path("type").asText())
          .doesNotContain("m.room.encrypted");
      assertThat(events)
          .filteredOn(e -> e.path("type").asText().equals("m.room.message"))
          .singleElement()
          .satisfies(
              e -> assertThat(e.path("content").path("msgtype").asText()).isEqualTo("m.notice"));
      assertThat(shore.state(room(name), "m.room.encryption", "").path("algorithm").asText())
          .isEqualTo("m.megolm.v1.aes-sha2");
    }
  }

  @Test
  void theBotIsInEveryGroupRoomAndItsMarkOnEveryEvent() {
    for (String name : List.of("general", "random", "dup1", "space", "restricted", "encrypted")) {
      JsonNode bot = shore.state(room(name), "m.room.member", "@ferrybot:" + Shore.DOMAIN);
      assertThat(bot.path("membership").asText()).as(name).isEqualTo("join");
    }
    JsonNode mark = content("general", "federated hello").path("org.ferry.origin");
    OldEvent event = oldEvent("general", "federated hello");
    assertThat(mark.path("server").asText()).isEqualTo("old.example.org");
    assertThat(mark.path("room_id").asText()).isEqualTo(event.room());
    assertThat(mark.path("event_id").asText()).isEqualTo(event.id());
    assertThat(mark.path("sender").asText()).isEqualTo("@dora:remote.example.net");
    assertThat(mark.path("ts").asLong()).isEqualTo(event.ts());
  }

  @Test
  void peopleHaveTheirNamesAndTheDeactivatedOneNoWayIn() {
    JsonNode alice = profile("alice");
    assertThat(alice.path("displayname").asText()).isEqualTo("Alice Martin");
    assertThat(shore.admin().download(alice.path("avatar_url").asText())).isNotEmpty();
    assertThat(profile("eloise=42").path("displayname").asText()).isEqualTo("Éloïse 🦊");
    var login =
        shore
            .admin()
            .request(
                "POST",
                "/_matrix/client/v3/login",
                LabClient.json(
                    "{\"type\":\"m.login.password\",\"password\":\"\",\"identifier\":{\"type\":\"m.id.user\",\"user\":\"%s\"}}"
                        .formatted(mapped.user(SAMPLE.user("judy")))));
    assertThat(login.status()).isEqualTo(403);
  }

  private static JsonNode profile(String name) {
    return shore
        .admin()
        .get("/_matrix/client/v3/profile/" + LabClient.esc(mapped.user(SAMPLE.user(name))));
  }

  @Test
  void aSecondRunCarriesNothingAndIsQuick() {
    Map<String, Integer> before = shore.sizes();
    int users = shore.users();
    var again = landing.must(0, "migrate", "--media", Sample.MEDIA.toString(), "-y");
    assertThat(shore.sizes()).as(again.toString()).isEqualTo(before);
    assertThat(shore.users()).isEqualTo(users);
  }
}
