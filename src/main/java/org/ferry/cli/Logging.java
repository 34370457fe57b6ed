package org.ferry.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.ferry.config.Config;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the log into the form that the configuration asks for; logback.xml is the beginning. */
final class Logging {
  private static final String FERRY = "org.ferry";
  private static final String APPENDER = "stderr";

  private Logging() {}

  /**
   * Sets level and format.
   *
   * @param logging what is configured
   * @param debug whether the command line asks for more
   */
  static void apply(Config.Logging logging, boolean debug) {
    ILoggerFactory factory = LoggerFactory.getILoggerFactory();
    if (factory instanceof LoggerContext context) {
      Level level = Level.toLevel(logging.level());
      boolean more = debug && level.isGreaterOrEqual(Level.DEBUG);
      context.getLogger(FERRY).setLevel(more ? Level.DEBUG : level);
      var appender = context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(APPENDER);
      boolean traces = debug || Level.DEBUG.isGreaterOrEqual(level);
      if (traces
          && appender instanceof ConsoleAppender<?> console
          && console.getEncoder() instanceof PatternLayoutEncoder encoder) {
        // logback.xml leaves stack traces out.
        encoder.stop();
        encoder.setPattern(encoder.getPattern().replace("%nopex", "%ex{full}"));
        encoder.start();
      }
      if (logging.format().equals("json") && appender instanceof ConsoleAppender<?>) {
        json(context, (ConsoleAppender<ILoggingEvent>) appender);
      }
    }
  }

  /** Whether each line of the log is a JSON object. */
  static boolean isJson() {
    return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
        && context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(APPENDER)
            instanceof ConsoleAppender<?> console
        && console.getEncoder() instanceof JsonLines;
  }

  private static void json(LoggerContext context, ConsoleAppender<ILoggingEvent> appender) {
    JsonLines encoder = new JsonLines();
    encoder.setContext(context);
    encoder.start();
    Encoder<ILoggingEvent> before = appender.getEncoder();
    appender.stop();
    appender.setEncoder(encoder);
    appender.start();
    before.stop();
  }
}
