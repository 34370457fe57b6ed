package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.ferry.config.Config;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LoggingTest {
  @Test
  void writesOneJsonObjectALine() throws Exception {
    Logger logger = new LoggerContext().getLogger("org.ferry.app.WayBack");
    var event =
        new LoggingEvent(
            "x",
            logger,
            Level.WARN,
            "event=x name={}",
            new IllegalStateException("odd"),
            new Object[] {"a\nb"});
    String line = new String(new JsonLines().encode(event), UTF_8);
    assertThat(line).endsWith("}\n").hasLineCount(1);
    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(json.path("message").asText()).isEqualTo("event=x name=a\nb");
    assertThat(json.path("level").asText()).isEqualTo("WARN");
    assertThat(json.path("time").asText()).endsWith("Z");
    assertThat(json.path("error").asText()).contains("odd", "LoggingTest");
  }

  @Test
  void debugAsksForMoreAndNeverForLess() {
    Logger logger = (Logger) LoggerFactory.getLogger("org.ferry");
    Level before = logger.getLevel();
    try {
      Logging.apply(new Config.Logging("warn", "text"), false);
      assertThat(logger.getLevel()).isEqualTo(Level.WARN);
      Logging.apply(new Config.Logging("warn", "text"), true);
      assertThat(logger.getLevel()).isEqualTo(Level.DEBUG);
      Logging.apply(new Config.Logging("trace", "text"), true);
      assertThat(logger.getLevel()).isEqualTo(Level.TRACE);
    } finally {
      logger.setLevel(before);
    }
  }
}
