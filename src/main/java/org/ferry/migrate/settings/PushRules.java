package org.ferry.migrate.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.Forgotten;
import org.ferry.migrate.rewrite.Lookups;

/** A person's own push rules, and what they changed of the default ones. */
final class PushRules {
  private static final Set<String> KINDS =
      Set.of("override", "content", "room", "sender", "underride");
  private static final Set<String> WITH_CONDITIONS = Set.of("override", "underride");

  private final Lookups lookups;
  private final Ids ids;

  PushRules(Lookups lookups) {
    this.lookups = lookups;
    this.ids = new Ids(lookups);
  }

  /** One wish for each rule; a new rule goes above the others, so the lowest comes first. */
  List<Wish> of(ObjectNode content) {
    List<Wish> wishes = new ArrayList<>();
    for (var kind : content.path("global").properties()) {
      for (JsonNode rule : kind.getValue()) {
        String id = rule.path("rule_id").asText("");
        if (KINDS.contains(kind.getKey()) && !id.isEmpty() && rule instanceof ObjectNode r) {
          wishes.addFirst(rule(kind.getKey(), id, r));
        }
      }
    }
    return wishes;
  }

  private Wish rule(String kind, String id, ObjectNode rule) {
    String name = kind + "/" + id;
    if (id.startsWith(".")) {
      return changedDefault(kind, id, rule);
    }
    Optional<RoomId> room = kind.equals("room") ? RoomId.parse(id) : Optional.empty();
    if (room.isPresent()) {
      switch (lookups.room(room.get())) {
        case Lookups.RoomFate.Left l -> {
          return Wish.left("push_rule", name, "the room is not carried");
        }
        case Lookups.RoomFate.Pending p -> {
          return Wish.left("push_rule", name, Wishes.LATER);
        }
        case Lookups.RoomFate.Carried c -> {}
        case Lookups.RoomFate.Elsewhere e -> {}
      }
    }
    if (kind.equals("sender") && (!UserId.isValid(id) || Forgotten.isErased(new UserId(id)))) {
      return Wish.left("push_rule", name, "is about nobody");
    }
    String target = kind.equals("room") || kind.equals("sender") ? ids.text(id) : id;
    ObjectNode body = body(kind, rule);
    boolean enabled = rule.path("enabled").asBoolean(true);
    return Wish.of(
        "push_rule",
        name,
        Json.canonical(body.put("enabled", enabled)),
        new Spot.Rule(kind, target));
  }

  private ObjectNode body(String kind, ObjectNode rule) {
    ObjectNode body = Json.object();
    body.set("actions", actions(rule));
    JsonNode conditions = rule.path("conditions");
    if (WITH_CONDITIONS.contains(kind)) {
      body.set("conditions", conditions(conditions));
    } else if (kind.equals("content")) {
      JsonNode pattern = rule.path("pattern");
      body.put(
          "pattern",
          pattern.isTextual()
              ? pattern.textValue()
              : conditions.path(0).path("pattern").asText(""));
    }
    return body;
  }

  private ArrayNode conditions(JsonNode conditions) {
    ArrayNode all = Json.object().arrayNode();
    for (JsonNode condition : conditions) {
      if (ids.translate(condition) instanceof ObjectNode c) {
        JsonNode unused = c.remove("_cache_key");
        all.add(c);
      }
    }
    return all;
  }

  private static ArrayNode actions(JsonNode rule) {
    return rule.get("actions") instanceof ArrayNode a ? a.deepCopy() : Json.object().arrayNode();
  }

  /** What compares of a rule as the server shows it. */
  static ObjectNode comparable(String kind, ObjectNode rule) {
    ObjectNode some = Json.object();
    some.set("actions", actions(rule));
    if (WITH_CONDITIONS.contains(kind)) {
      some.set("conditions", rule.path("conditions"));
    } else if (kind.equals("content")) {
      some.put("pattern", rule.path("pattern").asText(""));
    }
    return some.put("enabled", rule.path("enabled").asBoolean(true));
  }

  private static Wish changedDefault(String kind, String id, ObjectNode rule) {
    boolean enabled = rule.path("enabled").asBoolean(true);
    ObjectNode value = Json.object().put("enabled", enabled);
    if (rule.has("actions")) {
      value.set("actions", actions(rule));
    }
    return Wish.of(
        "push_rule", kind + "/" + id, Json.canonical(value), new Spot.DefaultRule(kind, id));
  }
}
