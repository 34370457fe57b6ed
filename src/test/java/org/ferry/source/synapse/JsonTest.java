package org.ferry.source.synapse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private final Json json = new Json();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " {\t\"a\" : [ ] , \"b\":{ },\r\n\"c\":[1,[2,{\"d\":null}],true,false] } ",
        "{\"a\":1e400,\"b\":-0,\"c\":12345678901234567890123,\"d\":-1.5E-7}",
        "{\"a\":\"\\ud800\\u0000\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
        "{\"é\":\"😀\"}",
      })
  void acceptsWhatIsJson(String text) throws Exception {
    read(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[]",
        "1",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":+1}",
        "{\"a\":NaN}",
        "{\"a\":tru}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"b}",
        "{\"a\":[1,]}",
        "{\"a\":[}",
        "{}{}",
        "{\"a\":1}x",
        "{'a':1}",
        "{\"a\":[1 2]}",
        "{\"a\":{\"b\":1]}"
      })
  void refusesWhatIsNot(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(Json.Malformed.class);
  }

  @Test
  void isNotKilledByDepth() {
    String deep = "{\"a\":" + "[".repeat(1_000_000) + "]".repeat(1_000_000) + "}";
    assertThatThrownBy(() -> read(deep))
        .isInstanceOf(Json.Malformed.class)
        .hasMessageContaining("400 levels");
  }

  @Test
  void takesTheDepthThatServersAccept() throws Exception {
    read("{\"a\":" + "[".repeat(300) + "]".repeat(300) + "}");
    assertThat(json.members()).isEqualTo(1);
  }

  @Test
  void theLastOfRepeatedMembersCounts() throws Exception {
    read("{\"a\":\"x\",\"b\":1,\"a\":\"y\"}");
    assertThat(json.text("a")).isEqualTo("y");
  }

  @Test
  void readsNamesThroughTheirEscapes() throws Exception {
    read("{\"\\u0063ontent\":\"\\ud800é\"}");
    assertThat(json.text("content")).isEqualTo("\ud800é");
    assertThat(json.text("conten")).isNull();
  }

  private void read(String text) throws Json.Malformed {
    byte[] b = text.getBytes(StandardCharsets.UTF_8);
    json.read(b, 0, b.length);
  }
}
