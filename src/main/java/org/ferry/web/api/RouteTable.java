package org.ferry.web.api;

import io.vertx.core.http.HttpMethod;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Finds the endpoint of a path. Each part between slashes is decoded by itself and once, so that an
 * encoded slash or dot is a character of an id and never a way out of its place.
 */
final class RouteTable {
  private final List<Endpoint> endpoints;

  RouteTable(List<Endpoint> endpoints) {
    this.endpoints = List.copyOf(endpoints);
  }

  List<Endpoint> endpoints() {
    return endpoints;
  }

  /** An endpoint, and the parts of the path by their names. */
  record Match(Endpoint endpoint, Map<String, String> parts) {}

  /**
   * Finds.
   *
   * @param path what follows {@code /api/v1}, encoded as it came
   * @throws Problem 400, 404 or 405
   */
  Match find(HttpMethod method, String path) {
    List<String> parts = new ArrayList<>();
    for (String part : path.substring(1).split("/", -1)) {
      boolean unused = parts.add(decode(part));
    }
    TreeSet<String> allowed = new TreeSet<>();
    for (Endpoint endpoint : endpoints) {
      Map<String, String> names = fit(endpoint.path(), parts);
      if (names != null && endpoint.method().equals(method)) {
        return new Match(endpoint, names);
      } else if (names != null) {
        boolean unused = allowed.add(endpoint.method().name());
      }
    }
    if (allowed.isEmpty()) {
      throw Problem.notFound("there is no such path; /api/v1/openapi.json lists all");
    }
    String list = String.join(", ", allowed);
    throw new Problem(405, "method_not_allowed", "this path takes " + list).with("Allow", list);
  }

  private static @org.jspecify.annotations.Nullable Map<String, String> fit(
      String template, List<String> parts) {
    String[] names = template.substring(1).split("/", -1);
    if (names.length != parts.size()) {
      return null;
    }
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      String part = parts.get(i);
      if (names[i].startsWith("{")) {
        String unused = values.put(names[i].substring(1, names[i].length() - 1), part);
        if (part.isEmpty()) {
          return null;
        }
      } else if (!names[i].equals(part)) {
        return null;
      }
    }
    return values;
  }

  /** Decodes what is percent-encoded; a plus is a plus. */
  static String decode(String part) {
    byte[] raw = part.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(raw.length);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] != '%') {
        ByteBuffer unused = out.put(raw[i]);
        continue;
      }
      int high = i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
      int low = i + 2 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        throw Problem.badRequest("the path holds a % that encodes nothing");
      }
      ByteBuffer unused = out.put((byte) (high * 16 + low));
      i += 2;
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(out.flip()).toString();
      if (text.chars().anyMatch(Character::isISOControl)) {
        throw Problem.badRequest("the path holds a control character");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw Problem.badRequest("the path is not UTF-8");
    }
  }
}
