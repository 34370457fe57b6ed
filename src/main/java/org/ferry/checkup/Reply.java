package org.ferry.checkup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.ferry.matrix.event.Json;

/**
 * What came back, whoever sent it.
 *
 * @param status the HTTP status
 * @param headers the first value of each header, names in lower case
 * @param text the body
 */
record Reply(int status, Map<String, String> headers, String text) {
  private static final int SHOWN = 160;

  boolean ok() {
    return status / 100 == 2 && text.stripLeading().startsWith("{");
  }

  /** The body; empty where it is no JSON object. */
  ObjectNode json() {
    try {
      return Json.parseObject(text);
    } catch (IllegalArgumentException e) {
      return Json.object();
    }
  }

  /** One member of the body, which may be missing. */
  JsonNode at(String field) {
    return json().path(field);
  }

  String errcode() {
    return at("errcode").asText("");
  }

  boolean is(String errcode) {
    return errcode().equals(errcode);
  }

  /** A homeserver's own word, and not that of something in between. */
  boolean isMatrix() {
    return ok() || !errcode().isEmpty();
  }

  boolean forbidden() {
    return is("M_FORBIDDEN") || (status == 403 && is("M_UNKNOWN"));
  }

  /** True where the server does not offer this endpoint. */
  boolean unrecognized() {
    return is("M_UNRECOGNIZED")
        || (errcode().isEmpty() && (status == 404 || status == 405 || status == 501));
  }

  boolean limited() {
    return status == 429 || is("M_LIMIT_EXCEEDED");
  }

  /** Something in front of the homeserver refuses for now, or does not reach it. */
  boolean gateway() {
    return !isMatrix() && (status == 429 || (status >= 502 && status <= 504));
  }

  /** No homeserver's word on the request: it fails, or something in front of it does. */
  boolean outage() {
    return status >= 500 && !is("M_UNRECOGNIZED") && status != 501;
  }

  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** Status and what was said, for a sentence. */
  String words() {
    String said = isMatrix() ? (errcode() + " " + at("error").asText("")).strip() : plain();
    String one = said.replaceAll("\\s+", " ");
    return (status + " " + (one.length() > SHOWN ? one.substring(0, SHOWN) + "…" : one)).strip();
  }

  private String plain() {
    String type = header("content-type");
    return type.contains("html") || text.stripLeading().startsWith("<") ? "(a web page)" : text;
  }
}
