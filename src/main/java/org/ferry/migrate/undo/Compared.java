package org.ferry.migrate.undo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.replay.Snapshots;

/** Holds a room against the snapshot that was taken of it before anything was carried there. */
final class Compared {
  private final Ours ours;
  private final Intent reader;
  private final RoomId room;

  Compared(Ours ours, Intent reader, RoomId room) {
    this.ours = ours;
    this.reader = reader;
    this.room = room;
  }

  /**
   * What differs and is not the doing of others, a sentence each; nothing where all is as before.
   */
  List<String> with(ObjectNode before) {
    List<String> differences = new ArrayList<>();
    Map<String, ObjectNode> now = new HashMap<>();
    for (ObjectNode event : reader.fullState(room)) {
      now.put(key(event.path("type"), event.path("state_key")), event);
    }
    for (JsonNode was : before.path("state")) {
      ObjectNode event = now.remove(key(was.path("type"), was.path("key")));
      boolean same =
          event != null
              && Json.canonical(event.path("content")).equals(Json.canonical(was.path("content")));
      if (!same && was.has("content") && (event == null || ours.did(event))) {
        differences.add("%s is not what it was".formatted(was.path("type").asText()));
      }
    }
    now.values().forEach(event -> added(event, before.path("members"), differences));
    now.values().forEach(event -> named(event, before, differences));
    messages(before, differences);
    return differences;
  }

  private void added(ObjectNode event, JsonNode members, List<String> differences) {
    String key = event.path("state_key").asText();
    if (event.path("type").asText().equals("m.room.member")) {
      String membership = event.path("content").path("membership").asText();
      String was = members.path(key).asText("leave");
      if (ours.did(event) && !membership.equals("leave") && !membership.equals(was)) {
        differences.add("%s is %s and was %s".formatted(key, membership, was));
      }
    } else if (ours.did(event) && !event.path("content").isEmpty()) {
      differences.add("%s is there and was not".formatted(event.path("type").asText()));
    }
  }

  /** A name that somebody gave themselves since is theirs. */
  private void named(ObjectNode event, ObjectNode before, List<String> differences) {
    String user = event.path("state_key").asText();
    boolean bare = event.path("content").size() == 1;
    if (before.path("joins").has(user)
        && event.path("type").asText().equals("m.room.member")
        && event.path("content").path("membership").asText().equals("join")
        && (bare || ours.did(event))
        && Snapshots.join(reader, room, before, new UserId(user))
            .filter(join -> !Snapshots.isNamed(event, join))
            .isPresent()) {
      differences.add("the name or picture of %s is not what it was".formatted(user));
    }
  }

  private void messages(ObjectNode before, List<String> differences) {
    JsonNode was = before.path("visible");
    ObjectNode now = Snapshots.visible(reader, room, before.path("anchor").asText(null));
    if (!was.equals(Json.parseObject(Json.text(now)))) {
      differences.add(
          "the messages before are not what they were: %,d can be read, %,d could; Ferry changes none of them"
              .formatted(now.path("count").asLong(), was.path("count").asLong()));
    }
  }

  private static String key(JsonNode type, JsonNode key) {
    return type.asText() + '\u0000' + key.asText();
  }
}
