package org.ferry.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** Event contents of which nothing is certain: whatever is not as it should be is absent. */
final class Content {
  private Content() {}

  /** The object in a text; an empty one where the text is no JSON object. */
  static JsonNode object(String text) {
    try {
      return Json.parseObject(text);
    } catch (IllegalArgumentException e) {
      return Json.object();
    }
  }

  /** A non-blank string, or null. */
  static @Nullable String text(JsonNode object, String field) {
    String value = object.path(field).textValue();
    return value == null || value.isBlank() ? null : value;
  }

  static String text(JsonNode object, String field, String otherwise) {
    String value = text(object, field);
    return value == null ? otherwise : value;
  }

  static @Nullable RoomAlias alias(JsonNode object, String field) {
    String value = text(object, field);
    return value != null && RoomAlias.isValid(value) ? new RoomAlias(value) : null;
  }

  static @Nullable RoomId room(JsonNode object, String field) {
    return roomId(text(object, field)).orElse(null);
  }

  static Optional<RoomId> roomId(@Nullable String value) {
    return Optional.ofNullable(value).flatMap(RoomId::parse);
  }

  static Optional<UserId> userId(@Nullable String value) {
    return value != null && UserId.isValid(value)
        ? Optional.of(new UserId(value))
        : Optional.empty();
  }

  /** The room ids in an array. */
  static List<RoomId> roomIds(JsonNode array) {
    List<RoomId> ids = new ArrayList<>();
    if (array.isArray()) {
      array.forEach(item -> roomId(item.textValue()).ifPresent(ids::add));
    }
    return ids;
  }

  /** True for an array that holds at least one string with something in it. */
  static boolean hasText(JsonNode array) {
    if (array.isArray()) {
      for (JsonNode item : array) {
        if (item.isTextual() && !item.textValue().isBlank()) {
          return true;
        }
      }
    }
    return false;
  }
}
