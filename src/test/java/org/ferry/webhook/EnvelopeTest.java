package org.ferry.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.ferry.matrix.event.Json;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
  private static final Instant UNTIL = Instant.parse("2026-11-22T10:00:00Z");

  private static JsonNode media(String written, MediaLinks links) {
    ObjectNode data = Json.parseObject("{\"media\":" + written + "}");
    Message message = new Message(1, "message.created", "!r", "matrix", "@a", UNTIL, data);
    byte[] bytes = Envelope.bytes(message, 1, new Envelope.Files(links, UNTIL, false));
    return Json.parseObject(new String(bytes, StandardCharsets.UTF_8)).at("/data/media");
  }

  @Test
  void aFileHasItsLink() {
    JsonNode media =
        media(
            "{\"id\":\"pic\"}",
            (id, until) -> Optional.of(new MediaLinks.Link("http://ferry/" + id, until)));
    assertThat(media.path("url").asText()).isEqualTo("http://ferry/pic");
    assertThat(media.path("expires_at").asText()).isEqualTo(UNTIL.toString());
  }

  @Test
  void whereThereIsNoneBothKeysSaySo() {
    assertThat(media("{\"id\":\"pic\"}", MediaLinks.none()))
        .hasToString("{\"id\":\"pic\",\"url\":null,\"expires_at\":null}");
    assertThat(media("null", MediaLinks.none()).isNull()).isTrue();
  }
}
