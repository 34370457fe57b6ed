package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import org.ferry.matrix.event.Json;

/**
 * What came back: a status and the whole body.
 *
 * @param status the HTTP status
 * @param headers the headers
 * @param body the bytes
 */
record Answer(int status, MultiMap headers, Buffer body) {
  boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  String text() {
    return body.toString();
  }

  Optional<ObjectNode> json() {
    try {
      return Optional.of(Json.parseObject(body.getBytes()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  List<ObjectNode> array(Call call) {
    try {
      return Json.parseObjects(body.getBytes());
    } catch (IllegalArgumentException e) {
      throw refusal(call);
    }
  }

  /** The Matrix error code, or the empty string. */
  String errcode() {
    return json().map(o -> o.path("errcode").asText("")).orElse("");
  }

  MatrixException refusal(Call call) {
    String error = json().map(o -> o.path("error").asText("")).orElseGet(this::text);
    return new MatrixException(
        call.method().name(), call.path(), status, errcode(), error, RetryAfter.of(this));
  }
}
