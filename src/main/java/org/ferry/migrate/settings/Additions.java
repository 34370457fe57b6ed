package org.ferry.migrate.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Account data to which something is added, and from which nothing is taken but what was added.
 *
 * @param type its type
 * @param field the field that holds what is added to; null for the content itself
 */
record Additions(String type, @Nullable String field) implements Spot.Reversible {
  /**
   * A wish that adds to global account data.
   *
   * @param type its type
   * @param field the field that holds what is added to; null for the content itself
   * @param more objects or lists by name
   */
  static Wish to(String type, @Nullable String field, ObjectNode more) {
    return Wish.of("data", type, Json.canonical(more), new Additions(type, field));
  }

  @Override
  public boolean adds() {
    return true;
  }

  @Override
  public boolean hasDefault() {
    return true;
  }

  @Override
  public Optional<String> found(Present present, String wanted) {
    ObjectNode more = Json.parseObject(wanted);
    return present
        .accountData(null, type)
        .map(this::in)
        .map(there -> holds(there, more) ? wanted : Json.canonical(there));
  }

  @Override
  public void put(Intent owner, String value) {
    ObjectNode present = owner.preferences().accountData(type).orElseGet(Json::object).deepCopy();
    merge(field == null ? present : present.withObjectProperty(field), Json.parseObject(value));
    owner.preferences().putAccountData(type, present);
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = Json.object().put("kind", "added").put("name", type);
    return field == null ? json : json.put("field", field);
  }

  /** Remembers what is not there yet: only that is Ferry's. */
  @Override
  public ObjectNode before(Present present, String wanted) {
    ObjectNode there = present.accountData(null, type).map(this::in).orElseGet(Json::object);
    ObjectNode before = Json.object();
    before.set("place", json());
    before.set("added", without(Json.parseObject(wanted), there, false));
    return before;
  }

  /** Takes out what was added, and nothing else. */
  @Override
  public Taking.Taken back(Intent owner, Present present, Spot.Kept kept) {
    boolean any = kept.before().path("added") instanceof ObjectNode added && takeOut(owner, added);
    return new Taking.Taken(any ? Taking.Outcome.BACK : Taking.Outcome.NOTHING, null);
  }

  /** True where any of it was there. */
  private boolean takeOut(Intent owner, ObjectNode added) {
    ObjectNode present = owner.preferences().accountData(type).orElseGet(Json::object).deepCopy();
    ObjectNode there = in(present);
    ObjectNode less = without(there, added, true);
    if (less.equals(there)) {
      return false;
    }
    if (field == null) {
      owner.preferences().putAccountData(type, less);
    } else {
      present.set(field, less);
      owner.preferences().putAccountData(type, present);
    }
    return true;
  }

  private ObjectNode in(ObjectNode content) {
    JsonNode part = field == null ? content : content.path(field);
    return part instanceof ObjectNode o ? o : Json.object();
  }

  private static boolean holds(ObjectNode there, ObjectNode more) {
    ObjectNode with = there.deepCopy();
    merge(with, more);
    return with.equals(there);
  }

  /**
   * What one holds and the other does not.
   *
   * @param same whether an object goes only where it is the same there; a person may have changed
   *     it
   */
  private static ObjectNode without(ObjectNode all, ObjectNode minus, boolean same) {
    ObjectNode rest = Json.object();
    for (Map.Entry<String, JsonNode> entry : all.properties()) {
      JsonNode other = minus.path(entry.getKey());
      if (entry.getValue() instanceof ArrayNode list && other instanceof ArrayNode out) {
        ArrayNode kept = Json.array();
        list.forEach(item -> {
          if (!contains(out, item)) {
            kept.add(item);
          }
        });
        if (!kept.isEmpty()) {
          rest.set(entry.getKey(), kept);
        }
      } else if (other.isMissingNode() || (same && !other.equals(entry.getValue()))) {
        rest.set(entry.getKey(), entry.getValue());
      }
    }
    return rest;
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
