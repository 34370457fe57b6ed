package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.ferry.id.RoomId;
import org.ferry.live.Typing;
import org.ferry.matrix.event.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands who types to the sockets of those who may read the room. Of each room only the newest
 * counts, so that what is slow here never grows. Safe for use by many threads.
 */
final class Typists {
  private static final Logger LOG = LoggerFactory.getLogger(Typists.class);
  private static final int MOST_ROOMS = 1_000;

  private final View view;
  private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
  private final Lock lock = new ReentrantLock();
  private final Map<RoomId, Typing.Typed> waiting = new LinkedHashMap<>();
  private boolean handing;

  /** A socket. */
  interface Listener {
    /** Who listens. */
    Caller caller();

    /** Takes a frame, or drops it; does not wait. */
    void typing(ObjectNode frame);
  }

  Typists(View view) {
    this.view = view;
  }

  void add(Listener listener) {
    boolean unused = listeners.add(listener);
  }

  void remove(Listener listener) {
    boolean unused = listeners.remove(listener);
  }

  /** Notes who types; handed out on a thread of its own, since looking up who may see it blocks. */
  void told(Typing.Typed typed) {
    if (listeners.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      if (waiting.size() < MOST_ROOMS || waiting.containsKey(typed.room())) {
        Typing.Typed unused = waiting.put(typed.room(), typed);
      }
      if (!handing) {
        handing = true;
        Thread unused = Thread.ofVirtual().name("typing").start(this::hand);
      }
    } finally {
      lock.unlock();
    }
  }

  private List<Typing.Typed> next() {
    lock.lock();
    try {
      List<Typing.Typed> all = new ArrayList<>(waiting.values());
      waiting.clear();
      handing = !all.isEmpty();
      return all;
    } finally {
      lock.unlock();
    }
  }

  private void hand() {
    for (List<Typing.Typed> all = next(); !all.isEmpty(); all = next()) {
      for (Typing.Typed typed : all) {
        listeners.forEach(listener -> hand(listener, typed));
      }
    }
  }

  private void hand(Listener listener, Typing.Typed typed) {
    try {
      if (view.seesAllOf(listener.caller(), typed.room())) {
        listener.typing(frame(typed));
      }
    } catch (RuntimeException e) {
      // reason: who may read cannot be said now; typing that comes late helps nobody.
      LOG.debug("event=typing_lost {}", e.toString());
    }
  }

  private static ObjectNode frame(Typing.Typed typed) {
    ObjectNode frame = Json.object().put("type", "typing");
    ObjectNode data = frame.putObject("data");
    data.putObject("room").put("id", typed.room().value());
    ArrayNode users = data.putArray("users");
    typed.users().forEach(users::add);
    return frame;
  }
}
