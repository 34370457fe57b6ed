package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The log as one JSON object a line: time, level, logger, thread, message and, if any, error. */
final class JsonLines extends EncoderBase<ILoggingEvent> {
  private final ObjectMapper mapper = new ObjectMapper();

  @Override
  public byte[] encode(ILoggingEvent event) {
    ObjectNode line =
        mapper
            .createObjectNode()
            .put("time", event.getInstant().toString())
            .put("level", event.getLevel().toString())
            .put("logger", event.getLoggerName())
            .put("thread", event.getThreadName())
            .put("message", event.getFormattedMessage());
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      line = line.put("error", ThrowableProxyUtil.asString(thrown));
    }
    try {
      return (mapper.writeValueAsString(line) + "\n").getBytes(UTF_8);
    } catch (JsonProcessingException e) {
      addError("no JSON for a line of the log", e);
      return new byte[0];
    }
  }

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
