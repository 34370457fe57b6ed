package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ferry.lab.LabClient;
import org.ferry.testing.ShortSample;
import org.ferry.testing.TestLab;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.crossing.OldServer;
import org.ferry.testing.crossing.OldServer.OldEvent;
import org.ferry.testing.crossing.Sample;
import org.ferry.testing.crossing.Shore;
import org.junit.jupiter.api.Test;

/**
 * The sample's encrypted rooms in clear, read by a person who joined them. What was said there is
 * known from the client that made the sample.
 */
class EncryptedRoomsIT {
  private static final String PICKLE_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";
  private static final String MAP_SHA256 =
      "2759e1c45ca9d31e9cfd21e5b497f2c81208cde894fc9d938ad7b108cef75a2d";
  private static final Path KEYS =
      Path.of("src/test/resources/alice-element-keys.txt").toAbsolutePath();
  private static final Sample SAMPLE = Sample.facts();
  private static final String COUNCIL = SAMPLE.room("encrypted");
  private static final String PRIVATE = SAMPLE.room("encryptedDm");

  private final Shore shore = Shore.shared();

  private Landing landing(String name) {
    shore.freeAliases("general", "random");
    return shore.landing(
        name,
        name,
        "rooms: {encrypted: decrypt}",
        "encryption: {pickle_key: \"" + PICKLE_KEY + "\"}");
  }

  /** The sample's two encrypted rooms alone. */
  private static void migrate(Landing landing) {
    var unused =
        landing.must(
            0,
            "migrate",
            ShortSample.dump().toString(),
            "--media",
            Sample.MEDIA.toString(),
            "--rooms",
            COUNCIL,
            "--rooms",
            PRIVATE,
            "-y");
  }

  private static Path secret(Landing landing, String name, String text) throws IOException {
    return Files.writeString(landing.folder().resolve(name), text);
  }

  private static void importKeys(Landing landing) throws IOException {
    Path passphrase = secret(landing, "passphrase.txt", SAMPLE.recovery("exportPassphrase"));
    var unused =
        landing.must(
            0, "keys", "import", KEYS.toString(), "--passphrase-file", passphrase.toString());
  }

  /** What a person reads whom Alice invited, from the first event to the last. */
  private List<JsonNode> read(String room) {
    LabClient reader =
        shore.server().register(TestLab.shared().unique("reader"), TestLab.PASSWORD, false);
    String path =
        "/_matrix/client/v3/rooms/%s/invite?user_id=%s"
            .formatted(LabClient.esc(room), LabClient.esc("@old_alice:" + Shore.DOMAIN));
    JsonNode invited =
        shore.bot().post(path, LabClient.json("{\"user_id\":\"%s\"}".formatted(reader.userId())));
    assertThat(invited).isNotNull();
    var unused = reader.join(room);
    return reader.messages(room);
  }

  private static List<String> said(List<JsonNode> events) {
    return events.stream()
        .filter(e -> e.path("type").asText().equals("m.room.message"))
        .filter(e -> e.path("content").has("body"))
        .map(e -> e.path("content").path("body").asText())
        .toList();
  }

  private static List<String> council() {
    return Stream.concat(
            IntStream.range(0, 60).mapToObj(i -> "secret " + i + " 🔐"),
            Stream.of("* secret 0 (edited)", "map.png"))
        .toList();
  }

  private static List<String> dialogue() {
    return IntStream.range(0, 8).mapToObj(i -> "private " + i).toList();
  }

  /** Sender, time and origin of each, against a reader of the dump that shares nothing. */
  private static void areAsTheyWere(List<JsonNode> events, Landing.Mapped mapped, String old) {
    List<OldEvent> sealed =
        OldServer.read(Sample.SQL).events(old).stream()
            .filter(e -> e.type().equals("m.room.encrypted"))
            .toList();
    List<String> expected = new ArrayList<>();
    for (OldEvent event : sealed) {
      expected.add(
          "%s %s %d".formatted(mapped.event(event.id()), mapped.user(event.sender()), event.ts()));
    }
    List<String> found =
        events.stream()
            .filter(e -> e.path("type").asText().equals("m.room.message"))
            .filter(e -> e.path("content").has("body"))
            .map(e ->
                "%s %s %d"
                    .formatted(
                        e.path("event_id").asText(),
                        e.path("sender").asText(),
                        e.path("origin_server_ts").asLong()))
            .toList();
    assertThat(found).isEqualTo(expected);
  }

  private void wholeCouncil(List<JsonNode> events) {
    assertThat(said(events)).isEqualTo(council());
    JsonNode first = find(events, "secret 0 🔐");
    assertThat(find(events, "* secret 0 (edited)").path("content").path("m.relates_to"))
        .as("the edit")
        .isEqualTo(
            LabClient.json(
                "{\"rel_type\":\"m.replace\",\"event_id\":\"%s\"}"
                    .formatted(first.path("event_id").asText())));
    assertThat(events)
        .as("the reaction")
        .filteredOn(e -> e.path("type").asText().equals("m.reaction"))
        .singleElement()
        .returns(
            first.path("event_id"), e -> e.path("content").path("m.relates_to").path("event_id"));
    JsonNode picture = find(events, "map.png").path("content");
    assertThat(picture.has("file")).as("a key beside the picture").isFalse();
    assertThat(sha256(shore.admin().download(picture.path("url").asText()))).isEqualTo(MAP_SHA256);
  }

  private static JsonNode find(List<JsonNode> events, String body) {
    return events.stream()
        .filter(e -> e.path("content").path("body").asText().equals(body))
        .findFirst()
        .orElseThrow();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aKeyFileOpensBothRoomsWhole() throws IOException {
    Landing landing = landing("keyfile");
    var unused = landing.must(0, "analyze", ShortSample.dump().toString());
    assertThat(landing.must(0, "plan").out())
        .contains("Encrypted messages without a key: 70; ferry keys import FILE");
    importKeys(landing);
    JsonNode plan = landing.json(0, "plan", "--json");
    assertThat(plan.path("encrypted_in_clear").asInt()).isEqualTo(70);
    assertThat(plan.path("encrypted_without_key").asInt()).isZero();
    assertThat(plan.path("encrypted_rooms").findValuesAsText("readable_to")).hasSize(2);
    unused = landing.must(0, "migrate", "--media", Sample.MEDIA.toString(), "-y");

    Landing.Mapped mapped = landing.mapped();
    List<JsonNode> council = read(mapped.room(COUNCIL));
    wholeCouncil(council);
    areAsTheyWere(council, mapped, COUNCIL);
    List<JsonNode> dialogue = read(mapped.room(PRIVATE));
    assertThat(said(dialogue)).isEqualTo(dialogue());
    areAsTheyWere(dialogue, mapped, PRIVATE);
    assertThat(council).noneMatch(e -> e.path("type").asText().equals("m.room.encrypted"));

    unused = landing.must(0, "verify", "--media", Sample.MEDIA.toString());
    unused = landing.must(0, "verify", ShortSample.dump().toString(), "--report", "report.html");
    assertThat(landing.read("report.html"))
        .contains("carried in clear")
        .contains("Secret council")
        .doesNotContain("secret 7 ");
  }

  @Test
  void theRecoveryKeyAloneOpensWhatTheBackupHolds() throws IOException {
    Landing landing = landing("recovery");
    Path recovery = secret(landing, "recovery.txt", SAMPLE.recovery("recoveryKey"));
    var unused = landing.must(0, "analyze", ShortSample.dump().toString());
    unused = landing.must(0, "plan");
    unused =
        landing.must(
            0,
            "keys",
            "restore",
            "--source",
            ShortSample.dump().toString(),
            "--user",
            SAMPLE.user("alice"),
            "--recovery-key-file",
            recovery.toString());
    migrate(landing);
    Landing.Mapped mapped = landing.mapped();
    wholeCouncil(read(mapped.room(COUNCIL)));
    // The sample's backup has the three sessions of this room, and none of the other one.
    assertThat(said(read(mapped.room(PRIVATE))))
        .hasSize(8)
        .allMatch(s -> s.contains("Ferry has no key"));
  }

  @Test
  void withoutKeysPlaceholdersStandAndGoWhenTheKeysHaveCome() throws IOException {
    Landing landing = landing("later");
    migrate(landing);
    Landing.Mapped before = landing.mapped();
    String council = before.room(COUNCIL);
    List<JsonNode> sealed = read(council);
    assertThat(said(sealed))
        .hasSize(62)
        .allMatch(s -> s.contains("was encrypted, and Ferry has no key"));
    assertThat(sealed).noneMatch(e -> e.path("type").asText().equals("m.reaction"));
    String edit = oldEvent("m.replace");
    assertThat(landing.must(0, "explain", edit).out()).contains("no: there is no key for it");
    assertThat(landing.json(0, "status", "--json").path("crossings").path(0).path("encrypted"))
        .isEqualTo(LabClient.json("{\"in_clear\":0,\"placeholders\":70}"));

    importKeys(landing);
    assertThat(landing.must(1, "verify").out()).contains("is not carried yet");
    migrate(landing);
    List<JsonNode> open = shore.timeline(council);
    wholeCouncil(open);
    assertThat(open)
        .as("placeholders that can still be read")
        .noneMatch(e -> e.path("content").has("org.ferry.undecryptable"));
    areAsTheyWere(open, landing.mapped(), COUNCIL);
    assertThat(said(shore.timeline(landing.mapped().room(PRIVATE)))).isEqualTo(dialogue());
    assertThat(landing.must(0, "explain", edit).out()).contains("yes: m.room.message");
    migrate(landing);
    assertThat(shore.timeline(council)).hasSameSizeAs(open);
  }

  private static String oldEvent(String part) {
    return OldServer.read(Sample.SQL).events(COUNCIL).stream()
        .filter(e -> e.content().toString().contains(part))
        .findFirst()
        .orElseThrow()
        .id();
  }
}
