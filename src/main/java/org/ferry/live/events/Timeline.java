package org.ferry.live.events;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.live.accounts.FollowedRooms.Standing;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.MessagesPage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A room's timeline as the homeserver shows it to a user. The way back to what is known is held as
 * the places where its pages begin, so that any length of it fits into memory. For one thread.
 */
final class Timeline {
  private static final Logger LOG = LoggerFactory.getLogger(Timeline.class);

  /**
   * A way longer than this ends where events are older than the following, if the anchor is gone.
   */
  private static final int LONG = 100;

  private final Intent as;
  private final RoomId room;
  private final Standing standing;
  private final int size;
  private final Runnable alive;

  /**
   * The way back to what is known.
   *
   * @param pages where the pages begin, the newest first; empty where the homeserver did not say it
   * @param last the newer events of the page that comes after those, the oldest first
   * @param found whether it ended at the anchor
   * @param whole whether nothing lies between
   */
  record Way(List<String> pages, List<ObjectNode> last, boolean found, boolean whole) {
    /** Whether nothing is newer than what is known. */
    boolean isEmpty() {
      return pages.isEmpty() && last.isEmpty();
    }
  }

  /**
   * A timeline.
   *
   * @param as who reads
   * @param room which
   * @param standing what is known of it
   * @param size how many events are asked for at once
   * @param alive run now and then on a long way
   */
  Timeline(Intent as, RoomId room, Standing standing, int size, Runnable alive) {
    this.size = size;
    this.as = as;
    this.room = room;
    this.standing = standing;
    this.alive = alive;
  }

  /** Goes back to what is known, by so many pages at most. */
  Way back(int most) {
    String end = standing.anchor().map(EventId::value).orElse("");
    List<String> pages = new ArrayList<>();
    boolean gone = false;
    MessagesPage page = as.messages(room, null, 'b', size);
    String from = page.start();
    while (true) {
      List<ObjectNode> newer = upTo(page, end);
      boolean found = !end.isEmpty() && contains(page, end);
      String next = page.end();
      gone |= pages.size() == LONG && isGone();
      if (found || next == null || (gone && isOld(newer))) {
        return new Way(pages, newer.reversed(), found, true);
      }
      if (pages.size() + 1 >= most) {
        return new Way(pages, newer.reversed(), false, false);
      }
      boolean unused = pages.add(from == null ? "" : from);
      if (pages.size() % LONG == 0) {
        alive.run();
      }
      from = next;
      page = as.messages(room, next, 'b', size);
    }
  }

  private static boolean contains(MessagesPage page, String end) {
    return page.chunk().stream().anyMatch(e -> e.path("event_id").asText().equals(end));
  }

  private static List<ObjectNode> upTo(MessagesPage page, String end) {
    List<ObjectNode> newer = new ArrayList<>();
    for (ObjectNode event : page.chunk()) {
      String id = event.path("event_id").asText();
      if (id.isEmpty()) {
        continue;
      }
      if (id.equals(end)) {
        return newer;
      }
      boolean unused = newer.add(event);
    }
    return newer;
  }

  /** Whether the homeserver does not show the anchor any more, so that no way leads there. */
  private boolean isGone() {
    Optional<EventId> anchor = standing.anchor();
    try {
      return anchor.isEmpty() || as.event(room, anchor.get()).isEmpty();
    } catch (MatrixException e) {
      if (e.mayResolve()) {
        throw e;
      }
      LOG.debug("the anchor of {} is not shown: {}", room, e.getMessage());
      return true;
    }
  }

  private boolean isOld(List<ObjectNode> events) {
    return sinceFollowed(events).isEmpty();
  }

  /** Those of some events that are no older than the following. */
  List<ObjectNode> sinceFollowed(List<ObjectNode> events) {
    long since = standing.since().toEpochMilli();
    return events.stream().filter(e -> e.path("origin_server_ts").asLong() >= since).toList();
  }

  /** The events of a page, the oldest first. */
  List<ObjectNode> page(String from) {
    @Nullable String token = from.isEmpty() ? null : from;
    return upTo(as.messages(room, token, 'b', size), "").reversed();
  }
}
