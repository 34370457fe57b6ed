package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;

/** How long a server asks to wait, in all the ways servers say it. */
final class RetryAfter {
  private RetryAfter() {}

  static Optional<Duration> of(Answer answer) {
    return answer
        .json()
        .map(o -> o.path("retry_after_ms"))
        .filter(JsonNode::isNumber)
        .map(n -> Duration.ofMillis(n.asLong()));
  }
}
