package org.ferry.live.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.Signal;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.accounts.FollowedRooms;
import org.ferry.live.events.Intake;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an account's sync says of rooms: invitations are passed on, rooms that fit the globs are
 * followed from where they stand, their events are kept, gaps are noted. Told the same answer twice
 * it does the same as told once. For one thread.
 */
final class AccountRooms {
  private static final Logger LOG = LoggerFactory.getLogger(AccountRooms.class);

  private final AccountOptions options;
  private final UserId user;
  private final FollowedRooms rooms;
  private final Intake intake;
  private final Signal invited;

  /** Of the answer that is taken. */
  private TraceId trace = TraceId.fresh();

  AccountRooms(AccountOptions options, FollowedRooms rooms, Intake intake, Signal invited) {
    this.invited = invited;
    this.options = options;
    this.user = options.user();
    this.rooms = rooms;
    this.intake = intake;
  }

  /**
   * Keeps what an answer says.
   *
   * @param answer of {@code /sync}
   * @param first whether it is the first one ever: then nothing in it is news
   */
  void take(ObjectNode answer, boolean first) {
    JsonNode said = answer.path("rooms");
    trace = TraceId.fresh();
    Map<RoomId, Optional<EventId>> followed = rooms.of(user);
    for (Map.Entry<String, JsonNode> room : said.path("join").properties()) {
      RoomId id = new RoomId(room.getKey());
      if (!followed.containsKey(id)) {
        begin(id, room.getValue(), first);
      } else {
        timeline(id, room.getValue());
      }
    }
    for (Map.Entry<String, JsonNode> room : said.path("leave").properties()) {
      RoomId id = new RoomId(room.getKey());
      if (followed.containsKey(id)) {
        left(id, room.getValue());
      }
    }
    if (!said.path("invite").isEmpty()) {
      invited.wake();
    }
  }

  private boolean isOwnMembership(JsonNode event) {
    return event.path("type").asText().equals("m.room.member")
        && event.path("state_key").asText().equals(user.value());
  }

  /** A room that was not followed before: nothing from before the own joining is news. */
  private void begin(RoomId id, JsonNode room, boolean first) {
    if (!options.follows(
        RoomNames.of(id.value(), room.at("/state/events"), room.at("/timeline/events")))) {
      return;
    }
    List<ObjectNode> timeline = events(room);
    int joined = joined(timeline);
    ObjectNode before = first || joined >= 0 ? null : joinedBefore(room.at("/state/events"));
    if (before != null) {
      int unused = intake.take(List.of(before), id, user, trace);
      // Told the same again, it is followed, and what is missing is missing still.
      rooms.follow(user, id, id(before));
      timeline(id, room);
    } else {
      boolean news = !first && joined >= 0;
      List<ObjectNode> since = news ? timeline.subList(joined, timeline.size()) : List.of();
      int unused = intake.take(since, id, user, trace);
      // Only now: told the same again, nothing of it may count as known.
      rooms.follow(user, id, newest(timeline));
    }
    LOG.debug("event=room_followed user={} room={}", user, id);
  }

  /** Where the own joining stands in a timeline; less than 0 where it does not. */
  private int joined(List<ObjectNode> timeline) {
    for (int i = timeline.size() - 1; i >= 0; i--) {
      if (isOwnMembership(timeline.get(i)) && !wasJoined(timeline.get(i))) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The own joining, where so much was said since that the timeline begins later; null where the
   * room was there before. The whole state of a room is told to who has just come in.
   */
  private @Nullable ObjectNode joinedBefore(JsonNode state) {
    boolean whole = false;
    ObjectNode own = null;
    for (JsonNode event : state) {
      whole |= event.path("type").asText().equals("m.room.create");
      own = event instanceof ObjectNode object && isOwnMembership(event) ? object : own;
    }
    return whole ? own : null;
  }

  /** A new name or picture is no joining. */
  private static boolean wasJoined(JsonNode membership) {
    return membership.at("/unsigned/prev_content/membership").asText().equals("join");
  }

  /**
   * What comes behind a gap is kept at once, so that nobody's keys wait for a room, and is made
   * known when the gap is filled.
   */
  private void timeline(RoomId id, JsonNode room) {
    List<ObjectNode> timeline = events(room);
    if (isLimited(room)) {
      intake.gap(user, id);
    }
    int unused = intake.take(timeline, id, user, trace);
    EventId newest = newest(timeline);
    if (newest != null) {
      rooms.complete(user, id, newest);
    }
  }

  /** Who has left may still read what was said before. */
  private void left(RoomId id, JsonNode room) {
    if (isLimited(room)) {
      intake.gap(user, id);
    }
    int unused = intake.take(events(room), id, user, trace);
    rooms.leave(user, id);
  }

  private static boolean isLimited(JsonNode room) {
    return room.path("timeline").path("limited").asBoolean(false);
  }

  private static List<ObjectNode> events(JsonNode room) {
    List<ObjectNode> events = new ArrayList<>();
    for (JsonNode event : room.path("timeline").path("events")) {
      if (event instanceof ObjectNode object) {
        events.add(object);
      }
    }
    return events;
  }

  private static @Nullable EventId id(JsonNode event) {
    return EventId.parse(event.path("event_id").asText("")).orElse(null);
  }

  private static @Nullable EventId newest(List<ObjectNode> timeline) {
    return timeline.isEmpty() ? null : id(timeline.getLast());
  }
}
