package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.id.RoomId;
import org.ferry.live.Typing;
import org.ferry.live.TypingRelay;
import org.ferry.matrix.event.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands who types to the sockets of those who may read the room, as far as it is still so. Safe for
 * use by many threads.
 */
final class Typists {
  private static final Logger LOG = LoggerFactory.getLogger(Typists.class);

  private final View view;
  private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
  private final InstantSource clock;
  private final TypingRelay relay;

  /** A socket. */
  interface Listener {
    /** Who listens. */
    Caller caller();

    /** Takes a frame, or drops it; does not wait. */
    void typing(ObjectNode frame);
  }

  Typists(View view, InstantSource clock) {
    this.view = view;
    this.clock = clock;
    this.relay = new TypingRelay(clock, 1, some -> some.forEach(this::hand));
  }

  void add(Listener listener) {
    boolean unused = listeners.add(listener);
  }

  void remove(Listener listener) {
    boolean unused = listeners.remove(listener);
  }

  /** Notes who types; handed out on another thread, since looking up who may see it blocks. */
  void told(Typing.Typed typed) {
    if (!listeners.isEmpty()) {
      relay.put(typed);
    }
  }

  private void hand(TypingRelay.Heard heard) {
    RoomId room = heard.typed().room();
    List<Listener> all = List.copyOf(listeners);
    // The same for all of them, and looked up now: a room may turn out to be bridged.
    Optional<String> network =
        all.stream().allMatch(l -> l.caller().networks().isEmpty())
            ? Optional.empty()
            : view.network(room);
    ObjectNode frame = frame(heard.typed());
    for (Listener listener : all) {
      // Looking up who is in the room may take long.
      if (!heard.stands(clock.instant())) {
        return;
      }
      if (sees(listener.caller(), room, network) && heard.stands(clock.instant())) {
        listener.typing(frame);
      }
    }
  }

  private boolean sees(Caller caller, RoomId room, Optional<String> network) {
    try {
      return (caller.networks().isEmpty() || network.filter(caller::seesNetwork).isPresent())
          && view.seesRoom(caller, room);
    } catch (RuntimeException e) {
      // reason: who may read cannot be said now; typing that comes late helps nobody.
      LOG.debug("event=typing_lost {}", e.toString());
      return false;
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
