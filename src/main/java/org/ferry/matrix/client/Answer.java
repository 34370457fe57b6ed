package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.matrix.event.Json;
import org.ferry.matrix.event.Piecewise;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What came back: a status and the whole body.
 *
 * @param status the HTTP status
 * @param headers the headers
 * @param body the bytes
 */
record Answer(int status, MultiMap headers, Buffer body) {
  private static final Logger LOG = LoggerFactory.getLogger(Answer.class);
  private static final Pattern TITLE =
      Pattern.compile("<title>([^<]{1,200})</title>", Pattern.CASE_INSENSITIVE);
  private static final Pattern BELOW = Pattern.compile("/?(_matrix/.*)?$");

  boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  boolean looksLikeJson() {
    int i = 0;
    while (i < body.length() && Character.isWhitespace(body.getByte(i))) {
      i++;
    }
    return i < body.length() && (body.getByte(i) == '{' || body.getByte(i) == '[');
  }

  Optional<ObjectNode> json() {
    try {
      return Optional.of(Json.parseObject(body.getBytes()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  ObjectNode json(Call call) {
    try {
      return Json.parseObject(body.getBytes());
    } catch (IllegalArgumentException e) {
      throw unreadable(call, e);
    }
  }

  /**
   * As above, but what cannot be read among its elements costs no more than itself.
   *
   * @param elements where they are, as {@link Piecewise} has it
   */
  ObjectNode json(Call call, List<String> elements) {
    byte[] text = body.getBytes();
    try {
      return Json.parseObject(text);
    } catch (IllegalArgumentException e) {
      // reason: one hostile element would else hide what everybody else said.
      return piecewise(call, text, elements);
    }
  }

  private ObjectNode piecewise(Call call, byte[] text, List<String> elements) {
    try {
      Piecewise.Result read = Piecewise.read(text, elements);
      if (read.dropped() > 0) {
        LOG.warn(
            "event=elements_dropped operation={} dropped={} an answer holds what is nested too deeply, too long or no JSON; the rest of it was read",
            call.operation(),
            read.dropped());
      }
      return read.object();
    } catch (IllegalArgumentException e) {
      throw unreadable(call, e);
    }
  }

  List<ObjectNode> array(Call call) {
    try {
      return Json.parseObjects(body.getBytes());
    } catch (IllegalArgumentException e) {
      throw unreadable(call, e);
    }
  }

  /** Nothing of the body is repeated: in a success it is what people wrote to each other. */
  private MatrixException unreadable(Call call, IllegalArgumentException why) {
    String error = "unreadable answer, %d bytes: %s".formatted(body.length(), why.getMessage());
    return new MatrixException(
        call.method().name(), call.path(), status, "", error, Optional.empty());
  }

  /** The Matrix error code, or the empty string. */
  String errcode() {
    return json().map(o -> o.path("errcode").asText("")).orElse("");
  }

  boolean isRateLimit() {
    return status == 429 || errcode().equals(Errcode.LIMIT_EXCEEDED);
  }

  /** A proxy without its homeserver, as against a homeserver that fails by itself. */
  boolean isOutage() {
    boolean gateway = status == 408 || (status >= 502 && status <= 504) || status >= 520;
    return gateway && errcode().isEmpty();
  }

  /** What an outage may come from, in a few words after its status. */
  String outage() {
    return status
        + switch (status) {
          case 502 -> " (the proxy in front of it does not reach it)";
          case 503 -> " (it restarts, or a proxy in front of it limits the rate)";
          case 504 ->
              " (the proxy in front of it waits too short: proxy_read_timeout in nginx, timeout server in HAProxy)";
          default -> "";
        };
  }

  /** 501 and 505 say that repeating is no use. */
  boolean isServerError() {
    return status >= 500 && status != 501 && status != 505 && !isOutage();
  }

  /** What the server said about the failure, in one line; of a web page its title. */
  String error() {
    String location = headers.get(HttpHeaders.LOCATION);
    if (status / 100 == 3 && location != null) {
      return "something there sends on to %s: name that in homeserver.address"
          .formatted(BELOW.matcher(location).replaceFirst(""));
    }
    return json().map(o -> o.path("error").asText("")).orElseGet(this::plain);
  }

  private String plain() {
    String text = body.toString();
    if (!text.stripLeading().startsWith("<")) {
      return text;
    }
    Matcher title = TITLE.matcher(text);
    return title.find() ? "(a web page: " + title.group(1).strip() + ")" : "(a web page)";
  }

  MatrixException refusal(Call call, Optional<Duration> retryAfter) {
    return new MatrixException(
        call.method().name(), call.path(), status, errcode(), error(), retryAfter);
  }
}
