package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.config.Config;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

class LoggingTest {
  @Test
  void writesOneJsonObjectALine() throws Exception {
    Logger logger = logger();
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

  private static Logger logger() {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    return context.getLogger("org.ferry.app.WayBack");
  }

  @Test
  void aLineNamesWhatItBelongsTo() throws Exception {
    Logger logger = logger();
    var event = new LoggingEvent("x", logger, Level.INFO, "event=x", null, null);
    assertThat(new ObjectMapper().readTree(new JsonLines().encode(event)).has("trace")).isFalse();
    logger.getLoggerContext().getMDCAdapter().put("trace", "request");
    var asked = new LoggingEvent("x", logger, Level.INFO, "event=x", null, null);
    assertThat(new ObjectMapper().readTree(new JsonLines().encode(asked)).path("trace").asText())
        .isEqualTo("request");
    var told = new LoggingEvent("x", logger, Level.INFO, "event=x", null, null);
    told.addKeyValuePair(new KeyValuePair("trace", "message"));
    assertThat(new ObjectMapper().readTree(new JsonLines().encode(told)).path("trace").asText())
        .isEqualTo("message");
  }

  private static PatternLayout configured(Logger logger) throws Exception {
    String config = Files.readString(Path.of("src/main/resources/logback.xml"));
    Matcher pattern = Pattern.compile("<pattern>(.*)</pattern>").matcher(config);
    assertThat(pattern.find()).isTrue();
    PatternLayout layout = new PatternLayout();
    layout.setContext(logger.getLoggerContext());
    layout.setPattern(pattern.group(1).replace("&lt;", "<"));
    layout.start();
    return layout;
  }

  /** The same in the form for people, as it is configured. */
  @Test
  void theTextNamesItOnceAndOnlyWhereThereIsOne() throws Exception {
    Logger logger = logger();
    PatternLayout layout = configured(logger);
    var event = new LoggingEvent("x", logger, Level.INFO, "event=x", null, null);
    assertThat(layout.doLayout(event)).endsWith("INFO  WayBack event=x\n");
    var told = new LoggingEvent("x", logger, Level.INFO, "event=x", null, null);
    told.addKeyValuePair(new KeyValuePair("trace", "message"));
    assertThat(layout.doLayout(told)).endsWith("WayBack event=x trace=message\n");
    logger.getLoggerContext().getMDCAdapter().put("trace", "request");
    var asked = new LoggingEvent("x", logger, Level.INFO, "event=x", null, null);
    assertThat(layout.doLayout(asked)).endsWith("WayBack event=x trace=request\n");
  }

  /** What strangers said and a line quotes begins no line of its own, nor steers a terminal. */
  @Test
  void aLineStaysOneLine() throws Exception {
    PatternLayout layout = configured(logger());
    String hostile = "event=x name=a\r\n2026 WARN event=y \u001b[31mred\u0000\tb";
    var event = new LoggingEvent("x", logger(), Level.INFO, hostile, null, null);
    assertThat(layout.doLayout(event)).endsWith("event=x name=a 2026 WARN event=y  [31mred b\n");
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
