package org.ferry.live.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.accounts.FollowedRooms;
import org.ferry.live.accounts.FollowedRooms.Standing;
import org.ferry.live.events.Intake;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.SyncRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The rooms of Ferry's own user, whose events come as transactions: what becomes of its
 * memberships, and the rooms' completion, because a homeserver that restarts loses what it had not
 * pushed.
 */
final class BotRooms {
  private static final Logger LOG = LoggerFactory.getLogger(BotRooms.class);

  /** How often it is asked again for rooms of which it could not be found out. */
  private static final Duration AGAIN = Duration.ofSeconds(10);

  private static final int MOST_DOUBLINGS = 6;

  private static final String MEMBER = "m.room.member";
  private static final String ORIGIN = "org.ferry.origin";
  private static final Set<String> GONE = Set.of("leave", "ban");

  private final AccountOptions options;
  private final UserId bot;
  private final FollowedRooms rooms;
  private final Intake intake;

  /** Rooms that the homeserver fails on: it was said, and how often they were tried since. */
  private final Map<RoomId, Integer> failing = new ConcurrentHashMap<>();

  /** Rooms whose joining is under way. */
  private final Set<RoomId> joining = ConcurrentHashMap.newKeySet();

  private final ReentrantLock dropping = new ReentrantLock();

  BotRooms(AccountOptions options, FollowedRooms rooms, Intake intake) {
    this.options = options;
    this.bot = options.user();
    this.rooms = rooms;
    this.intake = intake;
  }

  /**
   * Does something during which no other thread drops a room that was tried out: what is kept of
   * one afterwards nobody would hold, or forget.
   */
  void withoutDropping(Runnable work) {
    dropping.lock();
    try {
      work.run();
    } finally {
      dropping.unlock();
    }
  }

  private void drop(RoomId room) {
    withoutDropping(() -> rooms.drop(bot, room));
  }

  /** Ends trying out, and what was noted of it. */
  private void ended(RoomId room) {
    Integer unused = failing.remove(room);
    drop(room);
  }

  /** Whether an event is about the bot's own membership. */
  boolean concerns(ObjectNode event) {
    return event.path("type").asText().equals(MEMBER)
        && event.path("state_key").asText().equals(bot.value());
  }

  /** Whether a membership of the bot is none any more. */
  boolean isEnd(ObjectNode event) {
    return GONE.contains(membership(event));
  }

  private static String membership(ObjectNode event) {
    return event.path("content").path("membership").asText();
  }

  /**
   * Follows what becomes of the bot's membership of a room. What a homeserver that answers fails on
   * is said, and left to the next catching up: nobody else's news wait for it.
   *
   * @param as the bot
   * @param event a membership of the bot
   * @return whether a room that nobody carried is followed from this joining on, which then is the
   *     first that is told of it
   * @throws HomeserverFailure where the homeserver is away
   */
  boolean membership(Intent as, ObjectNode event) {
    RoomId room = new RoomId(event.path("room_id").asText());
    String sender = event.path("sender").asText("");
    switch (membership(event)) {
      case "invite" -> invited(as, room, sender, event.path("unsigned").path("invite_room_state"));
      case "join" -> {
        boolean before = rooms.follows(bot, room);
        joined(as, room, () -> new EventId(event.path("event_id").asText()));
        return !before && rooms.follows(bot, room) && !isCarried(as, room);
      }
      case "leave", "ban" -> {
        decide(as, room);
        left(room);
      }
      default -> {}
    }
    return false;
  }

  /**
   * Whether a room was made for history, or is a Space, in which nobody talks: neither tells
   * anybody that there is another one.
   */
  private boolean isCarried(Intent as, RoomId room) {
    boolean[] carried = {false};
    boolean unused =
        done(
            as,
            room,
            "room_not_looked_at",
            () ->
                carried[0] =
                    as.state(room, "m.room.create", "")
                        .filter(c -> c.has(ORIGIN) || c.path("type").asText().equals("m.space"))
                        .isPresent());
    return carried[0];
  }

  /** What nobody could find out anything of is not made known. */
  private void left(RoomId room) {
    if (isUndecided(room)) {
      LOG.warn(
          "event=room_never_seen user={} room={} out of it again before the homeserver showed what room it is; what was said in it meanwhile is not told",
          bot,
          room);
      ended(room);
    } else {
      rooms.leave(bot, room);
      intake.gaps(bot).wake();
    }
  }

  /** Whether a room is tried out: the homeserver has not shown yet what it is. */
  private boolean isUndecided(RoomId room) {
    return rooms.standing(bot, room).filter(Standing::triedOut).isPresent();
  }

  /**
   * Finds out what could not be found out, until the thread is interrupted: the longer a homeserver
   * fails on a room, the less often it is asked.
   */
  void decide(Intent as) throws InterruptedException {
    for (long round = 0; true; round++) {
      for (RoomId room : rooms.triedOut(bot)) {
        int doublings = Math.min(failing.getOrDefault(room, 0), MOST_DOUBLINGS);
        if (!joining.contains(room) && round % (1L << doublings) == 0) {
          settle(as, room);
        }
      }
      Thread.sleep(AGAIN);
    }
  }

  private void decide(Intent as, RoomId room) {
    if (isUndecided(room)) {
      settle(as, room);
    }
  }

  private void invited(Intent as, RoomId room, String inviter, JsonNode state) {
    if (!options.welcomes(inviter, RoomNames.of(room.value(), state))) {
      LOG.info("event=invitation_left user={} room={} from={}", bot, room, inviter);
      return;
    }
    boolean unused = joining.add(room);
    boolean follows = rooms.follows(bot, room);
    // Before it is joined: what is said from then on is kept, whatever happens in between.
    rooms.tryOut(bot, room);
    try {
      if (join(as, room, inviter)) {
        settle(as, room);
      } else if (!follows) {
        // It never was in the room.
        ended(room);
      }
    } finally {
      boolean unusedToo = joining.remove(room);
    }
  }

  private boolean join(Intent as, RoomId room, String inviter) {
    return done(
        as,
        room,
        "invitation_failed",
        () -> {
          RoomId unused = as.memberships().join(room.value(), Invitations.via(inviter));
          LOG.info("event=invitation_accepted user={} room={} from={}", bot, room, inviter);
        });
  }

  /** Follows a room that is tried out from the own joining on, if it is to be followed. */
  private void settle(Intent as, RoomId room) {
    // Where it fails, then the next time: what is said is kept meanwhile.
    boolean unused =
        done(
            as,
            room,
            "room_not_followed",
            () -> {
              if (!isUndecided(room)) {
                return;
              }
              if (!wanted(as, room)) {
                drop(room);
                return;
              }
              ownMembership(as, room).ifPresent(own -> follow(room, own));
            });
  }

  private void follow(RoomId room, ObjectNode own) {
    EventId joining = joining(own);
    if (joining != null) {
      rooms.settle(bot, room, joining);
      intake.released();
    } else if (isEnd(own)) {
      // Out again: what was said until then is behind no joining that could be found.
      intake.gap(bot, room);
    } else {
      return;
    }
    LOG.info("event=room_followed user={} room={}", bot, room);
  }

  private Optional<ObjectNode> ownMembership(Intent as, RoomId room) {
    return as.stateEvent(room, MEMBER, bot.value());
  }

  private static @Nullable EventId joining(ObjectNode own) {
    return membership(own).equals("join")
        ? EventId.parse(own.path("event_id").asText()).orElse(null)
        : null;
  }

  /**
   * Follows a joined room where it is to be followed. A membership may be old, and the bot not in
   * the room any more: a room that the homeserver does not show is no reason to stop at.
   */
  private void joined(Intent as, RoomId room, Supplier<@Nullable EventId> anchor) {
    boolean unused =
        done(
            as,
            room,
            "room_not_followed",
            () -> {
              if (!rooms.follows(bot, room) && wanted(as, room)) {
                rooms.follow(bot, room, anchor.get());
                LOG.info("event=room_followed user={} room={}", bot, room);
              }
            });
  }

  /**
   * Does something with a room, which is tried again at once where the homeserver answers: it may
   * have been away just then.
   *
   * @param failure what to call it in the log that the homeserver fails on this room
   * @return whether it was done
   * @throws HomeserverFailure where the homeserver is away
   */
  private boolean done(Intent as, RoomId room, String failure, Runnable work) {
    for (boolean again : List.of(true, false)) {
      try {
        work.run();
        Integer unused = failing.remove(room);
        return true;
      } catch (HomeserverFailure e) {
        boolean refused = e instanceof MatrixException refusal && refusal.isTokenRefused();
        if (refused || (e.mayResolve() && !Answering.anything(as))) {
          throw e;
        }
        if (!again || !e.mayResolve()) {
          Level level = failing.merge(room, 1, Integer::sum) == 1 ? Level.WARN : Level.DEBUG;
          LOG.atLevel(level).log("event={} user={} room={} {}", failure, bot, room, e.getMessage());
          return false;
        }
      }
    }
    return false;
  }

  private boolean wanted(Intent as, RoomId room) {
    return !CanaryRoom.is(as, room) && options.follows(names(as, room));
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
    Set<RoomId> followed = rooms.of(bot).keySet();
    Set<RoomId> left = new HashSet<>(followed);
    // Asked in this order: what is joined just now is in one of them.
    left.removeAll(joining);
    List<RoomId> joined = as.memberships().joinedRooms();
    Set<RoomId> behind = rooms.behind(bot).keySet();
    for (RoomId room : joined) {
      if (!followed.contains(room)) {
        joined(as, room, () -> newest(as, room));
      } else if (!behind.contains(room)) {
        decide(as, room);
        completeOrSay(as, room);
      }
    }
    joined.forEach(left::remove);
    for (RoomId room : left) {
      decide(as, room);
      if (!isUndecided(room)) {
        // Who has left may still read what was said before, and nobody pushes that any more.
        intake.gap(bot, room);
      }
      left(room);
    }
  }

  private @Nullable EventId newest(Intent as, RoomId room) {
    List<ObjectNode> page = as.messages(room, null, 'b', 1).chunk();
    return page.isEmpty()
        ? ownMembership(as, room).map(BotRooms::joining).orElse(null)
        : new EventId(page.getFirst().path("event_id").asText());
  }

  /**
   * Brings what is missing of a followed room; where that is much, it is noted and comes later. Of
   * a room that is tried out nothing is brought.
   *
   * @param as the bot
   * @param room the room
   * @return how many events were missing
   * @throws HomeserverFailure where it may succeed later; what the homeserver refuses for good is
   *     said
   */
  int complete(Intent as, RoomId room) {
    if (isUndecided(room)) {
      return 0;
    }
    try {
      int missing = intake.completeSoon(as, room);
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

  /** A room that the homeserver does not show now is left to who reads such rooms again. */
  private void completeOrSay(Intent as, RoomId room) {
    try {
      int unused = complete(as, room);
    } catch (HomeserverFailure e) {
      switch (Answering.sight(as, room, rooms, rooms.behind(bot).keySet())) {
        case NOTHING, NO_ROOM -> throw e;
        case ONLY_ROOM, OTHERS -> {
          notCompleted(room, e);
          intake.gap(bot, room);
        }
      }
    }
  }

  private static void notCompleted(RoomId room, HomeserverFailure e) {
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
