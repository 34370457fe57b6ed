package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.crossing.Sample;
import org.ferry.testing.crossing.Shore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is known of each kind of thing, by its old id and by its new one. */
class ExplainIT {
  private static final Sample SAMPLE = Sample.facts();
  private static final Landing LANDING = Shore.shared().landing("explained", "explained");
  private static Landing.Mapped mapped = new Landing.Mapped(null);

  @BeforeAll
  static void carry() {
    var unused = LANDING.must(0, "analyze", Sample.SQL.toString());
    unused =
        LANDING.must(
            0,
            "migrate",
            "--media",
            Sample.MEDIA.toString(),
            "-y",
            "--rooms",
            SAMPLE.room("random"));
    mapped = LANDING.mapped();
  }

  /** Explains by both ids, which must say the same; gives what the crossing knows. */
  private static JsonNode crossed(String old, String now) {
    JsonNode byOld = LANDING.json(0, "explain", old, "--json").path("known");
    assertThat(LANDING.json(0, "explain", now, "--json").path("known")).isEqualTo(byOld);
    assertThat(byOld.path(0).path("where").asText()).isEqualTo("old.example.org");
    assertThat(byOld.path(1).path("now").asText()).isEqualTo(now);
    return byOld.path(1);
  }

  @Test
  void anEvent() {
    Map.Entry<String, String> message =
        mapped.all("events").entrySet().stream()
            .filter(e -> type(e.getKey()).equals("m.room.message"))
            .findFirst()
            .orElseThrow();
    JsonNode known = crossed(message.getKey(), message.getValue());
    assertThat(known.path("state").asText()).isEqualTo("carried");
    assertThat(known.path("noted").asText()).startsWith("20");
    assertThat(known.path("link").asText())
        .contains("https://matrix.to/#/" + mapped.room(SAMPLE.room("random")), message.getValue());
    assertThat(known.path("plan").asText()).startsWith("create");
    var plain = LANDING.must(0, "explain", message.getKey());
    System.out.println("[explain] " + plain);
    assertThat(plain.out()).doesNotContain("msgtype");
    assertThat(LANDING.must(0, "explain", message.getKey(), "--content").out()).contains("msgtype");
  }

  private static String type(String event) {
    return LANDING.json(0, "explain", event, "--json").path("known").path(0).path("type").asText();
  }

  @Test
  void roomsPeopleAndFiles() {
    JsonNode room = crossed(SAMPLE.room("random"), mapped.room(SAMPLE.room("random")));
    assertThat(room.path("state").asText()).isEqualTo("done");
    assertThat(room.path("carried").asLong()).isPositive();
    System.out.println("[explain] " + LANDING.must(0, "explain", SAMPLE.room("random")));
    JsonNode user = crossed(SAMPLE.user("frank"), mapped.user(SAMPLE.user("frank")));
    assertThat(user.path("plan").asText()).startsWith("ghost");
    mapped.all("media").entrySet().stream()
        .limit(1)
        .forEach(m -> assertThat(crossed(m.getKey(), m.getValue()).has("sha256")).isTrue());
    JsonNode waiting = LANDING.json(0, "explain", SAMPLE.room("general"), "--json").path("known");
    assertThat(waiting.path(1).path("state").asText()).isEqualTo("waiting");
  }

  @Test
  void whatNobodyKnows() {
    assertThat(LANDING.must(1, "explain", "$no-such-event").err())
        .contains("nothing is known of $no-such-event", "old.example.org");
    assertThat(LANDING.must(2, "explain", "random").err()).contains("is no Matrix id");
  }

  @Test
  void nothingThatFailedIsNothingToRetry() {
    assertThat(LANDING.must(0, "retry").out()).contains("Nothing has failed");
    assertThat(LANDING.must(2, "retry", "--room", "!nobody:here").err()).contains("!nobody:here");
  }
}
