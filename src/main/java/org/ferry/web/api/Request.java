package org.ferry.web.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request whose caller is known.
 *
 * @param caller who asks
 * @param path the decoded parts of the path by their names
 * @param query the parameters behind the question mark
 * @param headers the headers
 * @param body the JSON that was sent; empty where none is taken
 */
record Request(
    Caller caller, Map<String, String> path, MultiMap query, MultiMap headers, ObjectNode body) {
  /** A part of the path. */
  String part(String name) {
    String value = path.get(name);
    if (value == null) {
      throw new IllegalStateException("no part of the path is called " + name);
    }
    return value;
  }

  Optional<String> param(String name) {
    String value = query.get(name);
    if (value != null && value.indexOf(0) >= 0) {
      throw Problem.badRequest(name + " holds a NUL");
    }
    return Optional.ofNullable(value).filter(v -> !v.isEmpty());
  }

  /** A whole number among the parameters. */
  int number(String name, int standard, int least, int most) {
    String text = query.get(name);
    if (text == null) {
      return standard;
    }
    try {
      int n = Integer.parseInt(text);
      if (n >= least && n <= most) {
        return n;
      }
    } catch (NumberFormatException e) {
      // Said below, with the range.
    }
    throw Problem.badRequest(name + " has to be a whole number from " + least + " to " + most);
  }

  boolean flag(String name) {
    String text = query.get(name);
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true") || text.isEmpty()) {
      return true;
    }
    throw Problem.badRequest(name + " has to be true or false");
  }

  /** A text of the body; null where it is missing or null. */
  @Nullable String text(String field) {
    return text(body, field);
  }

  /** A text of an object; null where it is missing or null. */
  static @Nullable String text(ObjectNode object, String field) {
    JsonNode value = object.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isTextual()) {
      throw Problem.badRequest(field + " has to be a text");
    }
    return plain(field, value.textValue());
  }

  /** Neither a database nor a homeserver takes a NUL. */
  private static String plain(String field, String text) {
    if (text.indexOf(0) >= 0) {
      throw Problem.badRequest(field + " holds a NUL");
    }
    return text;
  }

  /** A text that has to be there. */
  String needed(String field) {
    String value = text(field);
    if (value == null || value.isBlank()) {
      throw Problem.badRequest(field + " is missing");
    }
    return value;
  }

  /** A list of texts; empty where it is missing. */
  List<String> texts(String field) {
    JsonNode value = body.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    List<String> all = new ArrayList<>();
    for (JsonNode item : value) {
      if (item.isTextual()) {
        all.add(plain(field, item.textValue()));
      }
    }
    if (!value.isArray() || all.size() != value.size()) {
      throw Problem.badRequest(field + " has to be a list of texts");
    }
    return List.copyOf(all);
  }
}
