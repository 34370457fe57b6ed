package org.ferry.matrix.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void keepsEveryDigit() {
    String text =
        "{\"a\":1.10,\"b\":123456789012345678901234567890,\"c\":0.1000000000000000055511}";
    ObjectNode o = Json.parseObject(text);
    assertThat(Json.text(o)).isEqualTo(text);
    assertThat(o.get("b").bigIntegerValue())
        .isEqualTo(new BigInteger("123456789012345678901234567890"));
  }

  @Test
  void refusesWhatIsBeyondItsLimits() {
    String deep = "{\"a\":".repeat(201) + "1" + "}".repeat(201);
    String digits = "{\"a\":" + "9".repeat(1001) + "}";
    String text = "{\"secret\":\"" + "x".repeat(20_000_001) + "\"}";
    for (String bad : new String[] {deep, digits, text, "[]", "1", "", "{} {}", "{\"a\":NaN}"}) {
      assertThatThrownBy(() -> Json.parseObject(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .message()
          .doesNotContain("secret");
    }
  }

  @Test
  void aBrokenDocumentIsNotPrinted() {
    assertThatThrownBy(() -> Json.parseObject("{\"body\":\"canary\", oops"))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e + " " + e.getCause()).doesNotContain("canary"));
  }

  @Test
  void writesTheSpecificationsExamplesCanonically() {
    assertCanonical("{}", "{}");
    assertCanonical("{\"one\": 1, \"two\": \"Two\"}", "{\"one\":1,\"two\":\"Two\"}");
    assertCanonical("{\"b\": \"2\", \"a\": \"1\"}", "{\"a\":\"1\",\"b\":\"2\"}");
    assertCanonical("{\"a\": \"日本語\"}", "{\"a\":\"日本語\"}");
    assertCanonical("{\"本\": 2, \"日\": 1}", "{\"日\":1,\"本\":2}");
    assertCanonical("{\"a\": \"\\u65E5\"}", "{\"a\":\"日\"}");
    assertCanonical("{\"a\": null, \"l\": [1, {}, []]}", "{\"a\":null,\"l\":[1,{},[]]}");
  }

  @Test
  void sortsByCodePointAndEscapesOnlyWhatItMust() {
    assertCanonical("{\"\\ud83e\\udd89\":1,\"\\uffee\":2}", "{\"\uffee\":2,\"\ud83e\udd89\":1}");
    assertCanonical(
        "{\"a\":\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\/\\ud800\\u007f\"}",
        "{\"a\":\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\/\\ud800\u007f\"}");
  }

  @Test
  void hugeExponentsAreNotWrittenOut() {
    ObjectNode o = Json.parseObject("{\"a\":1e999999999}");
    assertThat(Json.canonical(o)).hasSizeLessThan(40);
    assertThat(Json.text(o)).hasSizeLessThan(40);
  }

  @Test
  void countsBytesAsTheyAreWritten() {
    for (String s : new String[] {"", "a", "é", "日", "\ud83e\udd89", "\"\\\n\u0001", "a\ud800b"}) {
      String quoted = Json.canonical(Json.object().put("", s));
      int around = "{\"\":\"\"}".length();
      assertThat(Utf8.quotedLength(s))
          .isEqualTo(quoted.getBytes(StandardCharsets.UTF_8).length - around);
      assertThat(Utf8.length(quoted)).isEqualTo(quoted.getBytes(StandardCharsets.UTF_8).length);
    }
  }

  /** The reader takes them in values and not in names. */
  @Test
  void halfCharactersAreReadFromTextAndBytesAlike() {
    String text = "{\"a\":\"\\ud800x\"}";
    assertThat(Json.parseObject(text)).isEqualTo(Json.object().put("a", "\ud800x"));
    assertThat(Json.parseObject(text.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(Json.object().put("a", "\ud800x"));
    assertThat(Json.bytes(Json.object().put("a", "\ud800x\ud83e\udd89")))
        .isEqualTo("{\"a\":\"\\ud800x\ud83e\udd89\"}".getBytes(StandardCharsets.UTF_8));
    String name = "{\"\\ud800\":1}";
    assertThatThrownBy(() -> Json.parseObject(name)).isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertCanonical(String in, String out) {
    assertThat(Json.canonical(Json.parseObject(in))).isEqualTo(out);
  }
}
