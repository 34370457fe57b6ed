package org.ferry.live.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.events.Echoes;
import org.ferry.live.message.Narration.Place;
import org.ferry.matrix.client.HomeserverFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What homeservers are asked before a batch is told: the state of rooms that are told of for the
 * first time or that Ferry's own carrying has changed, and what became of events that somebody else
 * took back. Who does not answer in half a minute holds nobody up longer: it is told without, and
 * asked again later. For one thread.
 */
final class Inquiries {
  private static final Logger LOG = LoggerFactory.getLogger(Inquiries.class);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration AGAIN = Duration.ofMinutes(1);

  /** How often a room is read while it is carried. */
  private static final Duration ANEW = Duration.ofSeconds(5);

  private static final int AT_ONCE = 8;

  private final RoomReader reader;
  private final Echoes echoes;
  private final InstantSource clock;
  private final Map<RoomId, Instant> notBefore = new HashMap<>();

  Inquiries(RoomReader reader, Echoes echoes, InstantSource clock) {
    this.reader = reader;
    this.echoes = echoes;
    this.clock = clock;
  }

  /** A question and who asks it. */
  private record As<T>(T what, @Nullable UserId user) {}

  /**
   * Asks what the events of a batch need.
   *
   * @param events the batch
   * @param scene learns the rooms' state
   * @return taken-back events as they are now
   */
  Map<Place, ObjectNode> ask(List<Event> events, Scene scene) throws InterruptedException {
    Map<RoomId, As<RoomId>> rooms = new LinkedHashMap<>();
    Map<Place, As<Place>> places = new LinkedHashMap<>();
    for (Event event : events) {
      RoomId room = event.release().room();
      UserId user = event.release().seenBy();
      if (outdated(room, scene.card(room).readAt()) && due(room)) {
        rooms.putIfAbsent(room, new As<>(room, user));
      }
      if (event.is("m.room.redaction")) {
        event
            .redacts()
            .map(id -> new Place(room, id))
            .filter(place -> foreign(event, scene.past(place)))
            .ifPresent(place -> places.putIfAbsent(place, new As<>(place, user)));
      }
    }
    if (rooms.isEmpty() && places.isEmpty()) {
      return Map.of();
    }
    Map<RoomId, Optional<List<ObjectNode>>> states = new ConcurrentHashMap<>();
    Map<Place, ObjectNode> found = new ConcurrentHashMap<>();
    Semaphore slots = new Semaphore(AT_ONCE);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      rooms.values().forEach(room -> threads.execute(() -> state(slots, room, states)));
      places.values().forEach(place -> threads.execute(() -> event(slots, place, found)));
      threads.shutdown();
      boolean all = threads.awaitTermination(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
      if (!all) {
        LOG.warn("event=room_state_slow the homeserver is asked again later");
      }
    } finally {
      threads.shutdownNow();
    }
    take(rooms.keySet(), Map.copyOf(states), scene);
    return Map.copyOf(found);
  }

  private boolean outdated(RoomId room, @Nullable Instant readAt) {
    return readAt == null || readAt.isBefore(echoes.last(room));
  }

  private boolean due(RoomId room) {
    Instant time = notBefore.get(room);
    return time == null || !clock.instant().isBefore(time);
  }

  /** Who takes back what they said themselves may. */
  private static boolean foreign(Event redaction, @Nullable LiveMessage before) {
    return before == null || !before.sender().equals(redaction.release().sender());
  }

  private void take(
      Iterable<RoomId> rooms, Map<RoomId, Optional<List<ObjectNode>>> states, Scene scene) {
    for (RoomId room : rooms) {
      Optional<List<ObjectNode>> state = states.get(room);
      if (state == null) {
        notBefore.put(room, clock.instant().plus(AGAIN));
      } else {
        notBefore.put(room, clock.instant().plus(ANEW));
        scene.read(room, state.orElse(null), clock.instant());
      }
    }
  }

  private void state(
      Semaphore slots, As<RoomId> room, Map<RoomId, Optional<List<ObjectNode>>> states) {
    inTurn(
        slots,
        "room=" + room.what(),
        () -> {
          Optional<List<ObjectNode>> state = reader.state(room.what(), room.user());
          states.put(room.what(), state);
        });
  }

  private void event(Semaphore slots, As<Place> place, Map<Place, ObjectNode> found) {
    RoomId room = place.what().room();
    EventId event = place.what().event();
    inTurn(
        slots,
        "room=" + room + " id=" + event,
        () -> reader.event(room, event, place.user()).ifPresent(e -> found.put(place.what(), e)));
  }

  private static void inTurn(Semaphore slots, String what, Runnable question) {
    try {
      slots.acquire();
      try {
        question.run();
      } finally {
        slots.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (HomeserverFailure e) {
      LOG.warn("event=room_state_unread {} {}", what, e.getMessage());
    }
  }
}
