package org.ferry.app;

import java.time.Instant;
import org.ferry.live.message.Shapes;
import org.ferry.matrix.event.Json;
import org.junit.jupiter.api.Test;

/** The sample is as its schema says: a receiver that is strict takes it. */
class WebhookSampleTest {
  @Test
  void isAsItsSchemaSays() {
    Shapes.check(
        "message.created",
        Json.parseObject(WebhookSample.body("example.org", Instant.ofEpochSecond(7))));
  }
}
