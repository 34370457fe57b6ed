package org.ferry.source.synapse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ferry.source.synapse.DumpText.event;
import static org.ferry.source.synapse.DumpText.eventJson;

import java.io.ByteArrayInputStream;
import org.ferry.source.Problem;
import org.ferry.source.ProblemLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * JSON that no client wrote. What is JSON stays as it was written, however odd: what a homeserver
 * refuses is repaired where it is sent. What is none is a broken row.
 */
class HostileJsonTest {
  private final MemoryStaging staging = new MemoryStaging();
  private final ProblemLog problems = new ProblemLog();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"n\":1e400}",
        "{\"n\":-0}",
        "{\"n\":9007199254740993}",
        "{\"n\":-1.5E-300}",
        "{\"a\":1,\"a\":2}",
        "{\"s\":\"\\ud800\"}",
        "{\"s\":\"\\udc00\\ud800\"}",
        "{\"s\":\"\\u0000\"}",
        "{\"\":null}",
        "{\"__proto__\":{\"admin\":true}}",
      })
  void isKeptByteForByte(String content) {
    assertThat(content(content)).isEqualTo(content.replace("\\", "\\\\"));
    assertThat(problems.list()).isEmpty();
  }

  @Test
  void numbersOfAHundredThousandDigitsAreKept() {
    String content = "{\"n\":" + "7".repeat(100_000) + "}";
    assertThat(content(content)).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\ufeff{}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{'a':1}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "[]",
        "null",
        "\"text\"",
        "{",
        "",
      })
  void whatIsNoObjectIsABrokenRow(String content) {
    String json = "{\"content\":" + content + "}";
    load(json);
    assertThat(staging.rows(SynapseTable.EVENT_JSON)).isEmpty();
    assertThat(problems.list())
        .singleElement()
        .extracting(Problem::where)
        .asString()
        .endsWith("table event_json");
  }

  @Test
  void nestingOfAThousandIsABrokenRowAndCostsNoStack() {
    for (String open : new String[] {"[", "{\"a\":"}) {
      String close = open.equals("[") ? "]" : "}";
      load("{\"content\":{\"a\":" + open.repeat(1000) + "1" + close.repeat(1000) + "}}");
    }
    load("{\"content\":" + "[".repeat(500_000));
    assertThat(staging.rows(SynapseTable.EVENT_JSON)).isEmpty();
    assertThat(problems.list())
        .hasSize(3)
        .allSatisfy(p -> assertThat(p.what()).contains("nested more than 400"));
  }

  @Test
  void anEventOfManyMegabytesIsABrokenRow() {
    load("{\"content\":{\"body\":\"" + "x".repeat(3 << 20) + "\"}}");
    assertThat(problems.list())
        .singleElement()
        .satisfies(p -> assertThat(p.what()).contains("more than any server accepts"));
  }

  private String content(String content) {
    load("{\"content\":" + content + "}");
    return staging.rows(SynapseTable.EVENT_JSON).getLast().split("\t", -1)[5];
  }

  private void load(String json) {
    String dump =
        DumpText.HEAD
            + eventJson(event("$e", json))
            + DumpText.EVENTS
            + DumpText.ROOMS
            + DumpText.USERS
            + DumpText.TAIL;
    try (DumpFile file =
        DumpFile.wrap(
            "test",
            new ByteArrayInputStream(DumpText.bytes(dump)),
            -1,
            LoadProgress.NONE,
            Surroundings.none())) {
      new DumpLoader(file, staging, problems).load();
    }
  }
}
