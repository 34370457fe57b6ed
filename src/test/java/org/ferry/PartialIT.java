package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.lab.LabClient;
import org.ferry.testing.FerryProcess.Result;
import org.ferry.testing.ShortSample;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.crossing.Sample;
import org.ferry.testing.crossing.Shore;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Some people's part first, or the newest first; the rest later. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PartialIT {
  private static final Sample SAMPLE = Sample.facts();
  private static final Shore SHORE = Shore.shared();
  private static final Landing THEIRS = SHORE.landing("some-people", "partial");
  private static final Landing NEWEST = SHORE.landing("newest", "partial");
  private static final String RANDOM = SAMPLE.room("random");
  private static final String GENERAL = SAMPLE.room("general");
  private static final String BULK = SAMPLE.room("bulk");
  private static final String FRANK = "@old_frank:" + Shore.DOMAIN;

  private static Instant middle = Instant.EPOCH;

  private static List<JsonNode> messages(String room) {
    return SHORE.timeline(room).stream()
        .filter(e -> e.path("type").asText().equals("m.room.message"))
        .toList();
  }

  @Test
  @Order(1)
  void onlySomePeoplesPart() {
    var unused = THEIRS.must(0, "analyze", ShortSample.dump().toString());
    Result dry =
        THEIRS.must(
            0,
            "migrate",
            "-y",
            "--json",
            "--dry-run",
            "--media",
            Sample.MEDIA.toString(),
            "--rooms",
            RANDOM,
            "--users",
            "@frank:*");
    JsonNode promised = LabClient.json(dry.out());
    JsonNode done =
        THEIRS.json(0, "migrate", "-y", "--json", "--rooms", RANDOM, "--users", "@frank:*");
    assertThat(done.at("/events/carried").asLong())
        .isPositive()
        .isEqualTo(promised.path("events").asLong());
    assertThat(done.at("/events/waiting").asLong()).isPositive();
    assertThat(done.path("settings")).as("others are in no room yet").isEmpty();
    assertThat(promised.path("settings").asLong()).isZero();
    String room = THEIRS.mapped().room(RANDOM);
    assertThat(messages(room))
        .isNotEmpty()
        .allSatisfy(e -> assertThat(e.path("sender").asText()).isEqualTo(FRANK));
    assertThat(dry.err())
        .contains("Messages to carry: " + messages(room).size() + "\n")
        .contains("With --rooms '%s' --users '@frank:*', rooms and messages".formatted(RANDOM));
    assertThat(done.path("asked_for").asLong())
        .isEqualTo(done.at("/events/carried").asLong() + done.at("/events/skipped").asLong());
    assertThat(done.path("asked_for_waiting").asLong(-1)).isZero();
    assertThat(done.path("left_waiting")).isEqualTo(done.at("/events/waiting"));
    assertThat(SHORE.state(room, "m.room.name", "").path("name").asText()).isNotEmpty();
    assertThat(SHORE.state(room, "m.room.member", FRANK).path("membership").asText())
        .isEqualTo("join");
    assertThat(THEIRS.must(0, "status").out())
        .contains(
            "left waiting on purpose by the last run: %,d events; a run without --users '@frank:*' carries them"
                .formatted(done.at("/events/waiting").asLong()))
        .containsPattern("not begun yet: \\d+ rooms of the plan, with \\d+ messages");
    assertThat(done.at("/not_begun/rooms").asInt()).isPositive();
    assertThat(THEIRS.must(3, "migrate", "-y", "--rooms", "Nowhere*").err())
        .contains("No room of the plan is meant by --rooms 'Nowhere*'");
    assertThat(THEIRS.must(3, "rollback", "-y", "--rooms", "Nowhere*").err())
        .contains("No room of the plan is meant by --rooms 'Nowhere*'");
  }

  @Test
  @Order(2)
  void theRestComesLaterAndStandsLate() {
    int theirs = messages(THEIRS.mapped().room(RANDOM)).size();
    Result rest = THEIRS.must(0, "migrate", "-y", "--json", "--rooms", RANDOM);
    assertThat(rest.err())
        .contains(
            "Messages: 40; dealt with before: %d; to carry: %d\n".formatted(theirs, 40 - theirs))
        .contains("This run carries what is not carried yet: %d messages, ".formatted(40 - theirs));
    assertThat(THEIRS.must(0, "migrate", "--dry-run", "--rooms", RANDOM).err())
        .contains("This run: no event, person or room waits");
    JsonNode done = LabClient.json(rest.out());
    assertThat(done.at("/events/waiting").asLong()).isZero();
    assertThat(done.at("/events/late").asLong()).isPositive();
    assertThat(messages(THEIRS.mapped().room(RANDOM))).hasSize(40);
    assertThat(THEIRS.must(1, "verify").out())
        .as("only rooms that were not asked for differ")
        .contains("(" + BULK + ")")
        .doesNotContain("(" + RANDOM + ")");
    assertThat(THEIRS.must(0, "status").out()).doesNotContain("on purpose");
  }

  @Test
  @Order(3)
  void onlyTheNewestInARoomThatMakesSense() {
    List<JsonNode> old = oldMessages();
    middle = Instant.ofEpochMilli(old.get(old.size() / 2).path("origin_server_ts").asLong());
    long newer =
        old.stream()
            .filter(e -> e.path("origin_server_ts").asLong() >= middle.toEpochMilli())
            .count();
    JsonNode done =
        NEWEST.json(
            0,
            "migrate",
            "-y",
            "--json",
            "--media",
            Sample.MEDIA.toString(),
            "--rooms",
            BULK,
            "--rooms",
            "Empty*",
            "--since",
            middle.toString());
    assertThat(done.at("/events/waiting").asLong()).isPositive();
    assertThat(done.path("left_waiting_by").asText()).isEqualTo("--since " + middle);
    assertThat(done.at("/rate/events_left").asLong(-1))
        .as("what was left out is not counted as still to come")
        .isZero();
    Landing.Mapped mapped = NEWEST.mapped();
    String room = mapped.room(BULK);
    assertThat(messages(room)).hasSize((int) newer);
    assertThat(SHORE.state(room, "m.room.name", "").path("name").asText()).isNotEmpty();
    assertThat(mapped.hasRoom(SAMPLE.room("empty"))).as("nothing new in it").isFalse();
  }

  /** The bulk room as it stands where all of it was carried. */
  private static List<JsonNode> oldMessages() {
    assertThat(THEIRS.must(0, "migrate", "-y", "--rooms", BULK).err())
        .contains("Plan: 1 to create, 0 to reuse")
        .contains(
            "rooms and messages are those that this run carries; people and files are everybody's");
    return messages(THEIRS.mapped().room(BULK));
  }

  /** As an administrator does, or the homeserver where nobody used it for long. */
  private static void removeReplayDevices(String room) {
    Set<String> senders =
        messages(room).stream().map(e -> e.path("sender").asText()).collect(Collectors.toSet());
    assertThat(senders).isNotEmpty();
    for (String sender : senders) {
      LabClient.Answer removed =
          SHORE
              .bot()
              .request(
                  "DELETE",
                  "/_matrix/client/v3/devices/FERRY?user_id=" + LabClient.esc(sender),
                  LabClient.json("{}"));
      assertThat(removed.status()).as(removed.toString()).isEqualTo(200);
    }
  }

  @Test
  @Order(4)
  void whatIsOlderComesLaterWithItsOldDate() {
    removeReplayDevices(NEWEST.mapped().room(BULK));
    JsonNode done = NEWEST.json(0, "migrate", "-y", "--json", "--rooms", BULK);
    assertThat(done.at("/events/late").asLong()).isPositive();
    String room = NEWEST.mapped().room(BULK);
    assertThat(messages(room)).hasSize(96);
    assertThat(messages(room).getLast().path("origin_server_ts").asLong())
        .isLessThan(middle.toEpochMilli());
    assertThat(NEWEST.must(1, "verify").out())
        .contains("(" + RANDOM + ")")
        .doesNotContain("(" + BULK + ")");
  }

  /** Alice banned her: where only Alice's part was carried, the ban stands before the entry. */
  @Test
  @Order(5)
  void whoWasBannedSinceEntersLateAndIsBannedAgain() {
    var unused = THEIRS.must(0, "migrate", "-y", "--rooms", GENERAL, "--users", "@alice:*");
    String mallory = "@old_mallory:" + Shore.DOMAIN;
    String room = THEIRS.mapped().room(GENERAL);
    assertThat(SHORE.state(room, "m.room.member", mallory).path("membership").asText())
        .isEqualTo("ban");
    JsonNode done = THEIRS.json(0, "migrate", "-y", "--json", "--rooms", GENERAL);
    assertThat(done.at("/events/failed").asLong(-1)).isZero();
    assertThat(SHORE.timeline(room).stream().map(e -> membership(e, mallory))).contains("join");
    JsonNode last = SHORE.state(room, "m.room.member", mallory);
    assertThat(last.path("membership").asText()).isEqualTo("ban");
    assertThat(last.path("reason").asText()).isEqualTo("spam");
  }

  /** The membership that a carried event gives to somebody; empty where it is about others. */
  private static String membership(JsonNode event, String user) {
    boolean theirs = event.path("state_key").asText().equals(user);
    boolean carried = event.path("content").has("org.ferry.origin");
    return theirs && carried ? event.at("/content/membership").asText() : "";
  }

  @Test
  @Order(6)
  void whatCannotBeMeantIsSaid() {
    assertThat(NEWEST.must(3, "migrate", "-y", "--users", "nobody*").err())
        .contains("Nobody of the plan is meant by --users nobody*");
    assertThat(NEWEST.must(2, "migrate", "-y", "--since", "yesterday").err())
        .contains("\"yesterday\" is no time", "30d");
    assertThat(NEWEST.must(2, "migrate", "-y", "--since", "2999-01-01").err())
        .contains("lies ahead");
  }
}
