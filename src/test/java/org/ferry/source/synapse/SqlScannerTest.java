package org.ferry.source.synapse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.ferry.source.synapse.SqlScanner.Seen;
import org.junit.jupiter.api.Test;

class SqlScannerTest {
  @Test
  void splitsStatementsAtTheirSemicolons() {
    assertThat(scan("SET a = 1; SELECT\n2;\n", Seen.STATEMENT))
        .containsExactly("SET a = 1", "SELECT\n2");
  }

  @Test
  void seesNothingInsideStringsNamesAndFunctions() {
    String copy = "COPY public.events (a) FROM stdin;";
    String text =
        "SELECT 'it''s ; "
            + copy
            + "';\n"
            + "SELECT E'a\\'; "
            + copy
            + "';\n"
            + "SELECT \"a;"
            + copy
            + "\";\n"
            + "CREATE FUNCTION f() AS $$\n"
            + copy
            + "\n$$;\n"
            + "CREATE FUNCTION g() AS $_a1$\n$$ $_a $_a1\n"
            + copy
            + "\n$_a1$;\n"
            + "SELECT a$b$c; SELECT 1 /* ; /* "
            + copy
            + " */ ; */ + 2;\n"
            + "-- "
            + copy
            + "\n"
            + "SELECT $1;\n"
            + copy
            + "\n";
    List<String> statements = scan(text, Seen.STATEMENT);
    assertThat(statements).hasSize(9).last().isEqualTo("COPY public.events (a) FROM stdin");
    assertThat(statements.subList(0, 8)).noneMatch(s -> CopyHeader.parse(s).isPresent());
  }

  @Test
  void aBackslashEndsNoOrdinaryString() {
    assertThat(scan("SELECT 'a\\'; SELECT 2;", Seen.STATEMENT)).hasSize(2);
    assertThat(
            scan(
                "SET standard_conforming_strings = off; SELECT 'a\\'; '; SELECT 2;",
                Seen.STATEMENT))
        .hasSize(3);
  }

  @Test
  void psqlCommandsAreSeenAndNotRun() {
    assertThat(
            scan(
                "\\restrict abc\n\\copy t from program 'rm -rf /'\nSELECT 1;\n\\! rm\n", Seen.META))
        .containsExactly("restrict abc", "copy t from program 'rm -rf /'", "! rm");
  }

  @Test
  void keepsOnlyTheBeginningOfAnEndlessStatement() {
    assertThat(scan("SELECT " + "x".repeat(1 << 20) + ";", Seen.STATEMENT))
        .singleElement()
        .satisfies(s -> assertThat(s.length()).isLessThan(1 << 17));
  }

  @Test
  void readsCopyHeadersAsPostgresDoes() {
    assertThat(
            CopyHeader.parse("COPY public.\"users\" (name, \"timestamp\", \"a\"\"b\") FROM stdin"))
        .hasValue(new CopyHeader("public", "users", List.of("name", "timestamp", "a\"b"), ""));
    assertThat(CopyHeader.parse("copy  Events\n(A,b) from STDIN"))
        .hasValue(new CopyHeader("", "events", List.of("a", "b"), ""));
    assertThat(CopyHeader.parse("COPY t (a) FROM stdin WITH (FORMAT csv)"))
        .hasValueSatisfying(c -> assertThat(c.options()).isEqualTo("WITH (FORMAT csv)"));
    assertThat(CopyHeader.parse("COPY t (a) FROM '/etc/passwd'")).isEmpty();
    assertThat(CopyHeader.parse("COPY t (a) FROM PROGRAM 'rm'")).isEmpty();
    assertThat(CopyHeader.parse("COPY t TO stdout")).isEmpty();
    assertThat(CopyHeader.parse("COPY t (a")).isEmpty();
    assertThat(InsertHeader.parse("INSERT INTO public.events (a, B) VALUES"))
        .hasValue(new InsertHeader("public", "events", List.of("a", "b")));
    assertThat(InsertHeader.parse("SELECT 1")).isEmpty();
  }

  private static List<String> scan(String text, Seen wanted) {
    SqlScanner scanner = new SqlScanner();
    List<String> found = new ArrayList<>();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (scanner.feed(b & 0xff) == wanted) {
        found.add(scanner.text());
      }
    }
    return found;
  }
}
