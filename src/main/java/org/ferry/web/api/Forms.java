package org.ferry.web.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.MultiMap;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.ferry.id.Nearest;
import org.jspecify.annotations.Nullable;

/**
 * What callers may write, as {@code openapi.json} describes it. A field or parameter that nobody
 * reads is refused, because its caller believes that it did something; null stands for a field that
 * is left out. Safe for use by many threads.
 */
final class Forms {
  private static final int LONGEST_SHOWN = 60;

  private final JsonNode schemas;
  private final JsonNode parameters;

  /**
   * Reads the schemas.
   *
   * @param components of the description of the API
   */
  Forms(JsonNode components) {
    this.schemas = components.path("schemas");
    this.parameters = components.path("parameters");
  }

  /**
   * Checks a body.
   *
   * @param schema its name; null where no field is taken
   * @param body what came
   * @throws Problem 400 that names the field, and the nearest one that there is
   */
  void body(@Nullable String schema, ObjectNode body) {
    fields("", schema == null ? Map.of() : properties(schemas.path(schema)), body);
  }

  /**
   * Checks a frame of a WebSocket: the fields of a body beside those of every frame.
   *
   * @param schema of the body; null for none
   * @param frame what came
   * @param also fields that frames have
   */
  void frame(@Nullable String schema, ObjectNode frame, Set<String> also) {
    ObjectNode rest = frame.deepCopy();
    ObjectNode unused = rest.remove(also);
    Map<String, JsonNode> known = schema == null ? Map.of() : properties(schemas.path(schema));
    for (Map.Entry<String, JsonNode> field : rest.properties()) {
      JsonNode described = known.get(field.getKey());
      if (described == null) {
        Set<String> all = new TreeSet<>(known.keySet());
        boolean unusedMore = all.addAll(also);
        throw unknown("field", field.getKey(), all);
      }
      value(field.getKey(), described, field.getValue());
    }
  }

  /**
   * Checks the parameters behind the question mark.
   *
   * @param endpoint what is asked for
   * @param query what came
   */
  void query(Endpoint endpoint, MultiMap query) {
    List<String> known =
        endpoint.doc().query().stream()
            .filter(n -> parameters.path(n).path("in").asText().equals("query"))
            .toList();
    for (String name : query.names()) {
      if (!known.contains(name)) {
        throw unknown("parameter", name, known);
      }
      if (query.getAll(name).size() > 1) {
        throw Problem.badRequest("the parameter " + name + " stands there more than once");
      }
    }
  }

  private static Map<String, JsonNode> properties(JsonNode schema) {
    Map<String, JsonNode> known = new HashMap<>();
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      JsonNode unused = known.put(property.getKey(), property.getValue());
    }
    return known;
  }

  private static void fields(String within, Map<String, JsonNode> known, ObjectNode object) {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      JsonNode described = known.get(field.getKey());
      if (described == null) {
        throw unknown("field", within + field.getKey(), in(within, known.keySet()));
      }
      value(within + field.getKey(), described, field.getValue());
    }
  }

  private static List<String> in(String within, Set<String> names) {
    return names.stream().map(n -> within + n).sorted().toList();
  }

  private static void value(String name, JsonNode schema, JsonNode value) {
    if (value.isNull()) {
      return;
    }
    boolean fits =
        switch (type(schema)) {
          case "string" -> value.isTextual();
          case "boolean" -> value.isBoolean();
          case "integer" -> value.isIntegralNumber();
          case "array" -> value.isArray();
          default -> value.isObject();
        };
    if (!fits) {
      throw Problem.badRequest(name + " has to be " + words(schema));
    }
    if (value instanceof ObjectNode object) {
      fields(name + ".", properties(schema), object);
    }
  }

  private static String type(JsonNode schema) {
    JsonNode type = schema.path("type");
    return type.isArray() ? type.path(0).asText() : type.asText();
  }

  private static String words(JsonNode schema) {
    return switch (type(schema)) {
      case "string" -> "a text";
      case "boolean" -> "true or false";
      case "integer" -> "a whole number";
      case "array" -> "a list of texts";
      default -> "an object";
    };
  }

  private static Problem unknown(String what, String name, Collection<String> known) {
    String shown = name.length() > LONGEST_SHOWN ? name.substring(0, LONGEST_SHOWN) + "…" : name;
    String remedy =
        Nearest.to(shown, known)
            .map(near -> "; did you mean " + near + "?")
            .orElse(
                known.isEmpty()
                    ? "; none is taken here"
                    : "; there are " + String.join(", ", known));
    return Problem.badRequest("unknown " + what + " \"" + shown + "\"" + remedy);
  }
}
