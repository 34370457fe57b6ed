package org.ferry.store.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.ferry.source.SourceException;
import org.ferry.source.synapse.Surroundings;
import org.ferry.store.sqlite.SqliteFile;
import org.ferry.testing.DumpTables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The sample as older and newer Synapses would hold it: what each schema version added
 * (synapse/storage/schema/main/delta) is taken away again. What comes out is the same.
 */
class OldSchemasTest {
  private static final int EVENTS = 715;

  /** A column or table and the schema version that brought it. */
  private record Added(int schema, String table, List<String> columns) {
    Added(int schema, String table, String... columns) {
      this(schema, table, List.of(columns));
    }
  }

  private static final List<Added> HISTORY =
      List.of(
          new Added(94, "redactions", "recheck"),
          new Added(92, "room_ban_redactions"),
          new Added(91, "local_media_repository", "sha256"),
          new Added(91, "remote_media_cache", "sha256"),
          new Added(86, "local_media_repository", "authenticated"),
          new Added(86, "remote_media_cache", "authenticated"),
          new Added(85, "users", "suspended"),
          new Added(80, "users", "locked"),
          new Added(76, "profiles", "full_user_id"),
          new Added(74, "current_state_events", "event_stream_ordering"),
          new Added(73, "users", "approved"),
          new Added(72, "receipts_linearized", "thread_id", "event_stream_ordering"),
          new Added(72, "users", "consent_ts"),
          new Added(68, "events", "state_key", "rejection_reason"),
          new Added(59, "account_data", "instance_name"),
          new Added(59, "room_account_data", "instance_name"),
          new Added(58, "events", "instance_name"),
          new Added(58, "users", "shadow_banned"),
          new Added(58, "local_media_repository", "safe_from_quarantine"),
          new Added(57, "rooms", "room_version"),
          new Added(56, "current_state_events", "membership"),
          new Added(56, "redactions", "have_censored", "received_ts"),
          new Added(55, "users", "deactivated"),
          new Added(53, "event_json", "format_version"));

  private static final List<String> PLAIN = List.of("people", "rooms", "events", "aliases");

  @ParameterizedTest
  @CsvSource({
    "93", "90", "85", "78", "73", "72", "68", "67", "63", "61", "59", "58", "56", "54", "52"
  })
  void everyGenerationHoldsTheSame(int schema) throws Exception {
    Contents expected = contents(DumpTables.sample());
    Contents found = contents(aged(schema));
    assertThat(found.events()).hasSize(EVENTS).isEqualTo(expected.events());
    int same = schema < 55 ? 1 : 0;
    for (int i = same; i < expected.streams().size(); i++) {
      assertThat(found.streams().get(i))
          .as(i < 4 ? PLAIN.get(i) : "" + i)
          .isEqualTo(expected.streams().get(i));
    }
    assertThat(found.streams().getFirst()).hasSameSizeAs(expected.streams().getFirst());
    assertThat(found.info().madeBy()).endsWith("Synapse schema " + schema);
    assertThat(found.problems()).isEmpty();
  }

  @Test
  void whatNewerSynapsesAddIsPassedOver() throws Exception {
    DumpTables dump = DumpTables.sample();
    dump.tables().values().forEach(t -> t.add("added_later", "x"));
    dump.addTable("events_of_tomorrow", "event_id", "room_id")
        .rows()
        .add(new String[] {"$a", "!b"});
    dump.table("schema_version").change("version", v -> "130");
    Contents found = contents(dump);
    assertThat(found.streams()).isEqualTo(contents(DumpTables.sample()).streams());
    assertThat(found.problems()).isEmpty();
  }

  /** A dump of some tables only still has its messages. */
  @Test
  void onlyWhatIsNeededIsNeeded() throws Exception {
    DumpTables dump = DumpTables.sample();
    List<String> kept = List.of("events", "event_json", "rooms", "users");
    for (String table : List.copyOf(dump.tables().keySet())) {
      if (!kept.contains(table)) {
        DumpTables unused = dump.dropTables(table);
      }
    }
    assertThat(contents(dump).events()).hasSize(EVENTS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"events", "event_json", "rooms", "users"})
  void aMissingNeededTableIsOneClearError(String table) {
    DumpTables dump = DumpTables.sample().dropTables(table);
    assertThatThrownBy(() -> contents(dump))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("there is no data for " + table + ".")
        .hasMessageContaining("whole: without -t");
  }

  @ParameterizedTest
  @CsvSource({"events,event_id", "event_json,json", "rooms,room_id", "users,name"})
  void aMissingNeededColumnIsNamed(String table, String column) {
    DumpTables dump = DumpTables.sample();
    DumpTables.Table unused = dump.table(table).drop(column);
    assertThatThrownBy(() -> contents(dump))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("Table " + table + " has no column " + column + ".");
  }

  private static DumpTables aged(int schema) {
    DumpTables dump = DumpTables.sample();
    for (Added added : HISTORY) {
      boolean there = dump.tables().containsKey(added.table());
      if (added.schema() > schema && there && added.columns().isEmpty()) {
        DumpTables unused = dump.dropTables(added.table());
      } else if (added.schema() > schema && there) {
        for (String column : added.columns()) {
          if (dump.table(added.table()).columns().contains(column)) {
            DumpTables.Table unused = dump.table(added.table()).drop(column);
          }
        }
      }
    }
    DumpTables.Table unused =
        dump.table("schema_version").change("version", v -> String.valueOf(schema));
    return dump;
  }

  private static Contents contents(DumpTables dump) throws Exception {
    return Contents.of(
        "-", dump.open(), new Surroundings(java.nio.file.Path.of("target"), "", SqliteFile::open));
  }

  /** The script would prove nothing if the sample did not have what it takes away. */
  @Test
  void theSampleHasWhatIsTakenAway() {
    DumpTables dump = DumpTables.sample();
    for (Added added : HISTORY) {
      for (String column : added.columns()) {
        assertThat(dump.table(added.table()).columns()).as(added.table()).contains(column);
      }
    }
  }
}
