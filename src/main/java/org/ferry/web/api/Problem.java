package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was not answered, as a problem document (RFC 9457). The detail is a sentence for
 * the person who wrote the caller: what, and what to do.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final Map<Integer, String> TITLES =
      Map.ofEntries(
          Map.entry(400, "Bad request"),
          Map.entry(401, "Not authenticated"),
          Map.entry(403, "Not allowed"),
          Map.entry(404, "Not found"),
          Map.entry(405, "Method not allowed"),
          Map.entry(409, "Conflict"),
          Map.entry(410, "Gone"),
          Map.entry(413, "Too large"),
          Map.entry(415, "Unsupported media type"),
          Map.entry(408, "Too slow"),
          Map.entry(416, "No such part"),
          Map.entry(426, "Only as a WebSocket"),
          Map.entry(422, "Cannot be done as asked"),
          Map.entry(429, "Too many requests"),
          Map.entry(500, "Ferry failed"),
          Map.entry(502, "The homeserver refused"),
          Map.entry(503, "Not now"));

  private final int status;
  private final String type;
  private final transient Map<String, String> headers = new LinkedHashMap<>();
  private @Nullable String key;

  /**
   * A problem.
   *
   * @param status the HTTP status
   * @param type a word that a program may look at, such as {@code unknown_room}
   * @param detail a sentence for a person
   */
  public Problem(int status, String type, String detail) {
    super(detail, null, false, false);
    this.status = status;
    this.type = type;
  }

  /** The same with a header on the answer. */
  Problem with(String header, String value) {
    var unused = headers.put(header, value);
    return this;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /**
   * The same, of a message that came without a key and may have been taken: who asks again, without
   * the key that it got, says it twice.
   *
   * @param key that Ferry gave it
   */
  Problem keyed(String key) {
    Problem keyed =
        new Problem(
            status,
            type,
            getMessage()
                + ". It came without an Idempotency-Key and was given one: whoever asks again"
                + " without it may say it twice");
    keyed.key = key;
    return keyed.with("Idempotency-Key", key);
  }

  /** Every status that there is a title for. */
  static Set<Integer> statuses() {
    return TITLES.keySet();
  }

  /** The word for programs. */
  public String type() {
    return type;
  }

  Map<String, String> headers() {
    return headers;
  }

  /** The document. */
  public ObjectNode document() {
    @Nullable String title = TITLES.get(status);
    ObjectNode document =
        Json.object()
            .put("type", "urn:ferry:problem:" + type)
            .put("title", title == null ? "Not done" : title)
            .put("status", status)
            .put("detail", getMessage());
    return key == null ? document : document.put("idempotency_key", key);
  }

  static Problem badRequest(String detail) {
    return new Problem(400, "bad_request", detail);
  }

  static Problem notFound(String detail) {
    return new Problem(404, "not_found", detail);
  }

  static Problem forbidden(String detail) {
    return new Problem(403, "forbidden", detail);
  }
}
