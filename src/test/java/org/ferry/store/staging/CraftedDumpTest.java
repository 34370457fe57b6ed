package org.ferry.store.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.model.AccountDatum;
import org.ferry.model.Event;
import org.ferry.model.MediaFile;
import org.ferry.model.Person;
import org.ferry.model.Room;
import org.ferry.source.Problem;
import org.ferry.source.RoomTally;
import org.ferry.source.SourceException;
import org.ferry.source.synapse.LoadProgress;
import org.ferry.source.synapse.SynapseDump;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.Test;

/**
 * Rows that the sample does not hold and that no client makes on demand: written here by hand, as
 * pg_dump writes them.
 */
class CraftedDumpTest {
  private final CraftedDump crafted = new CraftedDump();

  CraftedDumpTest() {
    crafted.row(
        "users: name, creation_ts, admin, is_guest, appservice_id, deactivated",
        "@a:old",
        "1600000000",
        "1",
        "0",
        "\\N",
        "0");
    crafted.row("rooms: room_id, is_public, creator, room_version", "!r:old", "t", "@a:old", "10");
  }

  @Test
  void leavesOutWhatNobodyEverSaw() throws Exception {
    crafted.event("$1", "t", "{\"content\":{}}", "{}", "f", "\\N", "\\N");
    crafted.event("$out", "t", "{\"content\":{}}", "{}", "t", "\\N", "\\N");
    crafted.event("$soft", "t", "{\"content\":{}}", "{\"soft_failed\":true}", "f", "\\N", "\\N");
    crafted.event("$hidden", "t", "{\"content\":{}}", "{\"outlier\":true}", "f", "\\N", "\\N");
    crafted.event("$reason", "t", "{\"content\":{}}", "{}", "f", "auth", "\\N");
    crafted.event("$rejected", "t", "{\"content\":{}}", "{}", "f", "\\N", "\\N");
    crafted.event(
        "$notsoft", "t", "{\"content\":{}}", "{\"soft_failed\":false}", "f", "\\N", "\\N");
    crafted.row("rejections: event_id, reason", "$rejected", "auth_error");
    crafted.with(dump -> {
      assertThat(all(dump.events()))
          .extracting(e -> e.id().value())
          .containsExactlyInAnyOrder("$1", "$notsoft");
      assertThat(all(dump.tallies())).extracting(RoomTally::events).containsExactly(2L);
    });
  }

  @Test
  void carriesContentByteForByte() throws Exception {
    String content =
        "{ \"n\":1e400,\"big\":12345678901234567890,\"f\":1.50,\"s\":\"\\ud800 \\u0000 \\\" \\\\ é😀\","
            + "\"t\":\"tab\\tline\\n\",\"deep\":"
            + "[".repeat(150)
            + "]".repeat(150)
            + "}";
    crafted.event(
        "$1",
        "m.room.message",
        "{\"type\":\"x\",\"content\":" + content + ",\"depth\":1}",
        "{}",
        "f",
        "\\N",
        "\\N");
    crafted.with(dump ->
        assertThat(all(dump.events()))
            .singleElement()
            .extracting(Event::content)
            .isEqualTo(content));
  }

  @Test
  void readsStateKeysAlsoStrangeOnes() throws Exception {
    crafted.event("$1", "s", "{\"content\":{},\"state_key\":\"\"}", "{}", "f", "\\N", "\\N");
    crafted.event(
        "$2",
        "s",
        "{\"content\":{},\"state_key\":\"a\\\"\\u0000\\ud800\\tb\"}",
        "{}",
        "f",
        "\\N",
        "\\N");
    crafted.event("$3", "s", "{\"content\":{\"state_key\":\"no\"}}", "{}", "f", "\\N", "\\N");
    crafted.row("current_state_events: event_id, room_id", "$2", "!r:old");
    crafted.with(dump -> {
      Map<String, Event> events = byId(dump);
      assertThat(event(events, "$1").stateKey()).isEmpty();
      assertThat(event(events, "$2").stateKey()).isEqualTo("a\"\u0000\ud800\tb");
      assertThat(event(events, "$3").stateKey()).isNull();
      assertThat(event(events, "$2").current()).isTrue();
      assertThat(event(events, "$1").current()).isFalse();
    });
  }

  @Test
  void appliesExactlyTheRedactionsThatTheRulesAllowed() throws Exception {
    crafted.row("rooms: room_id, is_public, creator, room_version", "!s:old", "f", "@a:old", "10");
    for (String id :
        List.of("$own", "$other", "$room", "$rejected", "$power", "$unknown", "$kept")) {
      crafted.event(
          id, "m.room.message", "{\"content\":{\"body\":\"secret\"}}", "{}", "f", "\\N", "\\N");
    }
    crafted.event(
        "$create",
        "m.room.create",
        "{\"content\":{\"creator\":\"@a:old\"},\"state_key\":\"\"}",
        "{}",
        "f",
        "\\N",
        "\\N");
    crafted.redaction("$r1", "$own", "{\"recheck_redaction\":true}", "t", "@b:old", "!r:old");
    crafted.redaction("$r2", "$other", "{\"recheck_redaction\":true}", "t", "@b:far", "!r:old");
    crafted.redaction("$r3", "$room", "{}", "t", "@a:old", "!s:old");
    crafted.redaction("$r4", "$rejected", "{}", "f", "@a:old", "!r:old");
    crafted.row("rejections: event_id, reason", "$r4", "auth_error");
    crafted.redaction("$r5", "$power", "{\"recheck_redaction\":true}", "f", "@b:far", "!r:old");
    crafted.row(
        "redactions: event_id, redacts, have_censored, received_ts, recheck",
        "$missing",
        "$unknown",
        "f",
        "1",
        "f");
    crafted.redaction("$r6", "$create", "{}", "f", "@a:old", "!r:old");
    crafted.with(dump -> {
      Map<String, Event> events = byId(dump);
      assertThat(redacted(events)).containsExactlyInAnyOrder("$own by $r1", "$power by $r5");
      assertThat(event(events, "$own").content()).isEqualTo("{}");
      assertThat(event(events, "$other").content()).contains("secret");
      assertThat(event(events, "$create").content()).contains("creator");
      assertThat(event(events, "$r1").redacts()).isEqualTo(new EventId("$own"));
    });
  }

  @Test
  void aBanThatTakesBackEverythingDoesSo() throws Exception {
    crafted.event(
        "$old",
        "m.room.message",
        "{\"content\":{\"body\":\"spam\"}}",
        "{}",
        "f",
        "\\N",
        "@spam:far");
    crafted.event(
        "$ban",
        "m.room.member",
        "{\"content\":{\"membership\":\"ban\"},\"state_key\":\"@spam:far\"}",
        "{}",
        "f",
        "\\N",
        "\\N");
    crafted.event(
        "$back",
        "m.room.message",
        "{\"content\":{\"body\":\"sorry\"}}",
        "{}",
        "f",
        "\\N",
        "@spam:far");
    crafted.row(
        "room_ban_redactions: room_id, user_id, redacting_event_id, redact_end_ordering",
        "!r:old",
        "@spam:far",
        "$ban",
        "\\N");
    crafted.with(dump ->
        assertThat(redacted(byId(dump)))
            .containsExactlyInAnyOrder("$old by $ban", "$back by $ban"));
  }

  @Test
  void aLiftedBanSparesWhatCameAfterwards() throws Exception {
    crafted.event(
        "$old",
        "m.room.message",
        "{\"content\":{\"body\":\"spam\"}}",
        "{}",
        "f",
        "\\N",
        "@spam:old");
    crafted.event(
        "$ban",
        "m.room.member",
        "{\"content\":{\"membership\":\"ban\"},\"state_key\":\"@spam:old\"}",
        "{}",
        "f",
        "\\N",
        "\\N");
    crafted.event(
        "$back",
        "m.room.message",
        "{\"content\":{\"body\":\"sorry\"}}",
        "{}",
        "f",
        "\\N",
        "@spam:old");
    crafted.row(
        "room_ban_redactions: room_id, user_id, redacting_event_id, redact_end_ordering",
        "!r:old",
        "@spam:old",
        "$ban",
        "3");
    crafted.with(dump -> assertThat(redacted(byId(dump))).containsExactly("$old by $ban"));
  }

  @Test
  void readsRoomsOfTheNewestAndOldestVersions() throws Exception {
    crafted.row("rooms: room_id, is_public, creator, room_version", "!hash", "f", "", "12");
    crafted.row(
        "rooms: room_id, is_public, creator, room_version", "!one:old", "f", "@a:old", "\\N");
    crafted.row(
        "rooms: room_id, is_public, creator, room_version", "!three:old", "f", "@a:old", "\\N");
    crafted.row("rooms: room_id, is_public, creator, room_version", "!never:far", "f", "", "9");
    crafted.eventIn(
        "!hash",
        "$c12",
        "m.room.create",
        "{\"content\":{\"room_version\":\"12\"},\"state_key\":\"\"}");
    crafted.eventIn("!hash", "$m12", "m.room.message", "{\"content\":{\"body\":\"x\"}}");
    crafted.eventIn(
        "!hash",
        "$r12",
        "m.room.redaction",
        "{\"content\":{\"redacts\":\"$m12\",\"reason\":\"r\"}}");
    crafted.row(
        "redactions: event_id, redacts, have_censored, received_ts, recheck",
        "$r12",
        "$m12",
        "f",
        "1",
        "f");
    crafted.eventIn(
        "!one:old",
        "$c1:old",
        "m.room.create",
        "{\"content\":{\"creator\":\"@a:old\"},\"state_key\":\"\"}");
    crafted.eventIn(
        "!three:old",
        "$c3",
        "m.room.create",
        "{\"content\":{\"creator\":\"@a:old\", \"room_version\" : \"3\"},\"state_key\":\"\"}");
    crafted.eventIn(
        "!lost:old",
        "$c5",
        "m.room.create",
        "{\"content\":{\"room_version\":\"5\"},\"state_key\":\"\"}");
    crafted.with(dump -> {
      assertThat(all(dump.rooms()))
          .extracting(r -> r.id() + " " + r.version() + " " + r.creator())
          .containsExactlyInAnyOrder(
              "!hash 12 @a:old", "!one:old 1 @a:old", "!three:old 3 @a:old", "!lost:old 5 @a:old");
      assertThat(event(byId(dump), "$r12").redacts()).isEqualTo(new EventId("$m12"));
      assertThat(event(byId(dump), "$m12").content()).isEqualTo("{}");
      assertThat(all(dump.rooms())).noneMatch(Room::listed);
    });
  }

  @Test
  void readsSchemasOfOldSynapses() throws Exception {
    crafted.tables().clear();
    crafted.row("users: name, creation_ts", "@a:old", "1500000000");
    crafted.row("rooms: room_id, is_public, creator", "!r:old", "t", "@a:old");
    crafted.row("profiles: user_id, displayname, avatar_url", "a", "Anna", "\\N");
    crafted.row("redactions: event_id, redacts", "$r:old", "$m:old");
    crafted.row(
        "receipts_linearized: stream_id, room_id, receipt_type, user_id, event_id, data",
        "1",
        "!r:old",
        "m.read",
        "@a:old",
        "$m:old",
        "{\"ts\":1500000001234}");
    oldEvent("$m:old", "m.room.message", "{\"body\":\"x\"}");
    oldEvent("$r:old", "m.room.redaction", "{}");
    crafted.with(dump -> {
      assertThat(all(dump.people()))
          .containsExactly(
              new Person(
                  new org.ferry.id.UserId("@a:old"),
                  "Anna",
                  null,
                  false,
                  false,
                  false,
                  false,
                  1_500_000_000_000L));
      assertThat(redacted(byId(dump))).containsExactly("$m:old by $r:old");
      assertThat(event(byId(dump), "$r:old").redacts()).isEqualTo(new EventId("$m:old"));
      assertThat(all(dump.receipts()))
          .singleElement()
          .satisfies(r -> assertThat(r.ts()).isEqualTo(1500000001234L));
      assertThat(dump.problems()).isEmpty();
    });
  }

  private void oldEvent(String id, String type, String content) {
    crafted.row(
        "event_json: event_id, room_id, internal_metadata, json",
        id,
        "!r:old",
        "{}",
        "{\"content\":" + content + ",\"redacts\":\"$m:old\"}");
    crafted.row(
        "events: stream_ordering, topological_ordering, event_id, type, room_id, content, unrecognized_keys, processed, outlier, depth, origin_server_ts, received_ts, sender, contains_url",
        "1",
        "7",
        id,
        type,
        "!r:old",
        "\\N",
        "\\N",
        "t",
        "f",
        "7",
        "1500000000000",
        "1",
        "@a:old",
        "f");
  }

  @Test
  void repeatedRowsChangeNothing() throws Exception {
    crafted.event("$1", "t", "{\"content\":{}}", "{}", "f", "\\N", "\\N");
    crafted
        .tables()
        .replaceAll((table, rows) ->
            Stream.concat(rows.stream(), rows.stream())
                .collect(Collectors.toCollection(ArrayList::new)));
    crafted.with(dump -> {
      assertThat(all(dump.events())).hasSize(1);
      assertThat(all(dump.people())).hasSize(1);
      assertThat(all(dump.rooms())).hasSize(1).allMatch(Room::listed);
      assertThat(all(dump.tallies())).extracting(RoomTally::events).containsExactly(1L);
      assertThat(dump.problems()).extracting(Problem::what).anyMatch(w -> w.contains("events: 1"));
    });
  }

  @Test
  void refusesMediaThatWouldLeaveTheStore() throws Exception {
    String local =
        "local_media_repository: media_id, media_type, media_length, upload_name, user_id, quarantined_by, url_cache";
    crafted.row(local, "abcdefgh", "image/png", "3", "é.png", "@a:old", "\\N", "\\N");
    crafted.row(local, "quarantined", "image/png", "3", "\\N", "@a:old", "@a:old", "\\N");
    crafted.row(local, "2026-01-01_preview", "image/png", "3", "\\N", "\\N", "\\N", "http://x");
    crafted.row(local, "reserved", "\\N", "\\N", "\\N", "@a:old", "\\N", "\\N");
    crafted.row(local, "../../../etc/passwd", "x", "3", "\\N", "@a:old", "\\N", "\\N");
    crafted.row(local, "%2e%2e", "x", "3", "\\N", "@a:old", "\\N", "\\N");
    crafted.row(local, "abc", "x", "3", "\\N", "@a:old", "\\N", "\\N");
    String remote =
        "remote_media_cache: media_origin, media_id, media_type, created_ts, upload_name, media_length, filesystem_id";
    crafted.row(remote, "far:8448", "theirs", "x", "1", "\\N", "3", "ABCDEFGH");
    crafted.row(remote, "far/../..", "theirs", "x", "1", "\\N", "3", "ABCDEFGH");
    crafted.row(remote, "..", "theirs", "x", "1", "\\N", "3", "ABCDEFGH");
    crafted.row(remote, "far", "theirs", "x", "1", "\\N", "3", "../../x");
    crafted.with(dump -> {
      assertThat(all(dump.media()))
          .extracting(MediaFile::path)
          .containsExactly(
              "local_content/ab/cd/efgh",
              "local_content/qu/ar/antined",
              "remote_content/far:8448/AB/CD/EFGH");
      assertThat(all(dump.media()))
          .extracting(MediaFile::quarantined)
          .containsExactly(false, true, false);
      assertThat(dump.problems())
          .extracting(Problem::where)
          .anyMatch(w -> w.contains("../../../etc/passwd"));
    });
  }

  @Test
  void gathersTagsAndKeepsSecretsBack() throws Exception {
    String global = "account_data: user_id, account_data_type, stream_id, content";
    crafted.row(global, "@a:old", "m.direct", "1", "{\"@b:old\":[\"!r:old\"]}");
    crafted.row(global, "@a:old", "m.secret_storage.default_key", "2", "{\"key\":\"k\"}");
    crafted.row(global, "@a:old", "m.cross_signing.master", "3", "{}");
    crafted.row(global, "@a:old", "broken", "4", "{");
    crafted.row(
        "room_tags: user_id, room_id, tag, content",
        "@a:old",
        "!r:old",
        "u.\"quoted\"",
        "{\"order\":0.5}");
    crafted.row(
        "room_tags: user_id, room_id, tag, content", "@a:old", "!r:old", "m.favourite", "{}");
    crafted.with(dump -> {
      assertThat(all(dump.accountData()))
          .extracting(AccountDatum::content)
          .containsExactlyInAnyOrder(
              "{\"@b:old\":[\"!r:old\"]}",
              "{\"tags\":{\"m.favourite\":{},\"u.\\\"quoted\\\"\":{\"order\":0.5}}}");
      assertThat(dump.problems())
          .singleElement()
          .satisfies(p -> assertThat(p.what()).contains("not valid JSON"));
    });
  }

  @Test
  void talliesFollowDepthThenStream() throws Exception {
    int[][] places = {{5, 9}, {2, -3}, {2, -1}, {5, 4}, {1, 100}};
    for (int i = 0; i < places.length; i++) {
      crafted.row(
          CraftedDump.EVENTS,
          String.valueOf(places[i][0]),
          "$" + i,
          i < 2 ? "a" : "b",
          "!r:old",
          "f",
          String.valueOf(places[i][0]),
          "1",
          "@a:old",
          String.valueOf(places[i][1]),
          "\\N");
      crafted.row(CraftedDump.JSON, "$" + i, "!r:old", "{}", "{\"content\":{}}");
    }
    String ordered = "$4\n$1\n$2\n$3\n$0\n";
    String hash =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(ordered.getBytes(StandardCharsets.UTF_8)));
    crafted.with(dump -> {
      assertThat(all(dump.tallies()))
          .singleElement()
          .satisfies(t -> {
            assertThat(t.orderedIdsSha256()).isEqualTo(hash);
            assertThat(t.byType()).isEqualTo(Map.of("a", 2L, "b", 3L));
          });
      assertThat(
              all(dump.events()).stream()
                  .sorted(Comparator.comparingLong(Event::depth).thenComparingLong(Event::stream))
                  .map(e -> e.id() + "\n")
                  .collect(Collectors.joining()))
          .isEqualTo(ordered);
    });
  }

  @Test
  void anEventWhoseContentIsBrokenIsNamedAndCounted() throws Exception {
    crafted.event("$good", "t", "{\"content\":{}}", "{}", "f", "\\N", "\\N");
    crafted.event("$bad", "t", "{\"content\":{}", "{}", "f", "\\N", "\\N");
    crafted.with(dump -> {
      assertThat(all(dump.events())).hasSize(1);
      assertThat(dump.problems())
          .hasSize(2)
          .last()
          .satisfies(p -> assertThat(p.where()).contains("$bad"));
      assertThat(all(dump.tallies())).extracting(RoomTally::events).containsExactly(2L);
    });
  }

  @Test
  void theServerIsThatOfMostAccounts() throws Exception {
    crafted.row(
        "users: name, creation_ts, admin, is_guest, appservice_id, deactivated",
        "@b:old:8448",
        "1",
        "0",
        "0",
        "\\N",
        "0");
    crafted.row(
        "users: name, creation_ts, admin, is_guest, appservice_id, deactivated",
        "@c:old:8448",
        "1",
        "0",
        "0",
        "\\N",
        "1");
    crafted.row(
        "users: name, creation_ts, admin, is_guest, appservice_id, deactivated",
        "support",
        "1",
        "0",
        "0",
        "\\N",
        "0");
    crafted.event("$1", "t", "{\"content\":{}}", "{}", "f", "\\N", "\\N");
    crafted.with(dump -> {
      assertThat(dump.info().server()).isEqualTo("old:8448");
      assertThat(all(dump.people())).hasSize(3).filteredOn(Person::admin).hasSize(1);
      assertThat(dump.problems()).hasSize(1);
    });
  }

  @Test
  void aCutDumpLeavesNothingInTheDatabase() throws Exception {
    crafted.event("$1", "t", "{\"content\":{}}", "{}", "f", "\\N", "\\N");
    String whole = crafted.text();
    var db = TestPostgres.freshDatabase();
    byte[] cut = whole.substring(0, whole.length() - 100).getBytes(StandardCharsets.UTF_8);
    Connection connection = db.connect();
    assertThatThrownBy(() ->
            SynapseDump.load(
                "-", new ByteArrayInputStream(cut), PgStaging.on(connection), LoadProgress.NONE))
        .isInstanceOf(SourceException.class);
    assertThat(connection.isClosed()).isTrue();
    // The server drops them when it sees that the connection has ended, which takes its time.
    Wait.until(() -> staged(db) == 0);
  }

  private static int staged(TestPostgres.Db db) throws SQLException {
    try (Connection other = db.connect();
        var statement = other.createStatement();
        var tables =
            statement.executeQuery("SELECT count(*) FROM pg_class WHERE relname LIKE 'staged%'")) {
      return tables.next() ? tables.getInt(1) : -1;
    }
  }

  private static <T> List<T> all(Stream<T> stream) {
    try (stream) {
      return stream.toList();
    }
  }

  private static Map<String, Event> byId(SynapseDump dump) {
    return all(dump.events()).stream()
        .collect(Collectors.toMap(e -> e.id().value(), Function.identity()));
  }

  private static Event event(Map<String, Event> events, String id) {
    assertThat(events).containsKey(id);
    return java.util.Objects.requireNonNull(events.get(id));
  }

  private static List<String> redacted(Map<String, Event> events) {
    return events.values().stream()
        .filter(e -> e.redactedBy() != null)
        .map(e -> e.id() + " by " + e.redactedBy())
        .toList();
  }
}
