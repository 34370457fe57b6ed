package org.ferry.live.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.accounts.FollowedRooms;
import org.ferry.live.events.Intake;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.SyncRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rooms of Ferry's own user, whose events come as transactions: what becomes of its
 * memberships, and the rooms' completion, because a homeserver that restarts loses what it had not
 * pushed.
 */
final class BotRooms {
  private static final Logger LOG = LoggerFactory.getLogger(BotRooms.class);

  private final AccountOptions options;
  private final UserId bot;
  private final FollowedRooms rooms;
  private final Intake intake;

  BotRooms(AccountOptions options, FollowedRooms rooms, Intake intake) {
    this.options = options;
    this.bot = options.user();
    this.rooms = rooms;
    this.intake = intake;
  }

  /** Whether an event is about the bot's own membership. */
  boolean concerns(ObjectNode event) {
    return event.path("type").asText().equals("m.room.member")
        && event.path("state_key").asText().equals(bot.value());
  }

  /**
   * Follows what becomes of the bot's membership of a room.
   *
   * @param as the bot
   * @param event a membership of the bot
   */
  void membership(Intent as, ObjectNode event) {
    RoomId room = new RoomId(event.path("room_id").asText());
    String sender = event.path("sender").asText("");
    switch (event.path("content").path("membership").asText()) {
      case "invite" -> invited(as, room, sender, event.path("unsigned").path("invite_room_state"));
      case "join" -> joined(as, room, () -> new EventId(event.path("event_id").asText()));
      case "leave", "ban" -> rooms.leave(bot, room);
      default -> {}
    }
  }

  private void invited(Intent as, RoomId room, String inviter, JsonNode state) {
    if (!options.welcomes(inviter, RoomNames.of(room.value(), state))) {
      LOG.info("event=invitation_left user={} room={} from={}", bot, room, inviter);
      return;
    }
    try {
      RoomId unused = as.memberships().join(room.value(), Invitations.via(inviter));
      LOG.info("event=invitation_accepted user={} room={} from={}", bot, room, inviter);
      as.stateEvent(room, "m.room.member", bot.value())
          .ifPresent(own -> joined(as, room, () -> new EventId(own.path("event_id").asText())));
    } catch (MatrixException e) {
      LOG.warn(
          "event=invitation_failed user={} room={} from={} {}", bot, room, inviter, e.getMessage());
    }
  }

  /**
   * Follows a joined room where it is to be followed. A membership may be old, and the bot not in
   * the room any more: a room that the homeserver does not show is no reason to stop at.
   */
  private void joined(Intent as, RoomId room, Supplier<@Nullable EventId> anchor) {
    try {
      followJoined(as, room, anchor);
    } catch (MatrixException e) {
      if (!e.isForbidden() && !e.isNotFound()) {
        throw e;
      }
      LOG.warn("event=room_not_followed user={} room={} {}", bot, room, e.getMessage());
    }
  }

  private void followJoined(Intent as, RoomId room, Supplier<@Nullable EventId> anchor) {
    if (!rooms.follows(bot, room) && !CanaryRoom.is(as, room) && options.follows(names(as, room))) {
      rooms.follow(bot, room, anchor.get());
      LOG.info("event=room_followed user={} room={}", bot, room);
    }
  }

  private static List<String> names(Intent as, RoomId room) {
    return RoomNames.in(
        room.value(), RoomNames.TYPES.stream().flatMap(t -> as.state(room, t, "").stream()));
  }

  /**
   * Brings everything up to date: invitations that nobody told of, rooms that were joined or left
   * meanwhile, and what is missing of each.
   *
   * @param as the bot
   */
  void catchUp(Intent as) {
    invitations(as);
    Map<RoomId, Optional<EventId>> followed = new HashMap<>(rooms.of(bot));
    List<RoomId> joined = as.memberships().joinedRooms();
    for (RoomId room : joined) {
      Optional<EventId> anchor = followed.remove(room);
      if (anchor == null) {
        joined(as, room, () -> newest(as, room));
      } else {
        completeOrSay(as, room, anchor);
      }
    }
    // What is left is not joined any more.
    followed.keySet().forEach(room -> rooms.leave(bot, room));
  }

  private static @Nullable EventId newest(Intent as, RoomId room) {
    List<ObjectNode> page = as.messages(room, null, 'b', 1).chunk();
    return page.isEmpty() ? null : new EventId(page.getFirst().path("event_id").asText());
  }

  /**
   * Brings what is missing of a followed room.
   *
   * @param as the bot
   * @param room the room
   * @param anchor its newest event when it was complete last
   * @return how many events were missing
   * @throws HomeserverFailure where it may succeed later; what the homeserver refuses for good is
   *     said
   */
  int complete(Intent as, RoomId room, Optional<EventId> anchor) {
    try {
      int missing = intake.complete(as, room, anchor);
      if (missing > 0) {
        LOG.info("event=room_completed room={} events={}", room, missing);
      }
      return missing;
    } catch (MatrixException e) {
      if (e.mayResolve()) {
        throw e;
      }
      notCompleted(room, e);
      return 0;
    }
  }

  private void completeOrSay(Intent as, RoomId room, Optional<EventId> anchor) {
    try {
      int unused = complete(as, room, anchor);
    } catch (MatrixException e) {
      // The next time: the other rooms do not wait for it.
      notCompleted(room, e);
    }
  }

  private static void notCompleted(RoomId room, MatrixException e) {
    LOG.warn("event=room_not_completed room={} {}", room, e.getMessage());
  }

  /**
   * Answers invitations that were never told of, because the homeserver restarted, pushes nothing,
   * or did not know Ferry yet.
   */
  private void invitations(Intent as) {
    ObjectNode answer = as.sync(new SyncRequest(null, Filters.invitations(), Duration.ZERO));
    answer
        .path("rooms")
        .path("invite")
        .properties()
        .forEach(room -> {
          JsonNode state = room.getValue().path("invite_state").path("events");
          for (JsonNode event : state) {
            if (event instanceof ObjectNode e && concerns(e)) {
              invited(as, new RoomId(room.getKey()), e.path("sender").asText(""), state);
            }
          }
        });
  }
}
