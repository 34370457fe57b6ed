package org.ferry.testing.crossing;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.testing.crossing.Landing.Mapped;
import org.ferry.testing.crossing.OldServer.OldEvent;

/**
 * Compares what stands on the new server with the old server's dump, by rules written down once
 * more and without Ferry's code: sender, time, type, order, text, relations, the mark.
 */
public final class Compared {
  private final Shore shore;
  private final Mapped mapped;
  private final Map<String, JsonNode> found = new HashMap<>();
  private final Map<String, Integer> places = new HashMap<>();
  private final List<String> wrong = new ArrayList<>();
  private int count;

  /** A comparison by a mapping. */
  public Compared(Shore shore, Mapped mapped) {
    this.shore = shore;
    this.mapped = mapped;
  }

  /** Compares every event of these rooms that the mapping holds; what is wrong, in sentences. */
  public List<String> rooms(OldServer old, Set<String> rooms) {
    for (String room : rooms) {
      room(old.events(room), mapped.room(room));
    }
    return List.copyOf(wrong);
  }

  /** How many events were compared. */
  public int count() {
    return count;
  }

  private void room(List<OldEvent> events, String target) {
    int place = 0;
    for (JsonNode event : shore.timeline(target)) {
      found.put(event.path("event_id").asText(), event);
      places.put(event.path("event_id").asText(), place++);
    }
    int last = -1;
    Set<String> seen = new LinkedHashSet<>();
    for (OldEvent event : events) {
      if (!mapped.hasEvent(event.id())) {
        continue;
      }
      String id = mapped.event(event.id());
      JsonNode there = found.get(id);
      if (there == null) {
        wrong.add(event.id() + " " + event.type() + " is not in " + target);
        continue;
      }
      if (!seen.add(id)) {
        continue;
      }
      one(event, there);
      int here = places.getOrDefault(id, -1);
      if (!sentLast(event) && here < last) {
        wrong.add(event.id() + " " + event.type() + " stands before an older one");
      }
      last = sentLast(event) ? last : Math.max(last, here);
    }
  }

  /** What is held back until the whole history stands. */
  private static boolean sentLast(OldEvent event) {
    return Set.of(
            "m.room.encryption",
            "m.room.history_visibility",
            "m.room.retention",
            "m.room.server_acl",
            "m.room.tombstone",
            "m.room.canonical_alias",
            "m.space.child",
            "m.space.parent",
            "m.room.pinned_events",
            "m.room.join_rules")
        .contains(event.type());
  }

  private void one(OldEvent old, JsonNode there) {
    count++;
    equal(old, "type", old.type(), there.path("type").asText());
    equal(old, "time", Long.toString(old.ts()), there.path("origin_server_ts").asText());
    String sender = there.path("sender").asText();
    if (old.stateKey() == null || old.type().equals("m.room.member")) {
      equal(old, "sender", mapped.user(old.sender()), sender);
    }
    if (old.type().equals("m.room.member")) {
      equal(
          old,
          "state_key",
          mapped.user(String.valueOf(old.stateKey())),
          there.path("state_key").asText());
      for (String key : List.of("membership", "displayname", "reason")) {
        if (!old.redacted()) {
          equal(old, key, text(old.content().path(key)), text(there.path("content").path(key)));
        }
      }
    }
    if (!there.path("unsigned").has("redacted_because")) {
      equal(
          old,
          "mark",
          old.id(),
          there.path("content").path("org.ferry.origin").path("event_id").asText());
    }
    if (!old.redacted()) {
      relations(old, there);
    }
  }

  private void relations(OldEvent old, JsonNode there) {
    JsonNode before = old.content().path("m.relates_to");
    JsonNode after = there.path("content").path("m.relates_to");
    related(old, before, after);
    related(old, before.path("m.in_reply_to"), after.path("m.in_reply_to"));
    equal(old, "rel_type", before.path("rel_type").asText(), after.path("rel_type").asText());
    equal(old, "key", before.path("key").asText(), after.path("key").asText());
  }

  private void related(OldEvent old, JsonNode before, JsonNode after) {
    String to = before.path("event_id").asText();
    if (mapped.hasEvent(to)) {
      equal(old, "relation", mapped.event(to), after.path("event_id").asText());
    }
  }

  private void equal(OldEvent old, String what, String expected, String there) {
    if (!expected.equals(there)) {
      wrong.add(
          "%s %s: %s is %s instead of %s".formatted(old.id(), old.type(), what, there, expected));
    }
  }

  /** A text; a null and a missing one say the same. */
  private static String text(JsonNode value) {
    return value.isTextual() ? value.textValue() : "";
  }
}
