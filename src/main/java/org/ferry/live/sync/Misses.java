package org.ferry.live.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.ferry.id.RoomId;
import org.ferry.live.Inbox;
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
 * Notices what a homeserver never pushed though it lives, as where the one of its processes that
 * pushes died alone: what happens in the bot's rooms is asked for every few seconds as well, and a
 * room whose news have not come half a minute later is read. A homeserver that has much to do
 * pushes late, and that is no loss. One thread watches; any may ask how often something was
 * missing.
 */
final class Misses {
  private static final Logger LOG = LoggerFactory.getLogger(Misses.class);
  private static final Duration TICK = Duration.ofSeconds(5);

  /** How many looks what happened has time to come. */
  static final int PATIENCE = 6;

  /** After so long without an answer all rooms are read anyway, and the next answer were large. */
  private static final Duration LONG = Duration.ofMinutes(1);

  /** In a room with more in so short a time all is compared by reading it. */
  private static final int NEWEST = 20;

  private final House house;
  private final AtomicLong found = new AtomicLong();
  private final Deque<Map<RoomId, News>> waiting = new ArrayDeque<>();
  private @Nullable String since;
  private long answeredAt = System.nanoTime();
  private boolean told;

  /** What happened in a room; not all of it where there is a gap before. */
  private record News(List<ObjectNode> events, boolean gap) {
    static final News GAP = new News(List.of(), true);

    static News of(JsonNode room) {
      JsonNode timeline = room.path("timeline");
      List<ObjectNode> events = new ArrayList<>();
      for (JsonNode event : timeline.path("events")) {
        if (event instanceof ObjectNode object) {
          boolean unused = events.add(object);
        }
      }
      return new News(events, timeline.path("limited").asBoolean(false));
    }
  }

  /**
   * Where it is looked up what has come, and what brings more.
   *
   * @param inbox what was pushed and waits to be taken up
   * @param intake what was taken up
   * @param rooms which rooms are followed
   * @param bot reads rooms
   * @param told when something was missing
   */
  record House(Inbox inbox, Intake intake, FollowedRooms rooms, BotRooms bot, Runnable told) {}

  Misses(House house) {
    this.house = house;
  }

  /** How often something was missing. */
  long found() {
    return found.get();
  }

  /**
   * Watches until the thread is interrupted.
   *
   * @param as the bot, on the homeserver that is asked once and not again
   * @throws HomeserverFailure where the homeserver does not answer, or refuses; nothing is lost by
   *     asking again
   */
  void run(Intent as) throws InterruptedException {
    while (true) {
      look(as);
      Thread.sleep(TICK);
    }
  }

  /** Looks once; what was news some looks ago has come by now, or is missing. */
  void look(Intent as) {
    waiting.addLast(ask(as));
    if (waiting.size() <= PATIENCE) {
      return;
    }
    Map<RoomId, News> late = waiting.removeFirst();
    if (house.inbox().waits()) {
      // What is on its way is not missing.
      unsure(late.keySet());
      return;
    }
    int missing;
    try {
      missing = read(as, late);
    } catch (HomeserverFailure e) {
      unsure(late.keySet());
      throw e;
    }
    if (missing > 0) {
      long unused = found.incrementAndGet();
      say(missing);
      house.told().run();
    } else if (!late.isEmpty()) {
      told = false;
    }
  }

  private void say(int missing) {
    if (!told) {
      LOG.warn(
          "event=pushes_missing events={} the homeserver answers and has not pushed them; they were read from their rooms. Where this goes on, look whether that process of it runs which pushes to application services",
          missing);
      told = true;
    }
  }

  /** Whether all came shows when the rooms are read; their events are not held meanwhile. */
  private void unsure(Set<RoomId> rooms) {
    Map<RoomId, News> next = waiting.getFirst();
    rooms.forEach(room -> {
      News unused = next.put(room, News.GAP);
    });
  }

  /** How much was missing in rooms where something happened. */
  private int read(Intent as, Map<RoomId, News> late) {
    int missing = 0;
    for (RoomId room : house.rooms().among(as.user(), late.keySet()).keySet()) {
      News news = late.getOrDefault(room, News.GAP);
      boolean lacks = house.intake().lacks(room, news.events());
      if (lacks || news.gap()) {
        int read = read(as, room);
        // Behind a gap the newest may just be on its way.
        missing += lacks ? read : 0;
      }
    }
    return missing;
  }

  private int read(Intent as, RoomId room) {
    try {
      return house.bot().complete(as, room);
    } catch (MatrixException e) {
      // The next time: the other rooms do not wait for it.
      unsure(Set.of(room));
      return 0;
    }
  }

  private Map<RoomId, News> ask(Intent as) {
    boolean first = since == null;
    ObjectNode filter = first ? Filters.visit() : Filters.newest(NEWEST);
    ObjectNode answer;
    try {
      answer = as.sync(new SyncRequest(since, filter, Duration.ZERO));
    } catch (HomeserverFailure e) {
      if (!e.mayResolve() || System.nanoTime() - answeredAt > LONG.toNanos()) {
        since = null;
        waiting.clear();
      }
      throw e;
    }
    since = answer.path("next_batch").textValue();
    answeredAt = System.nanoTime();
    Map<RoomId, News> news = new HashMap<>();
    answer
        .path("rooms")
        .path("join")
        .properties()
        .forEach(room -> {
          News unused = news.put(new RoomId(room.getKey()), News.of(room.getValue()));
        });
    return news;
  }
}
