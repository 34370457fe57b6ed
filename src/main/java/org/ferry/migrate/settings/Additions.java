package org.ferry.migrate.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** Account data to which something is added, and from which nothing is taken. */
final class Additions {
  private Additions() {}

  /**
   * A wish that adds to global account data.
   *
   * @param type its type
   * @param field the field that holds what is added to; null for the content itself
   * @param more objects or lists by name
   */
  static Wish to(String type, @Nullable String field, ObjectNode more) {
    String value = Json.canonical(more);
    return Wish.of(
            "data",
            type,
            value,
            p ->
                p.accountData(null, type)
                    .map(c -> in(c, field))
                    .map(there -> holds(there, more) ? value : Json.canonical(there)),
            owner -> {
              ObjectNode present = owner.accountData(type).orElseGet(Json::object).deepCopy();
              merge(field == null ? present : present.withObjectProperty(field), more);
              owner.putAccountData(type, present);
            })
        .adding();
  }

  private static ObjectNode in(ObjectNode content, @Nullable String field) {
    JsonNode part = field == null ? content : content.path(field);
    return part instanceof ObjectNode o ? o : Json.object();
  }

  private static boolean holds(ObjectNode there, ObjectNode more) {
    ObjectNode with = there.deepCopy();
    merge(with, more);
    return with.equals(there);
  }

  /** Adds objects that are missing, and to lists what they lack. */
  static void merge(ObjectNode present, ObjectNode more) {
    for (Map.Entry<String, JsonNode> entry : more.properties()) {
      if (!(entry.getValue() instanceof ArrayNode wanted)) {
        if (!present.has(entry.getKey())) {
          present.set(entry.getKey(), entry.getValue());
        }
        continue;
      }
      ArrayNode list =
          present.get(entry.getKey()) instanceof ArrayNode a ? a : present.putArray(entry.getKey());
      for (JsonNode item : wanted) {
        if (!contains(list, item)) {
          list.add(item);
        }
      }
    }
  }

  private static boolean contains(ArrayNode list, JsonNode item) {
    for (JsonNode known : list) {
      if (known.equals(item)) {
        return true;
      }
    }
    return false;
  }
}
