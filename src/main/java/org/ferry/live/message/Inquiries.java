package org.ferry.live.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
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
 * first time or that Ferry's own carrying has changed, what became of events that somebody else
 * took back, and whose the messages are that are edited and were never told. Who does not answer in
 * half a minute holds nobody up longer. For one thread.
 */
final class Inquiries {
  private static final Logger LOG = LoggerFactory.getLogger(Inquiries.class);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration AGAIN = Duration.ofMinutes(1);

  /** Who did not answer in time once is not waited for much the next time. */
  private static final Duration SECOND_TIME = Duration.ofSeconds(1);

  /** How long a room of which nothing is known waits to be told of. */
  static final Duration GIVEN_UP = Duration.ofMinutes(10);

  /** How long an edit waits for a homeserver that does not answer whose message it changes. */
  private static final Duration UNSAID = Duration.ofMinutes(2);

  /** How often a room is read while it is carried. */
  private static final Duration ANEW = Duration.ofSeconds(5);

  private static final int AT_ONCE = 8;
  private static final String REDACTION = "m.room.redaction";

  private final RoomReader reader;
  private final Echoes echoes;
  private final InstantSource clock;
  private final Map<RoomId, Instant> notBefore = new HashMap<>();
  private final Map<RoomId, Instant> unreadSince = new HashMap<>();
  private final Map<Place, Instant> unsaidSince = new ConcurrentHashMap<>();
  private final Set<RoomId> held = new HashSet<>();
  private final Set<RoomId> asking = ConcurrentHashMap.newKeySet();
  private final Map<RoomId, Answer> answers = new ConcurrentHashMap<>();

  Inquiries(RoomReader reader, Echoes echoes, InstantSource clock) {
    this.reader = reader;
    this.echoes = echoes;
    this.clock = clock;
  }

  /** A question and who asks it. */
  private record As<T>(T what, @Nullable UserId user) {}

  /** The state of a room, empty where it may not be read, and when it was asked for. */
  private record Answer(Optional<List<ObjectNode>> state, Instant asked) {}

  /**
   * Asks what the events of a batch need.
   *
   * @param events the batch
   * @param scene learns the rooms' state
   * @return events that were taken back or edited, as they are now
   */
  Map<Place, ObjectNode> ask(List<Event> events, Scene scene) throws InterruptedException {
    take(scene);
    held.clear();
    Set<Place> edited = new HashSet<>();
    Map<RoomId, As<RoomId>> rooms = new LinkedHashMap<>();
    Map<Place, As<Place>> places = new LinkedHashMap<>();
    Map<Place, String> batch = new HashMap<>();
    for (Event event : events) {
      RoomId room = event.release().room();
      UserId user = event.release().seenBy();
      if (outdated(room, scene.card(room).readAt()) && due(room)) {
        rooms.putIfAbsent(room, new As<>(room, user));
      }
      Optional<Place> asked =
          changed(event)
              .map(id -> new Place(room, id))
              .filter(place -> !speaks(event, batch.get(place)))
              .filter(place -> doubtful(event, scene.past(place)));
      if (asked.isPresent() && unread(room)) {
        boolean unused = held.add(room);
      } else {
        asked.ifPresent(place -> places.putIfAbsent(place, new As<>(place, user)));
        asked.filter(place -> !event.is(REDACTION)).ifPresent(edited::add);
      }
      if (!event.is(REDACTION)) {
        String unused =
            batch.put(new Place(room, event.release().event()), event.release().sender());
      }
    }
    Map<Place, ObjectNode> found = new ConcurrentHashMap<>();
    if (!rooms.isEmpty() || !places.isEmpty()) {
      await(rooms.values(), places.values(), found);
      rooms.keySet().forEach(room -> notBefore.put(room, clock.instant().plus(AGAIN)));
      take(scene);
      rooms.keySet().forEach(room -> unanswered(room, scene));
      edited.stream().filter(this::isUnsaid).map(Place::room).forEach(held::add);
    }
    return Map.copyOf(found);
  }

  /**
   * Whether what is told of a room now might be wrong, because its state was never read. A
   * homeserver that is slow or fails is asked again for ten minutes; then events have to speak for
   * themselves.
   */
  boolean waits(RoomId room) {
    return unread(room) || held.contains(room);
  }

  /** Whether the homeserver did not answer whose message an edit changes, for some minutes. */
  private boolean isUnsaid(Place place) {
    Instant since = unsaidSince.get(place);
    boolean waits = since != null && clock.instant().isBefore(since.plus(UNSAID));
    if (!waits) {
      Instant unused = unsaidSince.remove(place);
    }
    return waits;
  }

  private boolean unread(RoomId room) {
    Instant since = unreadSince.get(room);
    return since != null && clock.instant().isBefore(since.plus(GIVEN_UP));
  }

  private void unanswered(RoomId room, Scene scene) {
    if (scene.card(room).readAt() == null) {
      Instant unused = unreadSince.putIfAbsent(room, clock.instant());
    }
  }

  private void await(
      Collection<As<RoomId>> rooms, Collection<As<Place>> places, Map<Place, ObjectNode> found)
      throws InterruptedException {
    Semaphore slots = new Semaphore(AT_ONCE);
    long again = rooms.stream().filter(room -> unread(room.what())).count();
    CountDownLatch late = new CountDownLatch((int) again);
    CountDownLatch open = new CountDownLatch(rooms.size() - (int) again + places.size());
    rooms.forEach(room -> asking.add(room.what()));
    for (As<RoomId> room : rooms) {
      CountDownLatch latch = unread(room.what()) ? late : open;
      ask(slots, latch, "room=" + room.what(), () -> state(room));
    }
    places.forEach(place -> ask(slots, open, "event=" + place.what(), () -> event(place, found)));
    if (!open.await(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn("event=room_state_slow the homeserver has not answered for {} yet", LONGEST);
    }
    boolean unused = late.await(SECOND_TIME.toMillis(), TimeUnit.MILLISECONDS);
  }

  private boolean outdated(RoomId room, @Nullable Instant readAt) {
    return readAt == null || readAt.isBefore(echoes.last(room));
  }

  private boolean due(RoomId room) {
    Instant time = notBefore.get(room);
    return !asking.contains(room) && (time == null || !clock.instant().isBefore(time));
  }

  /** What an event takes back or edits. */
  private static Optional<EventId> changed(Event event) {
    if (event.stateKey() != null || event.release().kind() == Release.Kind.UNDECRYPTABLE) {
      return Optional.empty();
    }
    return event.is(REDACTION) ? event.redacts() : event.relatesBy("m.replace");
  }

  /**
   * Whether the sender of what an event changes, which stands in front of it, says if it counts.
   */
  private static boolean speaks(Event event, @Nullable String before) {
    return before != null && (!event.is(REDACTION) || before.equals(event.release().sender()));
  }

  /**
   * Whether what is known leaves open if an event counts. Who takes back what they said themselves
   * may; an edit counts by whose the message is.
   */
  private static boolean doubtful(Event event, @Nullable LiveMessage before) {
    return before == null
        || (event.is(REDACTION) && !before.sender().equals(event.release().sender()));
  }

  /** Takes in what was answered, if only after the question was not waited for any more. */
  private void take(Scene scene) {
    for (RoomId room : List.copyOf(answers.keySet())) {
      Answer answer = answers.remove(room);
      if (answer != null && scene.knows(room)) {
        notBefore.put(room, clock.instant().plus(ANEW));
        unreadSince.remove(room);
        scene.read(room, answer.state().orElse(null), answer.asked());
      }
    }
  }

  private void state(As<RoomId> room) {
    try {
      Instant asked = clock.instant();
      answers.put(room.what(), new Answer(reader.state(room.what(), room.user()), asked));
    } finally {
      asking.remove(room.what());
    }
  }

  private void event(As<Place> place, Map<Place, ObjectNode> found) {
    RoomId room = place.what().room();
    // Until there is an answer, there is none.
    Instant unused = unsaidSince.putIfAbsent(place.what(), clock.instant());
    reader
        .event(room, place.what().event(), place.user())
        .ifPresent(e -> found.put(place.what(), e));
    unused = unsaidSince.remove(place.what());
  }

  private static void ask(Semaphore slots, CountDownLatch open, String what, Runnable question) {
    Thread unused =
        Thread.ofVirtual()
            .name("inquiry")
            .start(() -> {
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
              } finally {
                open.countDown();
              }
            });
  }
}
