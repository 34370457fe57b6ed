package org.ferry.migrate.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** What stands in a Space, however deep. */
public final class SpaceTree {
  private static final int DEEPEST = 10;

  private SpaceTree() {}

  /** The rooms and sub-spaces below a Space, as one of its members sees them. */
  public static Set<RoomId> rooms(Intent reader, RoomId space) {
    return Set.copyOf(summaries(reader, space).keySet());
  }

  /**
   * The same with what the server says of each: nothing of those that the reader may not see, which
   * are known from the state of the space above them.
   */
  static Map<RoomId, ObjectNode> summaries(Intent reader, RoomId space) {
    Map<RoomId, ObjectNode> summaries = new LinkedHashMap<>();
    Set<RoomId> unseen = new HashSet<>();
    for (ObjectNode summary : reader.hierarchy(space, DEEPEST)) {
      id(summary.path("room_id").textValue()).ifPresent(r -> summaries.put(r, summary));
      summary
          .path("children_state")
          .forEach(child -> {
            if (!child.path("content").path("via").isEmpty()) {
              id(child.path("state_key").textValue()).ifPresent(unseen::add);
            }
          });
    }
    unseen.forEach(r -> summaries.putIfAbsent(r, Json.object()));
    ObjectNode unusedItself = summaries.remove(space);
    return summaries;
  }

  private static Optional<RoomId> id(@Nullable String text) {
    return text == null ? Optional.empty() : RoomId.parse(text);
  }
}
