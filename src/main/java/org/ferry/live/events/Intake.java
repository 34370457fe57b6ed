package org.ferry.live.events;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.Signal;
import org.ferry.live.Unreadable;
import org.ferry.live.accounts.FollowedRooms;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MessagesPage;
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
  private static final int PAGES = 100;

  private final LiveEvents events;
  private final FollowedRooms rooms;
  private final Echo echo;
  private final Signal news;
  private final Echoes echoes;
  private final RoomTurns turns = new RoomTurns();

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

  /**
   * Brings what is missing of a room since it was last complete: homeservers lose pushed events
   * when they restart, and syncs leave gaps.
   *
   * @param as who is in the room
   * @param room which
   * @param anchor the newest event that was there when it was complete last
   * @return how many were missing
   */
  public int complete(Intent as, RoomId room, Optional<EventId> anchor) {
    return turns.alone(room.value(), () -> completeAlone(as, room, anchor));
  }

  private int completeAlone(Intent as, RoomId room, Optional<EventId> anchor) {
    List<ObjectNode> newer = newer(as, room, anchor);
    if (newer.isEmpty()) {
      return 0;
    }
    int fresh = events.arrange(arrivals(newer, room, as.user(), TraceId.fresh()));
    rooms.complete(as.user(), room, new EventId(newer.getLast().path("event_id").asText()));
    if (fresh > 0) {
      news.wake();
    }
    return fresh;
  }

  /**
   * What is newer than the anchor, the oldest first. Where it does not come, as the homeserver has
   * removed it, what is older than the following is no news.
   */
  private List<ObjectNode> newer(Intent as, RoomId room, Optional<EventId> anchor) {
    List<ObjectNode> newer = new ArrayList<>();
    String end = anchor.map(EventId::value).orElse("");
    String from = null;
    for (int i = 0; i < PAGES; i++) {
      MessagesPage page = as.messages(room, from, 'b', PAGE);
      for (ObjectNode event : page.chunk()) {
        String id = event.path("event_id").asText();
        if (id.equals(end)) {
          return newer.reversed();
        }
        if (!id.isEmpty()) {
          newer.add(event);
        }
      }
      from = page.end();
      if (from == null) {
        return sinceFollowed(as, room, newer).reversed();
      }
    }
    LOG.warn(
        "event=live_gap room={} more than {} events are missing; the newest of them were taken",
        room,
        PAGES * PAGE);
    return sinceFollowed(as, room, newer).reversed();
  }

  private List<ObjectNode> sinceFollowed(Intent as, RoomId room, List<ObjectNode> all) {
    long since = rooms.since(as.user(), room).map(Instant::toEpochMilli).orElse(Long.MIN_VALUE);
    return all.stream().filter(e -> e.path("origin_server_ts").asLong() >= since).toList();
  }
}
