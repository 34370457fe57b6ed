package org.ferry.migrate.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.Place;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Lookups;
import org.ferry.model.AccountDatum;
import org.ferry.model.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * How far a person had read each room: the read marker and their receipts, private ones private.
 * Where the last event read was not carried, the one before it counts.
 */
final class ReadMarks {
  private static final String FULLY = "m.fully_read";
  private static final Set<String> TYPES = Set.of("m.read", "m.read.private");
  private static final String THREADS = "threads";

  private final Voyage voyage;
  private final Lookups lookups;
  private final Map<RoomId, Plan.PlanRoom> rooms;

  ReadMarks(Voyage voyage, Lookups lookups) {
    this.voyage = voyage;
    this.lookups = lookups;
    this.rooms = voyage.plan().roomsById();
  }

  /** One wish for each room that the person had read anything of and that was made for it. */
  List<Wish> of(Plan.PlanPerson person, List<AccountDatum> data) {
    Map<RoomId, ObjectNode> marks = new TreeMap<>();
    for (AccountDatum datum : data) {
      RoomId room = datum.room();
      if (room != null && datum.type().equals(FULLY) && isNew(room)) {
        fully(datum).flatMap(e -> upTo(room, e)).ifPresent(e -> at(marks, room).put(FULLY, e));
      }
    }
    for (Receipt receipt : voyage.sources().receipts(voyage.source().id(), person.id())) {
      if (TYPES.contains(receipt.type()) && isNew(receipt.room())) {
        receipt(receipt, marks);
      }
    }
    List<Wish> wishes = new ArrayList<>();
    UserId target = person.target();
    marks.forEach((old, mark) -> {
      if (target != null && lookups.room(old) instanceof Lookups.RoomFate.Carried room) {
        wishes.add(wish(old, room.target(), mark));
      }
    });
    return wishes;
  }

  /** The rooms of which the person had read something, whether that was carried yet or not. */
  Set<RoomId> rooms(Plan.PlanPerson person, List<AccountDatum> data) {
    Set<RoomId> read = new TreeSet<>();
    for (AccountDatum datum : data) {
      RoomId room = datum.room();
      if (room != null && datum.type().equals(FULLY) && fully(datum).isPresent()) {
        read.add(room);
      }
    }
    voyage.sources().receipts(voyage.source().id(), person.id()).stream()
        .filter(r -> TYPES.contains(r.type()))
        .forEach(r -> read.add(r.room()));
    read.removeIf(r -> !isNew(r));
    return read;
  }

  /** A room that was there before keeps what the person has read of it since. */
  private boolean isNew(RoomId old) {
    Plan.PlanRoom plan = rooms.get(old);
    return plan != null && plan.action() == Plan.RoomAction.CREATE;
  }

  private static ObjectNode at(Map<RoomId, ObjectNode> marks, RoomId room) {
    return marks.computeIfAbsent(room, r -> Json.object());
  }

  private static Optional<EventId> fully(AccountDatum datum) {
    try {
      return EventId.parse(Json.parseObject(datum.content()).path("event_id").asText(""));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Optional<String> upTo(RoomId room, EventId event) {
    return voyage.ledger().settings().upTo(voyage.id(), room, event).map(EventId::value);
  }

  private void receipt(Receipt receipt, Map<RoomId, ObjectNode> marks) {
    String thread = receipt.thread();
    if (thread == null) {
      upTo(receipt.room(), receipt.event())
          .ifPresent(e -> at(marks, receipt.room()).put(receipt.type(), e));
      return;
    }
    // A thread takes only events of its own: there is no other that could stand for one.
    Optional<String> event = exactly(receipt.event());
    Optional<String> root =
        thread.equals("main") || !thread.startsWith("$")
            ? Optional.of(thread)
            : EventId.parse(thread).flatMap(this::exactly);
    if (event.isPresent() && root.isPresent()) {
      at(marks, receipt.room())
          .withObjectProperty(THREADS)
          .withObjectProperty(receipt.type())
          .put(root.get(), event.get());
    }
  }

  private Optional<String> exactly(EventId old) {
    return lookups.event(old) instanceof Lookups.LinkFate.Carried c
        ? Optional.of(c.target().value())
        : Optional.empty();
  }

  private Wish wish(RoomId old, RoomId target, ObjectNode mark) {
    return Wish.of("read", old.value(), Json.canonical(mark), new Marks(target));
  }

  /** The marks of a room; servers move them forwards only, so they can always be set. */
  private final class Marks implements Spot {
    private final RoomId room;

    Marks(RoomId room) {
      this.room = room;
    }

    @Override
    public boolean adds() {
      return true;
    }

    @Override
    public Optional<String> found(Present present, String wanted) {
      return Optional.of(Json.canonical(reached(present, room, Json.parseObject(wanted))));
    }

    @Override
    public void put(Intent owner, String value) {
      set(owner, room, Json.parseObject(value));
    }

    @Override
    public ObjectNode json() {
      return Json.object().put("kind", "read").put("room", room.value());
    }
  }

  private static void set(Intent owner, RoomId room, ObjectNode mark) {
    ObjectNode plain = mark.deepCopy();
    JsonNode threads = plain.remove(THREADS);
    if (!plain.isEmpty()) {
      owner.preferences().readMarkers(room, plain);
    }
    if (threads == null) {
      return;
    }
    for (Map.Entry<String, JsonNode> type : threads.properties()) {
      for (Map.Entry<String, JsonNode> read : type.getValue().properties()) {
        EventId event = new EventId(read.getValue().asText());
        owner.preferences().receipt(room, type.getKey(), event, read.getKey());
      }
    }
  }

  /** The wished marks as far as they are reached: who has read on since has reached them too. */
  private ObjectNode reached(Present present, RoomId room, ObjectNode mark) {
    ObjectNode reached = Json.object();
    ObjectNode receipts = present.receipts(room);
    for (Map.Entry<String, JsonNode> wanted : mark.properties()) {
      if (wanted.getKey().equals(THREADS)) {
        threads(wanted.getValue(), receipts, reached);
        continue;
      }
      String event = wanted.getValue().asText();
      String found =
          wanted.getKey().equals(FULLY)
              ? present.accountData(room, FULLY).map(c -> c.path("event_id").asText("")).orElse("")
              : furthest(receipts, wanted.getKey(), null, event);
      if (!found.isEmpty()) {
        reached.put(wanted.getKey(), isFurther(found, event) ? event : found);
      }
    }
    return reached;
  }

  private void threads(JsonNode wanted, ObjectNode receipts, ObjectNode reached) {
    for (Map.Entry<String, JsonNode> type : wanted.properties()) {
      for (Map.Entry<String, JsonNode> read : type.getValue().properties()) {
        String event = read.getValue().asText();
        String found = furthest(receipts, type.getKey(), read.getKey(), event);
        if (!found.isEmpty()) {
          reached
              .withObjectProperty(THREADS)
              .withObjectProperty(type.getKey())
              .put(read.getKey(), isFurther(found, event) ? event : found);
        }
      }
    }
  }

  /** Where a receipt stands; at one event servers show only one of a person's receipts. */
  private String furthest(
      ObjectNode receipts, String type, @Nullable String thread, String wanted) {
    String best = receipts.path(wanted).has(type) ? wanted : "";
    for (Map.Entry<String, JsonNode> at : receipts.properties()) {
      JsonNode receipt = at.getValue().path(type);
      String of = receipt.path("thread_id").textValue();
      if (!receipt.isMissingNode()
          && java.util.Objects.equals(of, thread)
          && (best.isEmpty() || isFurther(at.getKey(), best))) {
        best = at.getKey();
      }
    }
    return best;
  }

  /** Whether one event of the destination stands behind another, or is it. */
  private boolean isFurther(String event, String than) {
    if (event.equals(than)) {
      return true;
    }
    Optional<Place> place = place(event);
    Optional<Place> other = place(than);
    // What was not carried was written after the history.
    return place.isEmpty() || (other.isPresent() && place.get().compareTo(other.get()) >= 0);
  }

  private Optional<Place> place(String target) {
    return voyage
        .ledger()
        .origin(voyage.id(), new EventId(target))
        .flatMap(old -> voyage.ledger().fate(voyage.id(), old))
        .map(EventFate::event)
        .map(e -> new Place(e.depth(), e.stream()));
  }
}
