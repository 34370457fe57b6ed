package org.ferry.source.synapse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.util.List;
import org.ferry.source.Problem;
import org.ferry.source.ProblemLog;
import org.ferry.source.SourceException;
import org.junit.jupiter.api.Test;

/** Rows as INSERT statements: values are read, expressions are named, nothing is executed. */
class InsertDumpTest {
  private static final String NAMED = "INSERT INTO public.users (creation_ts, name) VALUES ";
  private static final String MADE =
      """
      CREATE TABLE public.users (
          name text DEFAULT 'a,b)'::text,
          password_hash text,
          creation_ts bigint DEFAULT (1 + 2),
          "primary" text,
          CONSTRAINT c CHECK ((name <> ''::text)),
          PRIMARY KEY (name)
      );
      """;

  private final MemoryStaging staging = new MemoryStaging();
  private final ProblemLog problems = new ProblemLog();

  @Test
  void readsRowsWithNamedColumns() {
    load(NAMED + "(1, '@a:old');\n" + NAMED + "(NULL, '@b:old');\n");
    assertThat(staging.columns.get(SynapseTable.USERS)).containsExactly("name", "creation_ts");
    assertThat(staging.rows(SynapseTable.USERS)).contains("@a:old\t1", "@b:old\t\\N");
    assertThat(problems.list()).isEmpty();
  }

  @Test
  void findsTheColumnsWhereTheTableIsMade() {
    load(MADE + "INSERT INTO public.users VALUES ('@a:old', '$2b$secret', 7, NULL);\n");
    assertThat(staging.rows(SynapseTable.USERS)).contains("@a:old\t7");
    assertThat(staging.rows.toString()).doesNotContain("secret");
  }

  @Test
  void readsManyRowsOfOneStatement() {
    load(
        NAMED
            + "\n\t(1, '@a:old'),\n\t(2, '@b''s:old'),\n\t(-3, E'@c\\\\d\\'\\n:old')"
            + "\n ON CONFLICT DO NOTHING;\n"
            + NAMED
            + "(4,'@tab\there;--(:old');\n");
    assertThat(staging.rows(SynapseTable.USERS))
        .contains("@a:old\t1", "@b's:old\t2", "@c\\\\d'\\n:old\t-3", "@tab\\there;--(:old\t4");
    assertThat(problems.list()).isEmpty();
  }

  @Test
  void backslashesMeanWhatTheDumpSaysTheyMean() {
    load("SET standard_conforming_strings = off;\n" + NAMED + "(1, '@a\\\\b\\'c:old');\n");
    load(NAMED + "(1, '@a\\:old');\n");
    assertThat(staging.rows(SynapseTable.USERS)).contains("@a\\\\b'c:old\t1", "@a\\\\:old\t1");
  }

  @Test
  void namesEachBrokenRowWithItsLineAndGoesOn() {
    String dump =
        "-- line 1\n"
            + NAMED
            + "(1, '@few:old'),\n"
            + "(now(), '@call:old'),\n"
            + "(1, '@a:' || (SELECT password_hash FROM users WHERE name = ')')),\n"
            + "(1),\n"
            + "(1, 2, 3),\n"
            + "(x'00', '@bits:old'),\n"
            + "('soon', '@word:old'),\n"
            + "(1, '@nul\u0000:old'),\n"
            + "('5'::bigint, '@cast:old'),\n"
            + "(6, '@last:old');\n";
    load(dump);
    assertThat(staging.rows(SynapseTable.USERS))
        .contains("@few:old\t1", "@cast:old\t5", "@last:old\t6")
        .noneMatch(r -> r.contains("call") || r.contains("nul") || r.contains("word"));
    int first = DumpText.HEAD.split("\n", -1).length + 1;
    assertThat(problems.list())
        .extracting(Problem::where)
        .containsExactly(
            "test:" + (first + 1) + ", table users",
            "test:" + (first + 2) + ", table users",
            "test:" + (first + 3) + ", table users",
            "test:" + (first + 4) + ", table users",
            "test:" + (first + 5) + ", table users",
            "test:" + (first + 6) + ", table users",
            "test:" + (first + 7) + ", table users");
    assertThat(problems.list().get(0).what()).contains("expression (now…").contains("executes");
  }

  @Test
  void whatNobodyNeedsIsReadOverHoweverStrange() {
    load(
        "INSERT INTO public.access_tokens VALUES (1, 'syt_secret', 'a\nb;c('), (2, NULL, ')');\n"
            + "INSERT INTO public.other SELECT * FROM public.users;\n"
            + "INSERT INTO public.\"values\" VALUES ('x');\n"
            + NAMED
            + "(1, '@a:old');\n");
    assertThat(staging.rows.toString()).doesNotContain("secret");
    assertThat(staging.rows(SynapseTable.USERS)).contains("@a:old\t1");
    assertThat(problems.list()).isEmpty();
  }

  @Test
  void rowsWithoutColumnNamesNeedTheTablesDefinition() {
    assertThatThrownBy(() -> load("INSERT INTO public.events VALUES ('$a');\n"))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("table events")
        .hasMessageContaining("--column-inserts");
  }

  @Test
  void aDumpCutInsideARowIsRefused() {
    String whole = DumpText.HEAD + NAMED + "(1, '@a:old'), (2, 'it''s;');\n";
    for (int cut = whole.indexOf("(1,") + 1; cut < whole.length() - 2; cut++) {
      String part = whole.substring(0, cut);
      assertThatThrownBy(() -> new InsertDumpTest().read(part))
          .as(part)
          .isInstanceOf(SourceException.class)
          .hasMessageContaining("in the middle of table users");
    }
  }

  @Test
  void aRowOfAGigabyteIsLeftOutInLittleMemory() {
    byte[] before = DumpText.bytes(DumpText.HEAD + NAMED + "(1, '");
    byte[] after = DumpText.bytes("'), (2, '@b:old');\n" + rest());
    read(
        new java.io.SequenceInputStream(
            java.util.Collections.enumeration(
                List.of(
                    new ByteArrayInputStream(before),
                    new Repeated((byte) 'x', 1L << 30),
                    new ByteArrayInputStream(after)))));
    assertThat(staging.rows(SynapseTable.USERS)).contains("@b:old\t2");
    assertThat(problems.list())
        .singleElement()
        .satisfies(p -> assertThat(p.what()).contains("longer than 16 MiB"));
  }

  private static String rest() {
    return DumpText.eventJson(DumpText.event("$e", "{\"content\":{}}"))
        + DumpText.EVENTS
        + DumpText.ROOMS
        + DumpText.TAIL;
  }

  private void load(String statements) {
    read(DumpText.HEAD + statements + rest());
  }

  private void read(String dump) {
    read(new ByteArrayInputStream(DumpText.bytes(dump)));
  }

  private void read(java.io.InputStream dump) {
    try (DumpFile file = DumpFile.wrap("test", dump, -1, LoadProgress.NONE, Surroundings.none())) {
      new DumpLoader(file, staging, problems).load();
    }
  }
}
