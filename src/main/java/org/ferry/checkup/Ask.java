package org.ferry.checkup;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * One probe, before it is sent.
 *
 * @param method the HTTP method
 * @param path the encoded path
 * @param query decoded names and values
 * @param body the text to send, null for none
 * @param token what to show: the application service's own where nothing else is said, null for
 *     none
 * @param service whether the application service's token is shown
 */
record Ask(
    String method,
    String path,
    Map<String, String> query,
    @Nullable String body,
    @Nullable Secret token,
    boolean service) {

  static Ask get(String template, String... values) {
    return of("GET", null, template, values);
  }

  static Ask put(ObjectNode body, String template, String... values) {
    return of("PUT", Json.text(body), template, values);
  }

  static Ask post(ObjectNode body, String template, String... values) {
    return of("POST", Json.text(body), template, values);
  }

  static Ask delete(@Nullable ObjectNode body, String template, String... values) {
    return of("DELETE", body == null ? null : Json.text(body), template, values);
  }

  static Ask of(String method, @Nullable String body, String template, String... values) {
    String path = template;
    for (String value : values) {
      // The replacement of a literal: a dollar sign in an id must stay one.
      int hole = path.indexOf("{}");
      path = path.substring(0, hole) + encode(value) + path.substring(hole + 2);
    }
    return new Ask(method, path, Map.of(), body, null, true);
  }

  Ask with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(query);
    more.put(name, value);
    return new Ask(method, path, more, body, token, service);
  }

  Ask as(UserId user) {
    return with("user_id", user.value());
  }

  Ask on(DeviceId device) {
    return with("device_id", device.value());
  }

  Ask at(long ts) {
    return with("ts", Long.toString(ts));
  }

  Ask bearing(Secret other) {
    return new Ask(method, path, query, body, other, false);
  }

  Ask anonymous() {
    return new Ask(method, path, query, body, null, false);
  }

  String uri() {
    StringBuilder out = new StringBuilder(path);
    query.forEach((k, v) ->
        out.append(out.indexOf("?") < 0 ? '?' : '&').append(k).append('=').append(encode(v)));
    return out.toString();
  }

  static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
  }
}
