package org.ferry.store.staging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.UserId;
import org.ferry.lab.LabClient;
import org.ferry.model.AccountDatum;
import org.ferry.model.Event;
import org.ferry.model.MediaFile;
import org.ferry.model.Room;
import org.ferry.model.WayIn;
import org.ferry.source.MediaStore;
import org.ferry.source.Problem;
import org.ferry.source.RoomTally;
import org.ferry.source.media.MediaStores;
import org.ferry.source.synapse.LoadProgress;
import org.ferry.source.synapse.SynapseDump;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.elder.ElderFacts;
import org.ferry.testing.elder.SecondDump;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dump of a Synapse with rooms of every version, compared with SQL run in that Synapse. */
class SecondDumpLoadIT {
  private static SecondDump second;
  private static ElderFacts facts;
  private static SynapseDump dump;

  @BeforeAll
  static void load() throws Exception {
    second = SecondDump.shared();
    facts = second.facts();
    dump =
        SynapseDump.load(
            second.sql().toString(),
            InputStream.nullInputStream(),
            PgStaging.on(TestPostgres.freshDatabase().connect()),
            LoadProgress.NONE);
  }

  @AfterAll
  static void close() {
    dump.close();
  }

  @Test
  void bothPathsCountWhatTheServerCounted() {
    Map<String, Map<String, Long>> counted = new TreeMap<>();
    facts
        .accepted()
        .forEach((room, types) ->
            types.forEach((type, n) ->
                counted.computeIfAbsent(room, r -> new TreeMap<>()).put(type, (long) n)));
    Map<String, Map<String, Long>> second =
        all(dump.tallies()).stream()
            .collect(Collectors.toMap(t -> t.room().value(), RoomTally::byType));
    assertThat(second).isEqualTo(counted);
    Map<String, Map<String, Long>> first =
        all(dump.events()).stream()
            .filter(e -> !e.isPrior())
            .collect(
                Collectors.groupingBy(
                    e -> e.room().value(),
                    Collectors.groupingBy(Event::type, Collectors.counting())));
    String workshop = facts.room("workshop");
    Map<String, Long> withBroken = Objects.requireNonNull(first.get(workshop));
    withBroken.merge("m.room.message", 1L, Long::sum);
    assertThat(first).isEqualTo(counted);
  }

  @Test
  void theBrokenRowIsNamedWithItsLine() {
    assertThat(byId()).doesNotContainKey(facts.event("crafted.broken"));
    assertThat(dump.problems())
        .extracting(Problem::where)
        .anyMatch(w -> w.matches(".*second\\.sql\\.gz:[0-9]+, table event_json"));
  }

  @Test
  void nobodySeesWhatNobodySaw() {
    assertThat(byId())
        .doesNotContainKeys(
            facts.event("crafted.softFailed"),
            facts.event("crafted.rejected"),
            facts.event("crafted.outlier"))
        .containsKey(facts.event("crafted.historical"));
  }

  @Test
  void everyRoomHasItsVersion() {
    Map<String, String> versions =
        all(dump.rooms()).stream().collect(Collectors.toMap(r -> r.id().value(), Room::version));
    for (int v = 1; v <= 12; v++) {
      assertThat(versions).containsEntry(facts.room("v" + v), String.valueOf(v));
    }
  }

  @Test
  void nothingRedactedLeavesInAnyVersion() {
    Map<String, Event> events = byId();
    for (int v = 1; v <= 12; v++) {
      for (String what : List.of("redacted", "redactedLevels", "redactedMember", "redactedTopic")) {
        Event event = Objects.requireNonNull(events.get(facts.event("v" + v + "." + what)));
        assertThat(event.redactedBy()).as("v%s.%s", v, what).isNotNull();
        assertThat(event.content()).as("v%s.%s", v, what).doesNotContain("CANARY");
      }
      Event levels = Objects.requireNonNull(events.get(facts.event("v" + v + ".redactedLevels")));
      assertThat(levels.content()).contains("\"users\":");
      assertThat(levels.content().contains("\"invite\":")).isEqualTo(v >= 11);
      Event redaction = Objects.requireNonNull(events.get(facts.event("v" + v + ".redaction")));
      assertThat(redaction.redacts()).isEqualTo(new EventId(facts.event("v" + v + ".redacted")));
    }
  }

  @Test
  void everyFileOfTheDumpIsFoundInTheStore(@TempDir Path scratch) throws Exception {
    List<MediaFile> files = all(dump.media());
    assertThat(files).anyMatch(f -> f.path().startsWith("remote_content/"));
    String lost = facts.file("lost.txt");
    try (MediaStore store = MediaStores.open(second.media(), scratch)) {
      for (MediaFile file : files) {
        boolean found = store.find(file.path()).map(b -> b.length() == file.length()).orElse(false);
        assertThat(found).as("%s", file).isEqualTo(!file.uri().toString().equals(lost));
      }
    }
  }

  @Test
  void addressesAndIdentitiesAreReadAndPasswordsAreNot() {
    String ben = facts.user("ben");
    assertThat(all(dump.waysIn()))
        .filteredOn(w -> w.user().value().equals(ben))
        .containsExactlyInAnyOrder(
            new WayIn(new UserId(ben), WayIn.EMAIL, "", "ben@example.org"),
            new WayIn(new UserId(ben), WayIn.PHONE, "", "431234567"),
            new WayIn(new UserId(ben), WayIn.SSO, "oidc-keycloak", "b-0001"),
            new WayIn(new UserId(ben), WayIn.SSO, "saml", "ben@corp"));
  }

  @Test
  void pushRulesAreReadAsTheSpecificationHasThem() {
    String rules =
        all(dump.accountData()).stream()
            .filter(d -> d.type().equals("m.push_rules"))
            .filter(d -> d.user().value().equals(facts.user("ben")))
            .map(AccountDatum::content)
            .collect(Collectors.joining());
    var global = LabClient.json(rules).path("global");
    assertThat(global.path("content").path(0).path("rule_id").asText()).isEqualTo("bridge");
    assertThat(global.path("room").path(0).path("rule_id").asText())
        .isEqualTo(facts.room("workshop"));
    assertThat(global.path("sender").path(0).path("rule_id").asText()).isEqualTo(facts.user("ann"));
    assertThat(global.path("override").path(0).path("conditions").path(0).path("pattern").asText())
        .isEqualTo("org.example.game.move");
    var call = global.path("underride").path(0);
    assertThat(call.path("rule_id").asText()).isEqualTo(".m.rule.call");
    assertThat(call.path("default").asBoolean()).isTrue();
    assertThat(call.path("enabled").asBoolean(true)).isFalse();
    assertThat(call.has("actions")).isFalse();
  }

  private static Map<String, Event> byId() {
    return all(dump.events()).stream()
        .collect(Collectors.toMap(e -> e.id().value(), Function.identity()));
  }

  private static <T> List<T> all(Stream<T> stream) {
    try (stream) {
      return stream.toList();
    }
  }
}
