package org.ferry.migrate.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.id.Secret;
import org.ferry.matrix.event.Json;
import org.ferry.model.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {
  private final Origin open = new Origin("old.org", true, Secret.of("key"));
  private final Origin hashed = new Origin("old.org", false, Secret.of("key"));
  private final Event event = Stage.event("m.room.message", null, "{}");

  @Test
  void recognisesItsMarkInBothForms() {
    for (Origin origin : new Origin[] {open, hashed}) {
      ObjectNode content = Json.object();
      content.set(Origin.KEY, origin.of(event));
      assertThat(open.word(content)).contains(open.wordOf("$this"));
      assertThat(hashed.word(content)).contains(open.wordOf("$this"));
      ObjectNode room = Json.object();
      room.set(Origin.KEY, origin.ofRoom("!room:old.org", "!space"));
      assertThat(open.word(room)).contains(open.wordOfRoom("!room:old.org", "!space"));
    }
  }

  @Test
  void aHashSaysNothingOpenly() {
    assertThat(Json.text(hashed.of(event)) + Json.text(hashed.ofRoom("!room:old.org", "!space")))
        .doesNotContain("old.org", "$this", "alice", "1500000000000");
    assertThat(hashed.of(event).path("k").asText()).matches("[0-9a-f]{32}");
  }

  @Test
  void theHashDependsOnKeyServerAndId() {
    assertThat(open.wordOf("$a"))
        .isEqualTo(hashed.wordOf("$a"))
        .isNotEqualTo(open.wordOf("$b"))
        .isNotEqualTo(new Origin("x.org", true, Secret.of("key")).wordOf("$a"))
        .isNotEqualTo(new Origin("old.org", true, Secret.of("other")).wordOf("$a"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'org.ferry.origin':7}",
        "{'org.ferry.origin':[]}",
        "{'org.ferry.origin':null}",
        "{'org.ferry.origin':{'k':7}}",
        "{'org.ferry.origin':{'server':'old.org'}}",
        "{'org.ferry.origin':{'server':'third.org','event_id':'$this'}}",
      })
  void seesNoMarkWhereThereIsNone(String content) {
    assertThat(open.word(Json.parseObject(content.replace('\'', '"')))).isEmpty();
  }

  @Test
  void knowsHelpers() {
    assertThat(Origin.isHelper(Json.object().put(Origin.HELPER, true))).isTrue();
    assertThat(Origin.isHelper(Json.object().put(Origin.HELPER, false))).isFalse();
    assertThat(Origin.isHelper(Json.object())).isFalse();
  }
}
