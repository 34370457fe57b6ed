package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.LedgerEvent;
import org.ferry.migrate.Place;
import org.ferry.migrate.Settled;
import org.ferry.migrate.rewrite.Lookups.LinkFate;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.migrate.rewrite.Placeholder;
import org.ferry.migrate.rewrite.Rewriter;
import org.jspecify.annotations.Nullable;

/**
 * Resolves doubt by looking: what a run that died may have sent is searched in the room by its
 * mark, from the newest event back to the last one that is known to have arrived. What is not there
 * waits again. So is what the homeserver failed on in an earlier run, back to what stood before it:
 * it remembers requests for a day, and Ferry may come later.
 */
final class Doubts {
  /** Why a redaction was merged with another one of the same event. */
  static final String TAKEN_BACK = "taken back already";

  private static final int PAGE = 100;
  private static final int KNOWN = 50;

  private final Voyage voyage;
  private final Cast cast;
  private final LedgerLookups lookups;
  private final Readers readers;

  Doubts(Voyage voyage, Cast cast, LedgerLookups lookups) {
    this.voyage = voyage;
    this.cast = cast;
    this.lookups = lookups;
    this.readers = new Readers(voyage);
  }

  /**
   * Settles every event of a room that is in doubt.
   *
   * @param room its row; who made it reads it, or who is still in it
   */
  void resolve(CarriedRoom room) {
    RoomId old = room.old();
    RoomId target = room.target();
    List<LedgerEvent> doubtful = voyage.ledger().doubtful(voyage.id(), old);
    if (doubtful.isEmpty() || target == null) {
      return;
    }
    Intent reader = readers.of(room, target);
    Map<String, LedgerEvent> byWord = new HashMap<>();
    doubtful.forEach(e -> byWord.put(voyage.origin().wordOf(e.event().id().value()), e));
    Set<EventId> placeholders = new HashSet<>();
    Set<EventId> standIns = new HashSet<>();
    Set<Long> inPlace = new HashSet<>();
    Map<Long, EventId> found =
        search(old, target, reader, byWord, new Kinds(placeholders, standIns, inPlace));
    doubtful.forEach(e -> emptied(e, doubtful, found, reader, target));
    Place furthest = voyage.ledger().furthest(voyage.id(), old).orElse(null);
    Set<EventId> taken = new HashSet<>();
    List<Settled> settled = new ArrayList<>();
    List<Long> absent = new ArrayList<>();
    for (LedgerEvent event : doubtful) {
      EventId id = found.get(event.key());
      if (id == null) {
        id = redactionOf(event, target, reader).orElse(null);
      }
      if (id == null) {
        absent.add(event.key());
      } else {
        Place after = inPlace.contains(event.key()) ? null : furthest;
        Settled arrived = arrived(event, id, after, taken.add(id));
        Settled noted = standIns.contains(id) ? StandIn.note(arrived) : arrived;
        settled.add(noted(noted, placeholders.contains(id)));
      }
    }
    RoomReplay.committed(voyage.ledger().settle(voyage.id(), settled));
    voyage.ledger().release(voyage.id(), absent);
  }

  /** A dated redaction takes the mark of what it empties; it names it instead. */
  private void emptied(
      LedgerEvent redaction,
      List<LedgerEvent> doubtful,
      Map<Long, EventId> found,
      Intent reader,
      RoomId target) {
    EventId id = found.get(redaction.key());
    EventId redacts = redaction.event().redacts();
    if (id == null || redacts == null) {
      return;
    }
    for (LedgerEvent stub : doubtful) {
      if (stub.event().id().equals(redacts) && !found.containsKey(stub.key())) {
        whatItEmpties(id, reader, target).ifPresent(at -> found.put(stub.key(), at));
      }
    }
  }

  private static Optional<EventId> whatItEmpties(EventId redaction, Intent reader, RoomId target) {
    return reader
        .event(target, redaction)
        .map(r -> r.path("content").path("redacts").asText(r.path("redacts").asText("")))
        .filter(id -> id.startsWith("$"))
        .map(EventId::new);
  }

  /** As it would have been noted had the answer come: late where later events had arrived. */
  private Settled arrived(LedgerEvent event, EventId id, @Nullable Place furthest, boolean first) {
    // Whether it went before or after it was taken back is not known: taking back twice is safe.
    lookups.know(event.event().id(), LinkFate.Carried.of(event.event(), id, false));
    boolean known = !first || voyage.ledger().origin(voyage.id(), id).isPresent();
    if (known) {
      return new Settled(event.key(), EventState.MERGED, id, TAKEN_BACK, false, null);
    }
    boolean last = Rewriter.comesLast(event.event());
    boolean late = !last && furthest != null && event.place().compareTo(furthest) < 0;
    return new Settled(
        event.key(), EventState.CARRIED, id, null, late, last ? RoomReplay.LAST : null);
  }

  private static Settled noted(Settled settled, boolean placeholder) {
    return placeholder ? RoomReplay.with(settled, Placeholder.NOTE) : settled;
  }

  /**
   * What was noticed on the way.
   *
   * @param placeholders events that stand for what could not be decrypted
   * @param standIns events that somebody else sent in their sender's stead
   * @param inPlace of what was looked for, what stands before events that follow it
   */
  private record Kinds(Set<EventId> placeholders, Set<EventId> standIns, Set<Long> inPlace) {}

  /** Events that are known to have arrived, at which a search may end. */
  private Set<EventId> known(RoomId old) {
    Set<EventId> known = new HashSet<>();
    voyage
        .ledger()
        .failedBefore(voyage.id(), old)
        .map(place -> voyage.ledger().lastCarried(voyage.id(), old, place, KNOWN))
        .orElseGet(() -> voyage.ledger().lastCarried(voyage.id(), old, KNOWN))
        .forEach(fate -> Optional.ofNullable(fate.target()).ifPresent(known::add));
    return known;
  }

  /** The newest of what has arrived, with where it stood. */
  private Map<EventId, Place> newest(RoomId old) {
    Map<EventId, Place> newest = new HashMap<>();
    for (EventFate fate : voyage.ledger().lastCarried(voyage.id(), old, KNOWN)) {
      EventId target = fate.target();
      if (target != null && !fate.late()) {
        newest.put(target, new Place(fate.event().depth(), fate.event().stream()));
      }
    }
    return newest;
  }

  private Map<Long, EventId> search(
      RoomId old, RoomId target, Intent reader, Map<String, LedgerEvent> byWord, Kinds kinds) {
    Set<EventId> known = known(old);
    Map<EventId, Place> newest = newest(old);
    Place passed = null;
    Map<Long, EventId> found = new HashMap<>();
    Backwards timeline = new Backwards(reader, target, PAGE);
    List<ObjectNode> page = timeline.page();
    while (!page.isEmpty()) {
      int seen = 0;
      for (ObjectNode there : page) {
        EventId id = new EventId(there.path("event_id").asText());
        seen += known.contains(id) ? 1 : 0;
        Optional<LedgerEvent> ours = match(there, byWord, reader.user());
        Place here = newest.get(id);
        if (here != null && (passed == null || here.compareTo(passed) > 0)) {
          passed = here;
        }
        if (ours.isPresent()) {
          LedgerEvent event = ours.get();
          EventId unused = found.putIfAbsent(event.key(), id);
          if (passed != null && passed.compareTo(event.place()) > 0) {
            boolean unusedNew = kinds.inPlace().add(event.key());
          }
        }
        if (ours.filter(e -> StandIn.is(there, cast.target(e.event().sender()))).isPresent()) {
          boolean unused = kinds.standIns().add(id);
        }
        if (Placeholder.is(there.path("content"))) {
          boolean unused = kinds.placeholders().add(id);
        }
      }
      // Requests that were under way when a run died can land behind a known event, by one step.
      boolean enough = seen == page.size() || seen > 10;
      page = enough ? List.of() : timeline.page();
    }
    return found;
  }

  /** A mark counts only in an event of the person who was to send it, or of who helps them. */
  private Optional<LedgerEvent> match(
      JsonNode event, Map<String, LedgerEvent> byWord, UserId actor) {
    JsonNode content = event.path("content");
    String sender = event.path("sender").asText("");
    return voyage
        .origin()
        .word(content)
        .map(byWord::get)
        .filter(e -> Origin.isHelper(content) == e.event().isPrior())
        .filter(e ->
            sender.equals(actor.value())
                || cast.target(e.event().sender())
                    .filter(t -> t.value().equals(sender))
                    .isPresent());
  }

  /** An undated redaction bears no mark; what it took back says that it arrived. */
  private Optional<EventId> redactionOf(LedgerEvent event, RoomId target, Intent reader) {
    EventId redacts = event.event().redacts();
    EventId carried = redacts == null ? null : targetOf(redacts);
    if (carried == null) {
      return Optional.empty();
    }
    try {
      return reader
          .event(target, carried)
          .map(e -> e.path("unsigned").path("redacted_because").path("event_id").asText(""))
          .filter(id -> id.startsWith("$"))
          .map(EventId::new);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private @Nullable EventId targetOf(EventId old) {
    return lookups.event(old) instanceof LinkFate.Carried c ? c.target() : null;
  }
}
