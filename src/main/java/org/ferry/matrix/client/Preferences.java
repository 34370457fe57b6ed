package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * How one user has arranged things for themselves: tags, push rules, read markers, account data
 * (client-server API, "Room Tagging", "Push Notifications", "Fully read markers", "Receipts").
 * Blocks and throws as {@link Intent} does. Safe for use by many threads.
 */
public final class Preferences {
  private static final String TAGS = Asker.V3 + "/user/{}/rooms/{}/tags";
  private static final String RULE = Asker.V3 + "/pushrules/global/{}/{}";
  private static final int LONGEST = 1_000_000;
  private static final String RECEIPTS_ONLY =
      """
      {"presence":{"not_types":["*"]},"account_data":{"not_types":["*"]},"room":{\
      "timeline":{"not_types":["*"],"limit":1},"state":{"not_types":["*"]},\
      "account_data":{"not_types":["*"]},"ephemeral":{"types":["m.receipt"]}}}\
      """;

  private final Asker asker;

  Preferences(Asker asker) {
    this.asker = asker;
  }

  /** The tags of a room, each with its content. */
  public JsonNode tags(RoomId room) {
    return asker.ask(Call.get(TAGS, asker.user().value(), room.value())).path("tags");
  }

  /** Puts a tag on a room. */
  public void putTag(RoomId room, String tag, ObjectNode content) {
    asker.tell(Call.put(content, TAGS + "/{}", asker.user().value(), room.value(), tag));
  }

  /** Takes a tag from a room; nothing happens where it is not there. */
  public void deleteTag(RoomId room, String tag) {
    asker.remove(Call.delete(TAGS + "/{}", asker.user().value(), room.value(), tag));
  }

  /** One push rule; empty where there is none. */
  public Optional<ObjectNode> pushRule(String kind, String id) {
    return asker.find(Call.get(RULE, kind, id));
  }

  /**
   * Makes a push rule, above the others of its kind, or changes it.
   *
   * @param kind override, content, room, sender or underride
   * @param id its id; a room's or user's id where the kind is that
   * @param rule actions, with conditions or a pattern where the kind has them
   */
  public void putPushRule(String kind, String id, ObjectNode rule) {
    asker.tell(Call.put(rule, RULE, kind, id));
  }

  /** Switches a push rule on or off. */
  public void enablePushRule(String kind, String id, boolean enabled) {
    asker.tell(Call.put(Json.object().put("enabled", enabled), RULE + "/enabled", kind, id));
  }

  /** Says what a push rule does. */
  public void setPushRuleActions(String kind, String id, JsonNode actions) {
    ObjectNode body = Json.object();
    body.set("actions", actions);
    asker.tell(Call.put(body, RULE + "/actions", kind, id));
  }

  /** Removes a push rule; nothing happens where there is none. */
  public void deletePushRule(String kind, String id) {
    asker.remove(Call.delete(RULE, kind, id));
  }

  /**
   * Moves read markers of a room, forwards only.
   *
   * @param room the room
   * @param markers event ids by {@code m.fully_read}, {@code m.read}, {@code m.read.private}
   */
  public void readMarkers(RoomId room, ObjectNode markers) {
    asker.tell(Call.post(markers, Asker.V3 + "/rooms/{}/read_markers", room.value()));
  }

  /**
   * Says how far a thread was read.
   *
   * @param room the room
   * @param type {@code m.read} or {@code m.read.private}
   * @param event the last event read
   * @param thread the thread's first event, or {@code main}; null for the whole room
   */
  public void receipt(RoomId room, String type, EventId event, @Nullable String thread) {
    ObjectNode body = Json.object();
    if (thread != null) {
      body.put("thread_id", thread);
    }
    asker.tell(
        Call.post(body, Asker.V3 + "/rooms/{}/receipt/{}/{}", room.value(), type, event.value()));
  }

  /** The user's own receipts in every room they are in: types and threads by event, by room. */
  public Map<RoomId, ObjectNode> receipts() {
    Map<RoomId, ObjectNode> own = new HashMap<>();
    Call call =
        Call.get(Asker.V3 + "/sync")
            .with("filter", RECEIPTS_ONLY)
            // Synapse gives an equal request the old answer for two minutes; this one never waits.
            .with("timeout", String.valueOf(ThreadLocalRandom.current().nextInt(1, LONGEST)))
            .with("set_presence", "offline");
    for (Map.Entry<String, JsonNode> room :
        asker.ask(call).path("rooms").path("join").properties()) {
      ObjectNode found = Json.object();
      for (JsonNode event : room.getValue().path("ephemeral").path("events")) {
        event.path("content").properties().forEach(e -> mine(e.getKey(), e.getValue(), found));
      }
      own.put(new RoomId(room.getKey()), found);
    }
    return own;
  }

  private void mine(String event, JsonNode byType, ObjectNode found) {
    for (Map.Entry<String, JsonNode> type : byType.properties()) {
      JsonNode receipt = type.getValue().path(asker.user().value());
      if (!receipt.isMissingNode()) {
        found.withObjectProperty(event).set(type.getKey(), receipt);
      }
    }
  }

  /** How many phones and programs the user is notified on. */
  public int pushers() {
    return asker.ask(Call.get(Asker.V3 + "/pushers")).path("pushers").size();
  }

  /** Stores a piece of the user's own account data. */
  public void putAccountData(String type, ObjectNode content) {
    asker.tell(
        Call.put(content, Asker.V3 + "/user/{}/account_data/{}", asker.user().value(), type));
  }

  /** A piece of the user's own account data; empty where there is none. */
  public Optional<ObjectNode> accountData(String type) {
    return asker.find(Call.get(Asker.V3 + "/user/{}/account_data/{}", asker.user().value(), type));
  }

  /** Stores a piece of the user's account data for one room. */
  public void putAccountData(RoomId room, String type, ObjectNode content) {
    asker.tell(
        Call.put(
            content,
            Asker.V3 + "/user/{}/rooms/{}/account_data/{}",
            asker.user().value(),
            room.value(),
            type));
  }

  /** A piece of the user's account data for one room; empty where there is none. */
  public Optional<ObjectNode> accountData(RoomId room, String type) {
    return asker.find(
        Call.get(
            Asker.V3 + "/user/{}/rooms/{}/account_data/{}",
            asker.user().value(),
            room.value(),
            type));
  }
}
