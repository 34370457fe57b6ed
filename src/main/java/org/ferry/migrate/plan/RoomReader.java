package org.ferry.migrate.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** Reads the few pieces of state that decide whether and how a room can be reused. */
final class RoomReader {
  private static final int MODERATOR = 50;

  private final Intent bot;

  RoomReader(Intent bot) {
    this.bot = bot;
  }

  SpaceRoom read(RoomId room, boolean isDestination) {
    ObjectNode event = bot.stateEvent(room, "m.room.create", "").orElseGet(Json::object);
    JsonNode create = event.path("content");
    JsonNode alias = bot.state(room, "m.room.canonical_alias", "").orElseGet(Json::object);
    ObjectNode levels = bot.state(room, "m.room.power_levels", "").orElseGet(Json::object);
    long state = level(levels, "state_default", MODERATOR);
    long carry =
        Math.max(state, Math.max(level(levels, "invite", 0), level(levels, "redact", MODERATOR)));
    return new SpaceRoom(
        bot.state(room, "m.room.name", "").map(n -> n.path("name").textValue()).orElse(null),
        create.path("type").textValue(),
        alias(alias.path("alias")),
        isDestination ? List.of() : aliases(room, alias.path("alt_aliases")),
        origin(create.path("org.ferry.origin")),
        power(event, levels),
        level(levels.path("events"), "m.space.child", state),
        carry);
  }

  /** The server's own list knows aliases that the room's state leaves out. */
  private List<RoomAlias> aliases(RoomId room, JsonNode alternatives) {
    List<RoomAlias> all = new ArrayList<>(valid(alternatives));
    String path =
        "/_matrix/client/v3/rooms/%s/aliases"
            .formatted(URLEncoder.encode(room.value(), StandardCharsets.UTF_8));
    try {
      all.addAll(valid(bot.call(HttpMethod.GET, path, null).path("aliases")));
    } catch (MatrixException e) {
      if (e.mayResolve() || e.isTokenRefused()) {
        throw e;
      }
    }
    return all.stream().distinct().toList();
  }

  private static List<RoomAlias> valid(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(RoomReader::alias)
        .filter(a -> a != null)
        .toList();
  }

  private static @Nullable RoomAlias alias(JsonNode value) {
    String text = value.textValue();
    return text != null && RoomAlias.isValid(text) ? new RoomAlias(text) : null;
  }

  private static TargetRoom.@Nullable Origin origin(JsonNode origin) {
    String server = origin.path("server").textValue();
    String room = origin.path("room_id").textValue();
    if (origin.path("k").isTextual()) {
      // Carried without provenance: that Ferry made it is all that can be told.
      return new TargetRoom.Origin("another source", "a room");
    }
    return server == null || room == null ? null : new TargetRoom.Origin(server, room);
  }

  /** Since room version 12 creators stand above all levels. */
  private long power(ObjectNode create, ObjectNode levels) {
    JsonNode content = create.path("content");
    String me = bot.user().value();
    boolean founder = me.equals(create.path("sender").textValue());
    for (JsonNode other : content.path("additional_creators")) {
      founder |= me.equals(other.textValue());
    }
    if (founder && (aboveLevels(content.path("room_version").asText("1")) || levels.isEmpty())) {
      return Long.MAX_VALUE;
    }
    return level(levels.path("users"), me, level(levels, "users_default", 0));
  }

  private static boolean aboveLevels(String version) {
    try {
      return Integer.parseInt(version) >= 12;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** Rooms before version 10 may hold levels as text. */
  private static long level(JsonNode levels, String name, long otherwise) {
    return levels.path(name).asLong(otherwise);
  }
}
