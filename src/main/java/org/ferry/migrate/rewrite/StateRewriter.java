package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;

/** Translates what is particular to each type of room state. */
final class StateRewriter {
  /** In a room below version 12 the bot needs as much power as anybody may get. */
  private static final int BOT_POWER = 100;

  private static final Set<String> FILLED_IN = Set.of("join", "invite", "knock");

  private final Lookups lookups;
  private final RoomContext room;

  StateRewriter(Lookups lookups, RoomContext room) {
    this.lookups = lookups;
    this.room = room;
  }

  /** Translates the content in place; a value says why the event is not to be sent as it is. */
  Optional<Rewritten> rewrite(String type, ObjectNode content) {
    return switch (type) {
      case "m.room.member" -> {
        member(content);
        yield Optional.empty();
      }
      case "m.room.power_levels" -> {
        powerLevels(content);
        yield Optional.empty();
      }
      case "m.room.canonical_alias" -> aliases(content);
      case "m.room.pinned_events" -> {
        pinned(content);
        yield Optional.empty();
      }
      case "m.room.join_rules" -> {
        joinRules(content);
        yield Optional.empty();
      }
      case "m.room.tombstone" -> tombstone(content);
      case "m.room.server_acl" -> {
        serverAcl(content);
        yield Optional.empty();
      }
      case "m.space.child", "m.space.parent" -> {
        spaceLink(type, content);
        yield Optional.empty();
      }
      default -> Optional.empty();
    };
  }

  /** The state key on the other side; a value of a room link may have none (yet). */
  StateKey stateKey(String type, String key) {
    if (type.equals("m.space.child") || type.equals("m.space.parent")) {
      return roomKey(key);
    }
    return new StateKey.Known(UserId.isValid(key) ? user(key) : key);
  }

  /** A state key on the other side. */
  sealed interface StateKey {
    /**
     * The key.
     *
     * @param value the key
     */
    record Known(String value) implements StateKey {}

    /**
     * There is none.
     *
     * @param why what that means for the event
     */
    record Absent(Rewritten why) implements StateKey {}
  }

  private StateKey roomKey(String key) {
    if (!key.startsWith("!") || key.length() < 2) {
      return new StateKey.Known(key);
    }
    return switch (lookups.room(new RoomId(key))) {
      case Lookups.RoomFate.Carried c -> new StateKey.Known(c.target().value());
      case Lookups.RoomFate.Pending p ->
          new StateKey.Absent(new Rewritten.Postpone("the room " + key + " is not carried yet"));
      case Lookups.RoomFate.Left l ->
          new StateKey.Absent(new Rewritten.Skip("links to a room that is not carried"));
      case Lookups.RoomFate.Elsewhere e -> new StateKey.Known(key);
    };
  }

  /** A homeserver fills in today's name and picture where a membership says nothing of them. */
  private static void member(ObjectNode content) {
    content.remove("join_authorised_via_users_server");
    if (FILLED_IN.contains(content.path("membership").asText(""))) {
      for (String field : List.of("displayname", "avatar_url")) {
        if (!content.has(field)) {
          content.putNull(field);
        }
      }
    }
  }

  private void powerLevels(ObjectNode content) {
    for (String name :
        List.of(
            "users_default",
            "events_default",
            "state_default",
            "ban",
            "kick",
            "invite",
            "redact",
            "historical")) {
      if (content.has(name)) {
        integer(content, name);
      }
    }
    for (String group : List.of("events", "notifications")) {
      if (content.get(group) instanceof ObjectNode levels) {
        fields(levels).forEach(n -> integer(levels, n));
      }
    }
    content.set("users", users(content));
  }

  private ObjectNode users(ObjectNode content) {
    ObjectNode translated = JsonNodeFactory.instance.objectNode();
    if (content.get("users") instanceof ObjectNode users) {
      for (String id : fields(users)) {
        integer(users, id);
        if (users.has(id)) {
          translated.set(user(id), users.get(id));
        }
      }
    }
    if (room.creatorsAbovePower()) {
      room.creators().forEach(c -> translated.remove(c.value()));
    } else if (room.actor().equals(room.bot())) {
      translated.put(room.bot().value(), BOT_POWER);
    }
    return translated;
  }

  /** Levels were allowed to be strings up to room version 9. */
  private static void integer(ObjectNode node, String name) {
    JsonNode value = node.get(name);
    try {
      BigDecimal number =
          value.isNumber() ? value.decimalValue() : new BigDecimal(value.asText("").strip());
      node.put(name, number.longValue());
    } catch (NumberFormatException e) {
      node.remove(name);
    }
  }

  private Optional<Rewritten> aliases(ObjectNode content) {
    boolean had = false;
    if (content.path("alias").isTextual()) {
      had = true;
      Optional<RoomAlias> alias = alias(content.path("alias").textValue());
      if (alias.isPresent()) {
        content.put("alias", alias.get().value());
      } else {
        content.remove("alias");
      }
    }
    if (content.get("alt_aliases") instanceof ArrayNode alternatives) {
      had |= !alternatives.isEmpty();
      ArrayNode kept = JsonNodeFactory.instance.arrayNode();
      alternatives.forEach(a -> alias(a.asText("")).ifPresent(n -> kept.add(n.value())));
      if (kept.isEmpty()) {
        content.remove("alt_aliases");
      } else {
        content.set("alt_aliases", kept);
      }
    }
    return had && content.isEmpty() ? Optional.of(new Rewritten.Skip("alias")) : Optional.empty();
  }

  private Optional<RoomAlias> alias(String text) {
    return RoomAlias.isValid(text) ? lookups.alias(new RoomAlias(text)) : Optional.empty();
  }

  private void pinned(ObjectNode content) {
    if (!(content.get("pinned") instanceof ArrayNode pinned)) {
      return;
    }
    ArrayNode kept = JsonNodeFactory.instance.arrayNode();
    for (JsonNode id : pinned) {
      String text = id.asText("");
      if (text.startsWith("$")
          && text.length() > 1
          && lookups.event(new EventId(text)) instanceof Lookups.LinkFate.Carried carried) {
        kept.add(carried.target().value());
      }
    }
    content.set("pinned", kept);
  }

  private void joinRules(ObjectNode content) {
    if (!(content.get("allow") instanceof ArrayNode allow)) {
      return;
    }
    ArrayNode kept = JsonNodeFactory.instance.arrayNode();
    for (JsonNode rule : allow) {
      if (rule instanceof ObjectNode condition && condition.path("room_id").isTextual()) {
        allowed(condition.path("room_id").textValue())
            .ifPresent(id -> kept.add(condition.put("room_id", id)));
      } else {
        kept.add(rule);
      }
    }
    content.set("allow", kept);
  }

  /** Only rooms that stand on the other side, or live elsewhere, may open a door. */
  private Optional<String> allowed(String roomId) {
    if (!roomId.startsWith("!") || roomId.length() < 2) {
      return Optional.empty();
    }
    return switch (lookups.room(new RoomId(roomId))) {
      case Lookups.RoomFate.Carried c -> Optional.of(c.target().value());
      case Lookups.RoomFate.Elsewhere e -> Optional.of(roomId);
      case Lookups.RoomFate.Pending p -> Optional.empty();
      case Lookups.RoomFate.Left l -> Optional.empty();
    };
  }

  private Optional<Rewritten> tombstone(ObjectNode content) {
    String successor = content.path("replacement_room").asText("");
    if (!successor.startsWith("!") || successor.length() < 2) {
      return Optional.empty();
    }
    return switch (lookups.room(new RoomId(successor))) {
      case Lookups.RoomFate.Carried c -> {
        content.put("replacement_room", c.target().value());
        yield Optional.empty();
      }
      case Lookups.RoomFate.Pending p ->
          Optional.of(new Rewritten.Postpone("the room " + successor + " is not carried yet"));
      case Lookups.RoomFate.Left l ->
          Optional.of(new Rewritten.Skip("links to a room that is not carried"));
      case Lookups.RoomFate.Elsewhere e -> Optional.empty();
    };
  }

  private void serverAcl(ObjectNode content) {
    for (String list : List.of("allow", "deny")) {
      if (content.get(list) instanceof ArrayNode servers) {
        List<String> names = new ArrayList<>();
        servers.forEach(s ->
            names.add(s.asText("").equals(room.sourceServer()) ? room.domain() : s.asText("")));
        ArrayNode translated = JsonNodeFactory.instance.arrayNode();
        names.stream().distinct().forEach(translated::add);
        content.set(list, translated);
      }
    }
  }

  private void spaceLink(String type, ObjectNode content) {
    if (content.get("via") instanceof ArrayNode via && !via.isEmpty()) {
      ArrayNode translated = JsonNodeFactory.instance.arrayNode();
      List<String> names = new ArrayList<>();
      via.forEach(
          s -> names.add(s.asText("").equals(room.sourceServer()) ? room.domain() : s.asText("")));
      names.stream().distinct().forEach(translated::add);
      content.set("via", translated);
    }
    if (type.equals("m.space.parent")) {
      // Which parent is the canonical one is decided for all rooms together, by the plan.
      content.remove("canonical");
    }
  }

  private String user(String id) {
    return UserId.isValid(id) ? lookups.user(new UserId(id)).map(UserId::value).orElse(id) : id;
  }

  private static List<String> fields(ObjectNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
