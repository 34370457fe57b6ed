package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;

/** Translates what is particular to each type of room state. */
final class StateRewriter {
  private static final Set<String> FILLED_IN = Set.of("join", "invite", "knock");

  private final Lookups lookups;
  private final RoomContext room;

  StateRewriter(Lookups lookups, RoomContext room) {
    this.lookups = lookups;
    this.room = room;
  }

  /**
   * Translates the content in place.
   *
   * @param type the event type
   * @param key the state key on the source
   * @param content the content
   * @return why the event is not to be sent as it is, or empty
   */
  Optional<Rewritten> rewrite(String type, String key, ObjectNode content) {
    switch (type) {
      case "m.room.member" -> member(content);
      case "m.room.power_levels" -> new PowerLevels(lookups, room).rewrite(content);
      case "m.room.canonical_alias" -> {
        return aliases(content);
      }
      case "m.room.name" -> name(content);
      case "m.room.pinned_events" -> pinned(content);
      case "m.room.join_rules" -> joinRules(content);
      case "m.room.tombstone" -> {
        return tombstone(content);
      }
      case "m.room.server_acl" ->
          new ServerAcl(room.sourceServer(), room.domain()).rewrite(content);
      case "m.space.child", "m.space.parent" -> spaceLink(type, key, content);
      default -> {}
    }
    return Optional.empty();
  }

  /** The state key on the other side; a value of a room link may have none (yet). */
  StateKey stateKey(String type, String key) {
    if (type.equals("m.space.child") || type.equals("m.space.parent")) {
      return type.equals("m.space.child") && isKeptOut(key)
          ? new StateKey.Absent(new Rewritten.Skip("kept out of the Space"))
          : roomKey(key);
    }
    if (!UserId.isValid(key)) {
      return new StateKey.Known(key);
    }
    Optional<UserId> user = lookups.user(new UserId(key));
    if (user.isEmpty() && type.equals("m.room.member")) {
      // Under the old id this would be about, or even invite, somebody of another server.
      return new StateKey.Absent(new Rewritten.Skip("member is not carried"));
    }
    return new StateKey.Known(user.map(UserId::value).orElse(key));
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

  /** Direct chats, replaced rooms, and what the plan hides. */
  private boolean isKeptOut(String key) {
    return RoomId.parse(key).filter(room -> !lookups.inSpace(room)).isPresent();
  }

  private StateKey roomKey(String key) {
    Optional<RoomId> old = RoomId.parse(key);
    if (old.isEmpty()) {
      return new StateKey.Known(key);
    }
    return switch (lookups.room(old.get())) {
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
    // Who let somebody in, and by which address, holds for the old room alone.
    content.remove(List.of("join_authorised_via_users_server", "third_party_invite"));
    if (FILLED_IN.contains(content.path("membership").asText(""))) {
      for (String field : List.of("displayname", "avatar_url")) {
        if (!content.has(field)) {
          content.putNull(field);
        }
      }
    }
  }

  private Optional<Rewritten> aliases(ObjectNode content) {
    boolean had = false;
    String main = content.path("alias").asText("");
    if (!main.isEmpty() && !content.path("alias").isNull()) {
      had = true;
      Optional<RoomAlias> alias = alias(main);
      if (alias.isPresent()) {
        content.put("alias", alias.get().value());
      } else {
        content.remove("alias");
      }
    }
    JsonNode others = content.path("alt_aliases");
    had |= others.isArray() && !others.isEmpty();
    ArrayNode kept = JsonNodeFactory.instance.arrayNode();
    others.forEach(a -> alias(a.asText("")).ifPresent(n -> kept.add(n.value())));
    content.remove("alt_aliases");
    if (!kept.isEmpty()) {
      content.set("alt_aliases", kept);
    }
    // Without any from the start it takes the room's alias away, and does so there as well.
    boolean left = content.path("alias").isTextual() || !kept.isEmpty();
    return had && !left ? Optional.of(new Rewritten.Skip("alias")) : Optional.empty();
  }

  private Optional<RoomAlias> alias(String text) {
    return RoomAlias.isValid(text) ? lookups.alias(new RoomAlias(text)) : Optional.empty();
  }

  private void name(ObjectNode content) {
    String name = content.path("name").asText("");
    if (!room.suffix().isEmpty() && !name.isBlank()) {
      content.put("name", name + room.suffix());
    }
  }

  private void pinned(ObjectNode content) {
    if (!(content.get("pinned") instanceof ArrayNode pinned)) {
      return;
    }
    ArrayNode kept = JsonNodeFactory.instance.arrayNode();
    for (JsonNode id : pinned) {
      EventId.parse(id.asText(""))
          .map(lookups::event)
          .filter(Lookups.LinkFate.Carried.class::isInstance)
          .map(fate -> ((Lookups.LinkFate.Carried) fate).target().value())
          .ifPresent(kept::add);
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
    Optional<RoomId> old = RoomId.parse(roomId);
    if (old.isEmpty()) {
      return Optional.empty();
    }
    return switch (lookups.room(old.get())) {
      case Lookups.RoomFate.Carried c -> Optional.of(c.target().value());
      case Lookups.RoomFate.Elsewhere e -> Optional.of(roomId);
      case Lookups.RoomFate.Pending p -> Optional.empty();
      case Lookups.RoomFate.Left l -> Optional.empty();
    };
  }

  private Optional<Rewritten> tombstone(ObjectNode content) {
    String successor = content.path("replacement_room").asText("");
    Optional<RoomId> old = RoomId.parse(successor);
    if (old.isEmpty()) {
      return Optional.empty();
    }
    return switch (lookups.room(old.get())) {
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

  /** A room that was carried is on the new server alone; others are where they were. */
  private void spaceLink(String type, String key, ObjectNode content) {
    boolean carried =
        RoomId.parse(key)
            .map(lookups::room)
            .filter(Lookups.RoomFate.Carried.class::isInstance)
            .isPresent();
    // Without servers a link is one that was taken away, and stays that.
    if (carried && content.get("via") instanceof ArrayNode via && !via.isEmpty()) {
      content.putArray("via").add(room.domain());
    }
    if (type.equals("m.space.parent")) {
      // Which parent is the canonical one is decided for all rooms together, by the plan.
      content.remove("canonical");
    }
  }
}
