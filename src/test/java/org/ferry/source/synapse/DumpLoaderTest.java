package org.ferry.source.synapse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ferry.source.synapse.DumpText.HEAD;
import static org.ferry.source.synapse.DumpText.TAIL;
import static org.ferry.source.synapse.DumpText.bytes;
import static org.ferry.source.synapse.DumpText.event;
import static org.ferry.source.synapse.DumpText.eventJson;
import static org.ferry.source.synapse.DumpText.table;
import static org.ferry.source.synapse.DumpText.whole;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.ferry.source.Problem;
import org.ferry.source.ProblemLog;
import org.ferry.source.SourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What bad dumps do: nothing runs, nothing is lost silently, and the message names the place. */
class DumpLoaderTest {
  private final MemoryStaging staging = new MemoryStaging();
  private final ProblemLog problems = new ProblemLog();

  @Test
  void takesOnlyTheColumnsItNeeds() {
    load(whole(""));
    assertThat(staging.rows(SynapseTable.USERS)).containsExactly("@a:old\t1600000000");
    assertThat(staging.columns.get(SynapseTable.USERS)).containsExactly("name", "creation_ts");
    assertThat(staging.rows(SynapseTable.EVENT_JSON))
        .containsExactly("$e\tf\tf\t\\N\t\\N\t{\"body\":\"x\"}");
    assertThat(problems.list()).isEmpty();
  }

  @Test
  void skipsTablesItDoesNotNeed() {
    load(whole(table("access_tokens", "id, token", "1\tsyt_secret", "\\.x", "2\t\\\\.")));
    assertThat(staging.rows.toString()).doesNotContain("syt_secret");
    assertThat(staging.rows(SynapseTable.USERS)).hasSize(1);
  }

  @Test
  void readsDumpsWithCarriageReturnsAndAByteOrderMark() {
    load("\ufeff" + whole("").replace("\n", "\r\n"));
    assertThat(staging.rows(SynapseTable.USERS)).containsExactly("@a:old\t1600000000");
    assertThat(staging.rows(SynapseTable.EVENT_JSON)).hasSize(1);
    assertThat(problems.list()).isEmpty();
  }

  @Test
  void copyInsideAFunctionIsNoCopy() {
    load(
        whole(
            "CREATE FUNCTION f() RETURNS text AS $fn$\n"
                + table("users", "name", "@evil:x")
                + "$fn$ LANGUAGE sql;\nSELECT '\n"
                + table("users", "name", "@evil:x")
                + "';\n"));
    assertThat(staging.rows(SynapseTable.USERS)).containsExactly("@a:old\t1600000000");
  }

  @Test
  void namesEachBrokenRowWithItsLineAndGoesOn() {
    String broken =
        eventJson(
            event("$1", "{\"content\":{}}"),
            "$2\ttoo\tfew",
            event("$3", "{\"content\":{}}") + "\tmore",
            event("$4", "{\"content\":"),
            event("$5", "{\"content\":[]}"),
            event("$6", "{}"),
            event("$7", "{\"content\":{\"a\":\"b\u0000\"}}"),
            event("$8", "{\"content\":{\"n\":1e400,\"s\":\"\\ud800\\u0000\"}}"));
    load(HEAD + broken + DumpText.EVENTS + DumpText.ROOMS + DumpText.USERS + TAIL);
    assertThat(staging.rows(SynapseTable.EVENT_JSON))
        .containsExactly(
            "$1\tf\tf\t\\N\t\\N\t{}",
            "$8\tf\tf\t\\N\t\\N\t{\"n\":1e400,\"s\":\"\\\\ud800\\\\u0000\"}");
    int first = HEAD.split("\n", -1).length + 1;
    assertThat(problems.list())
        .extracting(Problem::where)
        .containsExactly(
            "test:" + (first + 1) + ", table event_json",
            "test:" + (first + 2) + ", table event_json",
            "test:" + (first + 3) + ", table event_json",
            "test:" + (first + 4) + ", table event_json",
            "test:" + (first + 5) + ", table event_json",
            "test:" + (first + 6) + ", table event_json");
    assertThat(problems.list().get(0).what()).contains("3 values where 5 columns");
  }

  @Test
  void refusesBytesThatPostgresWouldRefuse() {
    String users =
        table(
            "users",
            "name, creation_ts, deactivated",
            "@ok:old\t1\t0",
            "@bytes\u00e9:old\t1\t0",
            "@octal\\303:old\t1\t0",
            "@zero\\x00:old\t1\t0",
            "@octal\\303\\251:old\t1\t1",
            "@text:old\tsoon\t0",
            "@flag:old\t1\tmaybe",
            "\\N\t1\t0",
            "@huge:old\t99999999999999999999\t0");
    String dump = HEAD + eventJson() + DumpText.EVENTS + DumpText.ROOMS + users + TAIL;
    load(dump.getBytes(ISO_8859_1));
    assertThat(staging.rows(SynapseTable.USERS))
        .containsExactly("@ok:old\t1\tf", "@octalé:old\t1\tt");
    assertThat(problems.list()).hasSize(7);
  }

  @Test
  void escapesThatWouldDisturbTheDatabaseAreTakenAway() {
    String users = table("users", "name", "@dot\\.:old", "@odd\\q\\b:old", "@end:old\\");
    String dump = HEAD + eventJson() + DumpText.EVENTS + DumpText.ROOMS + users + TAIL;
    load(dump.replace("\n", "\r\n"));
    assertThat(staging.rows(SynapseTable.USERS))
        .containsExactly("@dot.:old", "@odd\\q\\b:old", "@end:old\\\\");
  }

  @Test
  void aDumpOfAWholeClusterIsReadWhereOnlyOneSynapseIsInIt() {
    load(
        "--\n-- PostgreSQL database cluster dump\n--\n\\connect other\n"
            + HEAD
            + table("users", "id, login", "1\tx")
            + TAIL
            + "\\connect synapse\n"
            + whole("")
            + "--\n-- PostgreSQL database cluster dump complete\n--\n");
    assertThat(staging.rows(SynapseTable.USERS)).containsExactly("@a:old\t1600000000");
  }

  @Test
  void columnsMayStandInAnyOrderAndBeMissing() {
    String events =
        table(
            "events",
            "stream_ordering, topological_ordering, event_id, type, room_id",
            "-5\t3\t$e\tt\t!r:old");
    load(HEAD + eventJson() + events + DumpText.ROOMS + DumpText.USERS + TAIL);
    assertThat(staging.columns.get(SynapseTable.EVENTS))
        .containsExactly("event_id", "room_id", "type", "topological_ordering", "stream_ordering");
    assertThat(staging.rows(SynapseTable.EVENTS)).containsExactly("$e\t!r:old\tt\t3\t-5");
  }

  @Test
  void aLineWithoutEndIsSkippedInLittleMemory() {
    byte[] before = bytes(HEAD + "COPY public.users (name) FROM stdin;\n@a:old\n");
    byte[] after = bytes("\n@b:old\n\\.\n" + eventJson() + DumpText.EVENTS + DumpText.ROOMS + TAIL);
    InputStream endless =
        new SequenceInputStream(
            Collections.enumeration(
                List.of(
                    new ByteArrayInputStream(before),
                    new Repeated((byte) 'x', 1L << 30),
                    new ByteArrayInputStream(after))));
    load(endless);
    assertThat(staging.rows(SynapseTable.USERS)).containsExactly("@a:old", "@b:old");
    assertThat(problems.list())
        .singleElement()
        .satisfies(p -> assertThat(p.what()).contains("longer than 16 MiB"));
  }

  @Test
  void aSkippedTableMayHoldEndlessLinesToo() {
    byte[] before = bytes(HEAD + "COPY public.other (a) FROM stdin;\n");
    byte[] after =
        bytes("\n\\.\n" + eventJson() + DumpText.EVENTS + DumpText.ROOMS + DumpText.USERS + TAIL);
    load(
        new SequenceInputStream(
            Collections.enumeration(
                List.of(
                    new ByteArrayInputStream(before),
                    new Repeated((byte) '\\', (1L << 28) + 2),
                    new ByteArrayInputStream(after)))));
    assertThat(staging.rows(SynapseTable.USERS)).hasSize(1);
  }

  @Test
  void rowsOfSeveralMegabytesAreTakenWhole() {
    String big = "x".repeat(5 << 20);
    load(whole(table("account_data", "user_id, account_data_type, content", "@a:old\tt\t" + big)));
    assertThat(staging.rows(SynapseTable.ACCOUNT_DATA)).containsExactly("@a:old\tt\t" + big);
  }

  @Test
  void aDumpCutAnywhereIsRefused() {
    byte[] whole = bytes(whole(""));
    int trailer = new String(whole, ISO_8859_1).indexOf("database dump complete");
    for (int length = 1; length < trailer; length += 7) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> new DumpLoaderTest().load(cut))
          .as("cut at %s", length)
          .isInstanceOf(SourceException.class);
    }
  }

  @Test
  void saysWhereADumpWasCut() {
    String whole = whole("");
    String inUsers = whole.substring(0, whole.indexOf("@a:old\t$2b"));
    assertThatThrownBy(() -> load(inUsers))
        .hasMessageContaining("in the middle of table users, in line ")
        .hasMessageContaining("Take it again");
    assertThatThrownBy(
            () -> load(whole.substring(0, whole.indexOf("-- PostgreSQL database dump complete"))))
        .hasMessageContaining("behind table users")
        .hasMessageContaining("closing line");
  }

  @Test
  void refusesOtherEncodingsOtherDatabasesAndTwoSynapses() {
    assertThatThrownBy(() -> load(whole("SET client_encoding = 'LATIN1';\n")))
        .hasMessageContaining("pg_dump -E UTF8");
    assertThatThrownBy(() -> load(HEAD + table("posts", "id", "1") + TAIL))
        .hasMessageContaining("not of a Synapse");
    assertThatThrownBy(() -> load("\\connect one\n" + whole("") + "\\connect two\n" + whole("")))
        .hasMessageContaining("two Synapses")
        .hasMessageContaining("one public and two public");
    assertThatThrownBy(() -> load(HEAD + table("syncapi_output_room_events", "id", "1") + TAIL))
        .hasMessageContaining("Dendrite");
    assertThatThrownBy(() -> load(HEAD + table("compat_sessions", "id", "1") + TAIL))
        .hasMessageContaining("Authentication Service");
    assertThatThrownBy(() ->
            load(whole("").replace("topological_ordering, event_id,", "topological_ordering, x,")))
        .hasMessageContaining("no data for events")
        .hasMessageContaining("no column event_id");
  }

  @Test
  void otherDatabasesOfAClusterMayHaveTablesOfTheSameNames() {
    String others = table("users", "name, creation_ts", "root\t1") + table("rooms", "id", "1");
    load(
        "\\connect before\n"
            + HEAD
            + others
            + TAIL
            + "\\connect -reuse-previous=on \"dbname='synapse'\"\n"
            + whole("")
            + "\\connect zeta\n"
            + HEAD
            + others
            + TAIL
            + "--\n-- PostgreSQL database cluster dump complete\n--\n");
    assertThat(staging.rows(SynapseTable.USERS)).containsExactly("@a:old\t1600000000");
    assertThat(problems.list()).isEmpty();
  }

  @Test
  void anotherSchemaIsAsGoodAndOldDumpsNameItOnce() {
    load(whole("").replace("public.", "\"Old Synapse\"."));
    assertThat(staging.rows(SynapseTable.USERS)).hasSize(1);
    DumpLoaderTest other = new DumpLoaderTest();
    other.load("SET search_path = public, pg_catalog;\n" + whole("").replace("public.", ""));
    assertThat(other.staging.rows(SynapseTable.USERS)).hasSize(1);
  }

  @Test
  void runsNoCommandAndSaysSo() {
    load(whole("\\! touch /tmp/x\n\\copy users from program 'rm -rf /'\n"));
    assertThat(problems.list())
        .hasSize(2)
        .allSatisfy(p -> assertThat(p.what()).contains("psql command"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello\n", "syntax = unknown\n"})
  void textThatIsNoDumpIsCalledSo(String text) {
    assertThatThrownBy(() -> load(text)).hasMessageContaining("not a dump that pg_dump wrote");
    assertThatThrownBy(() -> new DumpLoaderTest().load(text.repeat(1000)))
        .hasMessageContaining("not a dump that pg_dump wrote");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-- MySQL dump 10.13| MySQL",
        "-- MariaDB dump 10.19| MariaDB",
        "PRAGMA foreign_keys=OFF;| homeserver.db",
        "<!DOCTYPE html><html>| HTML",
        "{\"events\": []}| JSON",
        "pg_dump: error: connection to server failed| error message of pg_dump",
      })
  void textOfSomethingElseIsNamed(String text, String name) {
    assertThatThrownBy(() -> load(text + "\n")).hasMessageContaining(name);
    assertThatThrownBy(() -> new DumpLoaderTest().load((text + "\n").repeat(300)))
        .hasMessageContaining(name);
  }

  @Test
  void millionsOfBrokenRowsAreToldInAPage() {
    String[] rows = Stream.generate(() -> "broken").limit(10_000).toArray(String[]::new);
    load(whole(table("profiles", "user_id, displayname", rows)));
    assertThat(problems.list())
        .hasSize(101)
        .last()
        .satisfies(p -> assertThat(p.what()).isEqualTo("9900 more of the same sort"));
  }

  private void load(String dump) {
    load(bytes(dump));
  }

  private void load(byte[] dump) {
    load(new ByteArrayInputStream(dump));
  }

  private void load(InputStream dump) {
    try (DumpFile file = DumpFile.wrap("test", dump, -1, LoadProgress.NONE, Surroundings.none())) {
      new DumpLoader(file, staging, problems).load();
    }
  }
}
