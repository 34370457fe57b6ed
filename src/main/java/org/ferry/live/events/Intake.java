package org.ferry.live.events;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.Signal;
import org.ferry.live.Unreadable;
import org.ferry.live.accounts.FollowedRooms;
import org.ferry.live.accounts.FollowedRooms.Standing;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where events of followed rooms come in, whatever way they come. Each is kept once, before
 * anything is made of it. Safe for use by many threads.
 */
public final class Intake {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

  private static final int PAGE = 100;

  /** No more of a room than this is brought: a million events. */
  private static final int PAGES = 10_000;

  /** So many pages are few. */
  private static final int FEW = 10;

  /** A completion ends, however much comes meanwhile without waiting for it. */
  private static final int ROUNDS = 6;

  private final LiveEvents events;
  private final FollowedRooms rooms;
  private final Echo echo;
  private final Signal news;
  private final Echoes echoes;
  private final int page;
  private final RoomTurns turns = new RoomTurns();
  private final Map<UserId, Signal> gaps = new ConcurrentHashMap<>();

  /**
   * An intake.
   *
   * @param events where they are kept
   * @param rooms which rooms are followed
   * @param echo tells what Ferry itself carried, which is not taken
   * @param news woken when something new was kept
   * @param echoes told of rooms whose state Ferry's own carrying changes
   */
  public Intake(LiveEvents events, FollowedRooms rooms, Echo echo, Signal news, Echoes echoes) {
    this(events, rooms, echo, news, echoes, PAGE);
  }

  /**
   * An intake that reads rooms in other pieces.
   *
   * @param page how many events are asked for at once
   */
  public Intake(
      LiveEvents events, FollowedRooms rooms, Echo echo, Signal news, Echoes echoes, int page) {
    this.page = page;
    this.events = events;
    this.rooms = rooms;
    this.echo = echo;
    this.news = news;
    this.echoes = echoes;
  }

  /**
   * Keeps events that follow each other.
   *
   * @param given as a homeserver wrote them, the oldest first
   * @param room their room, where they do not say it
   * @param seenBy which followed user they came to; null where they came for a carried room
   * @param trace names what is made of them
   * @return how many were new
   */
  public int take(
      List<ObjectNode> given, @Nullable RoomId room, @Nullable UserId seenBy, TraceId trace) {
    List<Arrival> arrivals = arrivals(given, room, seenBy, trace);
    var which = new TreeSet<String>();
    arrivals.forEach(a -> which.add(a.room().value()));
    int fresh = turns.after(which, () -> events.take(arrivals));
    if (fresh > 0) {
      news.wake();
    }
    return fresh;
  }

  /** Notes what came in and is no event. */
  public void unreadable(Unreadable unreadable) {
    events.quarantine(unreadable);
  }

  /**
   * Whether some of these events of a followed room are news and have not come.
   *
   * @param given as a homeserver wrote them
   */
  public boolean lacks(RoomId room, List<ObjectNode> given) {
    TraceId trace = TraceId.fresh();
    List<Echo.Came> came = new ArrayList<>();
    Set<EventId> missing = new HashSet<>();
    for (ObjectNode event : given) {
      Arrival.of(event, room, null, trace)
          .ifPresent(arrival -> {
            came.add(new Echo.Came(event, arrival));
            missing.add(arrival.id());
          });
    }
    missing.removeAll(echo.among(came));
    return !missing.isEmpty() && !events.known(room, missing).containsAll(missing);
  }

  private List<Arrival> arrivals(
      List<ObjectNode> given, @Nullable RoomId room, @Nullable UserId seenBy, TraceId trace) {
    List<Echo.Came> came = new ArrayList<>();
    for (ObjectNode event : given) {
      Optional<Arrival> arrival = Arrival.of(event, room, seenBy, trace);
      if (arrival.isEmpty()) {
        LOG.warn("event=live_event_unusable room={} it lacks what every event has", room);
        unreadable(
            new Unreadable(
                room,
                EventId.parse(event.path("event_id").asText()).orElse(null),
                "it lacks what every event has",
                Buffer.buffer(Json.bytes(event))));
      } else {
        came.add(new Echo.Came(event, arrival.get()));
      }
    }
    return distinct(news(came));
  }

  private List<Arrival> news(List<Echo.Came> came) {
    Set<EventId> carried = echo.among(came);
    List<Arrival> arrivals = new ArrayList<>();
    for (Echo.Came each : came) {
      Arrival arrival = each.arrival();
      if (!carried.contains(arrival.id())) {
        arrivals.add(arrival);
        LOG.atDebug()
            .addKeyValue(TraceId.FIELD, arrival.trace())
            .log("event=live_event_taken room={} id={}", arrival.room(), arrival.id());
      } else if (each.event().has("state_key")) {
        echoes.heard(arrival.room());
      }
    }
    return arrivals;
  }

  /** One statement cannot keep one event twice. */
  private static List<Arrival> distinct(List<Arrival> arrivals) {
    var seen = new HashSet<EventId>();
    return arrivals.stream().filter(a -> seen.add(a.id())).toList();
  }

  /** Woken when something may be missing of a room that a user follows. */
  public Signal gaps(UserId user) {
    return gaps.computeIfAbsent(user, u -> new Signal());
  }

  /**
   * Notes durably that something may be missing of a followed room behind its anchor, before what
   * comes now is kept: that is made known after it. Whoever brings what is missing is woken.
   */
  public void gap(UserId user, RoomId room) {
    turns.open(room.value());
    rooms.gap(user, room);
    gaps(user).wake();
  }

  /**
   * Brings what is missing of a room since it was last complete: homeservers lose pushed events
   * when they restart, and syncs leave gaps.
   *
   * @param as who is in the room, or was
   * @param room which
   * @return how many were missing
   */
  public int complete(Intent as, RoomId room) {
    return turns.alone(room.value(), () -> completeAlone(as, room, PAGES));
  }

  /** The same where little is missing; where there is more, or it is being read, that is a gap. */
  public int completeSoon(Intent as, RoomId room) {
    OptionalInt fresh = turns.soon(room.value(), () -> completeAlone(as, room, FEW));
    if (fresh.isEmpty()) {
      rooms.gap(as.user(), room);
    }
    return fresh.orElse(0);
  }

  /** What is missing of a room will not be had; who has left it follows it no more. */
  public void giveUp(UserId user, RoomId room) {
    Optional<Standing> standing = rooms.standing(user, room);
    if (standing.isPresent() && rooms.whole(user, room, standing.get().behind())) {
      news.wake();
    }
  }

  /** What was held in a room is not any more. */
  public void released() {
    news.wake();
  }

  private int completeAlone(Intent as, RoomId room, int pages) {
    UserId user = as.user();
    int fresh = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Optional<Standing> standing = rooms.standing(user, room);
      if (standing.isEmpty()) {
        return fresh;
      }
      int behind = standing.get().behind();
      Timeline timeline =
          new Timeline(as, room, standing.get(), page, () -> rooms.hold(user, room));
      Timeline.Way way = timeline.back(pages);
      if (!way.whole() && pages == FEW) {
        gap(user, room);
        return fresh;
      }
      if (behind == 0 && !way.pages().isEmpty()) {
        // It takes several commits: what came later waits until the last of them.
        rooms.gap(user, room);
        continue;
      }
      fresh += bring(as, room, timeline, way);
      // What came without waiting for its turn may stand in front of what was brought.
      boolean again = turns.close(room.value()) && !way.isEmpty();
      if (!again && (behind == 0 || rooms.whole(user, room, behind))) {
        break;
      }
    }
    news.wake();
    return fresh;
  }

  private int bring(Intent as, RoomId room, Timeline timeline, Timeline.Way way) {
    if (!way.whole()) {
      LOG.warn(
          "event=live_gap room={} more than {} events are missing; the newest of them are taken",
          room,
          PAGES * page);
    }
    TraceId trace = TraceId.fresh();
    int fresh = bring(as, room, timeline, way.last(), way.found(), trace);
    for (String from : way.pages().reversed()) {
      fresh += bring(as, room, timeline, timeline.page(from), way.found(), trace);
    }
    return fresh;
  }

  private int bring(
      Intent as,
      RoomId room,
      Timeline timeline,
      List<ObjectNode> newer,
      boolean found,
      TraceId trace) {
    if (newer.isEmpty()) {
      return 0;
    }
    // Where the anchor is gone, what is older than the following is no news.
    List<ObjectNode> wanted = found ? newer : timeline.sinceFollowed(newer);
    int fresh = events.arrange(arrivals(wanted, room, as.user(), trace));
    rooms.advance(as.user(), room, new EventId(newer.getLast().path("event_id").asText()));
    return fresh;
  }
}
