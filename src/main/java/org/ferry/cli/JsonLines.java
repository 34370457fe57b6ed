package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.ferry.id.TraceId;
import org.slf4j.event.KeyValuePair;

/**
 * The log as one JSON object a line: time, level, logger, thread, message and, where there is one,
 * the id that goes from what came in to all that was made of it, and the error.
 */
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
    String trace = trace(event);
    if (!trace.isEmpty()) {
      line = line.put(TraceId.FIELD, trace);
    }
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

  /** That of the line itself, else that of the request which the thread is at. */
  private static String trace(ILoggingEvent event) {
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      for (KeyValuePair pair : pairs) {
        if (pair.key.equals(TraceId.FIELD)) {
          return String.valueOf(pair.value);
        }
      }
    }
    return event.getMDCPropertyMap().getOrDefault(TraceId.FIELD, "");
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
