package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * One request, before it is sent.
 *
 * @param method the HTTP method
 * @param path the encoded path below the homeserver's address
 * @param query decoded names and values
 * @param via servers to ask for a room
 * @param body the JSON body, or null
 * @param repeat whether sending it twice does the same as sending it once
 * @param authorized whether it carries the token
 * @param bearsLimits whether a rate limit is waited for, and not thrown at once
 * @param bearsLosses whether it is repeated where no answer came, and not thrown at once
 */
record Call(
    HttpMethod method,
    String path,
    Map<String, String> query,
    List<String> via,
    @Nullable ObjectNode body,
    boolean repeat,
    boolean authorized,
    boolean bearsLimits,
    boolean bearsLosses) {

  static Call get(String template, String... values) {
    return of(HttpMethod.GET, null, template, values);
  }

  static Call put(ObjectNode body, String template, String... values) {
    return of(HttpMethod.PUT, body, template, values);
  }

  /** A POST that may be repeated: what it does a second time changes nothing. */
  static Call post(ObjectNode body, String template, String... values) {
    return of(HttpMethod.POST, body, template, values);
  }

  static Call delete(String template, String... values) {
    return of(HttpMethod.DELETE, null, template, values);
  }

  static Call of(HttpMethod method, @Nullable ObjectNode body, String template, String... values) {
    return new Call(
        method, Paths.fill(template, values), Map.of(), List.of(), body, true, true, true, true);
  }

  /** Any request by an encoded path; a POST is taken for one that may not be repeated. */
  static Call raw(HttpMethod method, String path, @Nullable ObjectNode body) {
    boolean repeat = !HttpMethod.POST.equals(method);
    return new Call(method, path, Map.of(), List.of(), body, repeat, true, true, true);
  }

  /** Each repeat would make something new. */
  Call onlyOnce() {
    return new Call(method, path, query, via, body, false, authorized, bearsLimits, bearsLosses);
  }

  Call withoutToken() {
    return new Call(method, path, query, via, body, repeat, false, bearsLimits, bearsLosses);
  }

  Call throwingLimits() {
    return new Call(method, path, query, via, body, repeat, authorized, false, bearsLosses);
  }

  /** Whoever asks looks around before asking again. */
  Call throwingLosses() {
    return new Call(method, path, query, via, body, repeat, authorized, bearsLimits, false);
  }

  Call with(String name, @Nullable String value) {
    if (value == null) {
      return this;
    }
    Map<String, String> more = new LinkedHashMap<>(query);
    more.put(name, value);
    return new Call(method, path, more, via, body, repeat, authorized, bearsLimits, bearsLosses);
  }

  Call as(UserId user, @Nullable DeviceId device) {
    return with("user_id", user.value()).with("device_id", device == null ? null : device.value());
  }

  /** Without the names of whom an application service speaks for. */
  Call unnamed() {
    Map<String, String> less = new LinkedHashMap<>(query);
    less.keySet().removeAll(List.of("user_id", "device_id"));
    return new Call(method, path, less, via, body, repeat, authorized, bearsLimits, bearsLosses);
  }

  /** Adds the {@code via} parameters of a join, and their older name. */
  Call withVia(List<String> servers) {
    return new Call(
        method, path, query, servers, body, repeat, authorized, bearsLimits, bearsLosses);
  }

  String uri() {
    return path + Paths.query(query, via);
  }

  /** Whether it makes the homeserver write anything, so that a full disk is in its way. */
  boolean writes() {
    return !HttpMethod.GET.equals(method);
  }

  /** Whether it makes the homeserver write an event: what concurrency is measured by. */
  boolean writesEvent() {
    return HttpMethod.PUT.equals(method) && (path.contains("/send/") || path.contains("/state/"));
  }

  /** What is asked for, as one of few words: what latencies are told apart by. */
  String operation() {
    return Operations.of(path);
  }
}
