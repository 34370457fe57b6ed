package org.ferry.live.sync;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What a room is called, as far as somebody told: by its id, name and aliases. */
final class RoomNames {
  /** The settings that name a room. */
  static final Set<String> TYPES = Set.of("m.room.name", "m.room.canonical_alias");

  private RoomNames() {}

  /**
   * Reads the names that are among some events.
   *
   * @param room its id, which comes first
   * @param told arrays of events, such as the stripped state of an invitation
   */
  static List<String> of(String room, JsonNode... told) {
    return in(
        room,
        Stream.of(told)
            .flatMap(JsonNode::valueStream)
            .filter(e -> TYPES.contains(e.path("type").asText()))
            .map(e -> e.path("content")));
  }

  /**
   * Reads the names that are in some contents.
   *
   * @param room its id, which comes first
   * @param contents of {@link #TYPES}
   */
  static List<String> in(String room, Stream<? extends JsonNode> contents) {
    List<String> names = new ArrayList<>(List.of(room));
    contents.forEach(content -> {
      names.add(content.path("name").asText(""));
      names.add(content.path("alias").asText(""));
      content.path("alt_aliases").forEach(a -> names.add(a.asText("")));
    });
    names.removeIf(String::isEmpty);
    return names;
  }
}
