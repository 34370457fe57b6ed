package org.ferry.matrix.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a stranger put beyond a limit costs the others nothing. */
class PiecewiseTest {
  private static final List<String> PATHS = List.of("to.events.*", "rooms.*.events.*", "keys.*.*");

  private static String deep(int levels) {
    return "{\"a\":".repeat(levels) + "1" + "}".repeat(levels);
  }

  private static Piecewise.Result read(String text) {
    return Piecewise.read(text.getBytes(StandardCharsets.UTF_8), PATHS);
  }

  private static void assertRead(String text, String expected, int dropped) {
    Piecewise.Result result = read(text);
    assertThat(Json.text(result.object())).isEqualTo(expected);
    assertThat(result.dropped()).isEqualTo(dropped);
  }

  @Test
  void onlyTheElementBeyondALimitIsMissing() {
    for (String bad :
        List.of(
            deep(201),
            deep(100_000),
            "9".repeat(1001),
            "{\"%s\":1}".formatted("n".repeat(50_001)),
            "{\"\\ud800\":1}",
            "{\"]\\\"\":[NaN]}",
            "[1,,2]")) {
      assertRead(
          "{ \"next\" : \"t\", \"to\":{\"events\" :[ {\"n\":1} , %s,{\"n\":2.50}]},\"x\":[] }"
              .formatted(bad),
          "{\"next\":\"t\",\"to\":{\"events\":[{\"n\":1},null,{\"n\":2.50}]},\"x\":[]}",
          1);
    }
  }

  @Test
  void everyPathIsFollowedAndNothingElseIsTakenApart() {
    String bad = "9".repeat(1001);
    assertRead(
        "{\"rooms\":{\"!a.b:c\":{\"events\":[%s,1],\"other\":{\"k\":%s,\"l\":2}},\"!d\":%s},\"keys\":{\"@u\":{\"D\":%s,\"E\":{\"k\":[1]}}}}"
            .formatted(bad, bad, bad, bad),
        "{\"rooms\":{\"!a.b:c\":{\"events\":[null,1],\"other\":null},\"!d\":null},\"keys\":{\"@u\":{\"D\":null,\"E\":{\"k\":[1]}}}}",
        4);
  }

  /** Its own depth counts, not that of the answer around it. */
  @Test
  void anElementMayBeAsDeepAsWhenItStandsAlone() {
    String most = deep(200);
    assertRead(
        "{\"to\":{\"events\":[%s]}}".formatted(most),
        "{\"to\":{\"events\":[%s]}}".formatted(most),
        0);
  }

  @Test
  void aNameThatCannotBeReadTakesItsValueAlong() {
    assertRead(
        "{\"keys\":{\"\\x\":{\"D\":1},\"@u\":{\"E\":2}},\"big\":%s}".formatted(deep(201)),
        "{\"keys\":{\"@u\":{\"E\":2}},\"big\":null}",
        2);
  }

  @Test
  void whatCannotBeToldApartIsRefusedWithoutItsWords() {
    for (String bad :
        List.of(
            "",
            "[]",
            "{",
            "{\"canary",
            "{\"canary\":",
            "{\"canary\" 1}",
            "{\"canary\":1} {}",
            "{\"canary\":[1}",
            "{\"to\":{\"events\":[%s canary]}}".formatted(deep(300)))) {
      assertThatThrownBy(() -> read(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class)
          .message()
          .doesNotContain("canary");
    }
  }
}
