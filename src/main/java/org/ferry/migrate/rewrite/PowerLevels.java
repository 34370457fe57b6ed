package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.ferry.id.UserId;

/** Translates {@code m.room.power_levels}: new names, whole numbers, and Ferry's bot. */
final class PowerLevels {
  /** In a room below version 12 bot and creators have as much power as anybody usually gets. */
  private static final long HIGHEST = 100;

  private static final BigDecimal MOST = BigDecimal.valueOf((1L << 53) - 1);
  private static final int LONGEST = 100;
  private static final List<String> LEVELS =
      List.of(
          "users_default",
          "events_default",
          "state_default",
          "ban",
          "kick",
          "invite",
          "redact",
          "historical");

  private final Lookups lookups;
  private final RoomContext room;

  PowerLevels(Lookups lookups, RoomContext room) {
    this.lookups = lookups;
    this.room = room;
  }

  /** Translates in place. */
  void rewrite(ObjectNode content) {
    for (String name : LEVELS) {
      if (content.has(name)) {
        integer(content, name);
      }
    }
    for (String group : List.of("events", "notifications")) {
      if (content.get(group) instanceof ObjectNode levels) {
        fields(levels).forEach(n -> integer(levels, n));
      } else {
        // Homeservers refuse anything but an object here, in every room version.
        content.remove(group);
      }
    }
    boolean had = content.get("users") instanceof ObjectNode;
    ObjectNode users = users(content);
    if (had || !users.isEmpty()) {
      content.set("users", users);
    } else {
      content.remove("users");
    }
  }

  private ObjectNode users(ObjectNode content) {
    ObjectNode translated = JsonNodeFactory.instance.objectNode();
    if (content.get("users") instanceof ObjectNode users) {
      for (String id : fields(users)) {
        integer(users, id);
        if (users.has(id) && UserId.isValid(id)) {
          grant(translated, lookups.user(new UserId(id)).map(UserId::value).orElse(id), users, id);
        }
      }
    }
    if (room.creatorsAbovePower()) {
      room.creators().forEach(c -> translated.remove(c.value()));
      return translated;
    }
    for (UserId creator : room.creators()) {
      long present = translated.path(creator.value()).asLong(Long.MIN_VALUE);
      translated.put(creator.value(), Math.max(HIGHEST, present));
    }
    if (room.actor().equals(room.bot())) {
      translated.put(room.bot().value(), HIGHEST);
    }
    return translated;
  }

  /** Two who became one have the greater power of both. */
  private static void grant(ObjectNode translated, String to, ObjectNode users, String old) {
    long level = users.path(old).longValue();
    long present = translated.path(to).asLong(Long.MIN_VALUE);
    translated.put(to, Math.max(level, present));
  }

  /** Levels were allowed to be strings up to room version 9; what is no number means nothing. */
  private static void integer(ObjectNode node, String name) {
    JsonNode value = node.get(name);
    String text = value.asText("").strip();
    if (!value.isNumber() && (text.isEmpty() || text.length() > LONGEST)) {
      node.remove(name);
      return;
    }
    try {
      BigDecimal number = value.isNumber() ? value.decimalValue() : new BigDecimal(text);
      node.put(name, number.min(MOST).max(MOST.negate()).longValue());
    } catch (NumberFormatException e) {
      node.remove(name);
    }
  }

  private static List<String> fields(ObjectNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
