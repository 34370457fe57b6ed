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
import org.ferry.matrix.client.Intent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an account's sync says of rooms: invitations are passed on, rooms that fit the globs are
 * followed from where they stand, their events are kept, gaps are filled. Told the same answer
 * twice it does the same as told once. For one thread.
 */
final class AccountRooms {
  private static final Logger LOG = LoggerFactory.getLogger(AccountRooms.class);

  private final AccountOptions options;
  private final UserId user;
  private final Intent intent;
  private final FollowedRooms rooms;
  private final Intake intake;
  private final Signal invited;

  /** Of the answer that is taken. */
  private TraceId trace = TraceId.fresh();

  AccountRooms(
      AccountOptions options, Intent intent, FollowedRooms rooms, Intake intake, Signal invited) {
    this.invited = invited;
    this.options = options;
    this.user = options.user();
    this.intent = intent;
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
        timeline(id, room.getValue(), followed.getOrDefault(id, Optional.empty()));
      }
    }
    for (Map.Entry<String, JsonNode> room : said.path("leave").properties()) {
      RoomId id = new RoomId(room.getKey());
      if (followed.containsKey(id)) {
        int unused = intake.take(events(room.getValue()), id, user, trace);
        rooms.leave(user, id);
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
    rooms.follow(user, id, newest(timeline));
    if (!first) {
      int unused = intake.take(sinceJoining(timeline), id, user, trace);
    }
    LOG.debug("event=room_followed user={} room={}", user, id);
  }

  private List<ObjectNode> sinceJoining(List<ObjectNode> timeline) {
    for (int i = timeline.size() - 1; i >= 0; i--) {
      if (isOwnMembership(timeline.get(i))) {
        return timeline.subList(i, timeline.size());
      }
    }
    return List.of();
  }

  private void timeline(RoomId id, JsonNode room, Optional<EventId> anchor) {
    List<ObjectNode> timeline = events(room);
    EventId newest = newest(timeline);
    if (newest == null) {
      return;
    }
    if (room.path("timeline").path("limited").asBoolean(false)) {
      int missing = intake.complete(intent, id, anchor);
      LOG.info("event=gap_filled user={} room={} events={}", user, id, missing);
    } else {
      int unused = intake.take(timeline, id, user, trace);
      rooms.complete(user, id, newest);
    }
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

  private static @Nullable EventId newest(List<ObjectNode> timeline) {
    String id = timeline.isEmpty() ? "" : timeline.getLast().path("event_id").asText("");
    return id.isEmpty() ? null : new EventId(id);
  }
}
