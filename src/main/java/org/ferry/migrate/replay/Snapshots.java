package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.Sha256;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.plan.Plan;
import org.jspecify.annotations.Nullable;

/**
 * What a room held before Ferry wrote to it: its whole state, its newest event, and a fingerprint
 * of the messages before that. What a rollback leaves is held against it.
 *
 * <p>Kept as {@code {"anchor", "state": [{type, key, id, content}], "members": {user: membership},
 * "joins": {user: event}, "visible": {count, sha256}, "bot"}}; of members only what they are,
 * because a room may have thousands, of those whom the plan carries as themselves where it says how
 * they are called there, and of Ferry's bot what it was before it entered.
 */
public final class Snapshots {
  /** So many messages before the newest event are looked at: more would hold up large rooms. */
  private static final int WINDOW = 1_000;

  private static final String ENTERED = "entered:";
  private static final String MEMBER = "m.room.member";

  /** So many changes of the bot's name are looked behind. */
  private static final int STEPS = 20;

  private final Voyage voyage;

  /**
   * Snapshots of a crossing.
   *
   * @param voyage the crossing
   */
  public Snapshots(Voyage voyage) {
    this.voyage = voyage;
  }

  /** Notes whether the bot is in a room already; before it enters, and once only. */
  void entering(RoomId old, RoomId target) {
    String name = ENTERED + old;
    if (voyage.ledger().note(voyage.id(), name).isEmpty()) {
      boolean member = voyage.bot().memberships().joinedRooms().contains(target);
      voyage.ledger().note(voyage.id(), name, Json.text(Json.object().put(MEMBER, member)));
    }
  }

  /** True where the bot was in a room before, or somebody invited it. */
  private boolean isWelcome(RoomId old, RoomId target) {
    boolean member =
        voyage
            .ledger()
            .note(voyage.id(), ENTERED + old)
            .map(n -> Json.parseObject(n).path(MEMBER).asBoolean(true))
            .orElse(true);
    return member || wasInvited(target);
  }

  /** What the bot was before it joined; a name that it changed since is one more event between. */
  private boolean wasInvited(RoomId target) {
    Intent bot = voyage.bot();
    Optional<ObjectNode> event =
        bot.fullState(target).stream()
            .filter(e -> e.path("type").asText().equals(MEMBER))
            .filter(e -> e.path("state_key").asText().equals(bot.user().value()))
            .findFirst();
    for (int step = 0; step < STEPS && event.isPresent(); step++) {
      String replaced = event.get().path("unsigned").path("replaces_state").asText("");
      if (!replaced.startsWith("$")) {
        return false;
      }
      event = bot.event(target, new EventId(replaced));
      String was =
          event.map(e -> e.path("content").path("membership").asText("")).orElse("unknown");
      if (!was.equals("join")) {
        return !was.equals("leave");
      }
    }
    return true;
  }

  /** Takes and keeps a snapshot of a room, unless one is kept already. */
  void take(RoomId old, RoomId target) {
    if (voyage.ledger().undo().snapshot(voyage.id(), old).isPresent()) {
      return;
    }
    Intent bot = voyage.bot();
    Iterator<ObjectNode> newest = new Backwards(bot, target);
    String anchor = newest.hasNext() ? newest.next().path("event_id").asText() : null;
    List<ObjectNode> present = bot.fullState(target);
    ObjectNode snapshot = state(present);
    snapshot.put("anchor", anchor);
    snapshot.set("visible", visible(bot, target, anchor));
    snapshot.set("joins", joins(present));
    snapshot.put("bot", isWelcome(old, target) ? "welcome" : "came by itself");
    voyage.ledger().undo().snapshot(voyage.id(), old, target, Json.text(snapshot));
  }

  /** Their names stay in the room: what a ledger keeps, it may have to forget. */
  private ObjectNode joins(List<ObjectNode> present) {
    Set<String> real =
        voyage.plan().people().stream()
            .filter(Plan.PlanPerson::real)
            .flatMap(p -> Stream.ofNullable(p.target()))
            .map(UserId::value)
            .collect(Collectors.toSet());
    ObjectNode joins = Json.object();
    for (ObjectNode event : present) {
      String user = event.path("state_key").asText();
      if (event.path("type").asText().equals(MEMBER)
          && event.path("content").path("membership").asText().equals("join")
          && real.contains(user)) {
        joins.put(user, event.path("event_id").asText());
      }
    }
    return joins;
  }

  /**
   * What somebody's membership said of them before anything was carried.
   *
   * @param reader a member
   * @param room the room
   * @param snapshot what it was before
   * @param user who
   * @return the content of such a membership, without what else stood in it; empty where they were
   *     no member, or nothing is known
   */
  public static Optional<ObjectNode> join(
      Intent reader, RoomId room, ObjectNode snapshot, UserId user) {
    return EventId.parse(snapshot.path("joins").path(user.value()).asText(""))
        .flatMap(id -> reader.event(room, id))
        .map(event -> {
          JsonNode content = event.path("content");
          ObjectNode join = Json.object().put("membership", "join");
          join.put("displayname", content.path("displayname").textValue());
          return join.put("avatar_url", content.path("avatar_url").textValue());
        });
  }

  /** Whether a membership shows the same name and picture as another one's content. */
  public static boolean isNamed(JsonNode event, JsonNode join) {
    return Stream.of("displayname", "avatar_url")
        .allMatch(field ->
            Objects.equals(
                event.path("content").path(field).textValue(), join.path(field).textValue()));
  }

  /** True where a snapshot says that the bot came into the room by itself. */
  public static boolean cameByItself(ObjectNode snapshot) {
    return snapshot.path("bot").asText("").equals("came by itself");
  }

  /** The state of a room in the form of a snapshot. */
  private static ObjectNode state(List<ObjectNode> present) {
    ObjectNode snapshot = Json.object();
    ArrayNode state = snapshot.putArray("state");
    ObjectNode members = snapshot.putObject("members");
    for (ObjectNode event : present) {
      JsonNode content = event.path("content");
      String key = event.path("state_key").asText();
      if (event.path("type").asText().equals(MEMBER)) {
        members.put(key, content.path("membership").asText());
      } else {
        state
            .addObject()
            .put("type", event.path("type").asText())
            .put("key", key)
            .put("id", event.path("event_id").asText())
            .set("content", content);
      }
    }
    return snapshot;
  }

  /**
   * The fingerprint of the messages that can be read at a place of a room and before it.
   *
   * @param reader a member
   * @param room the room
   * @param anchor the newest event that counts; null for none at all
   * @return {@code {count, sha256}}
   */
  public static ObjectNode visible(Intent reader, RoomId room, @Nullable String anchor) {
    MessageDigest digest = Sha256.digest();
    long count = 0;
    int seen = 0;
    boolean reached = false;
    Iterator<ObjectNode> events = new Backwards(reader, room);
    while (anchor != null && seen < WINDOW && events.hasNext()) {
      ObjectNode event = events.next();
      reached |= event.path("event_id").asText().equals(anchor);
      seen += reached ? 1 : 0;
      if (reached && isVisible(event)) {
        count++;
        String line = event.path("event_id").asText() + Json.canonical(event.path("content"));
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
    }
    return Json.object()
        .put("count", count)
        .put("sha256", HexFormat.of().formatHex(digest.digest()));
  }

  /** True for what is no state and was not taken back. */
  public static boolean isVisible(JsonNode event) {
    return !event.has("state_key")
        && !event.path("type").asText().equals("m.room.redaction")
        && !isRedacted(event);
  }

  /** True where a redaction has taken the content of an event. */
  public static boolean isRedacted(JsonNode event) {
    return event.path("unsigned").has("redacted_because");
  }
}
