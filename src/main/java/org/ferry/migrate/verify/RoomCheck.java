package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.Place;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.migrate.rewrite.Rewriter;
import org.ferry.migrate.rewrite.RoomContext;
import org.jspecify.annotations.Nullable;

/**
 * Walks a room of the destination and the ledger side by side: every carried event must stand there
 * once, in order, as it should be. Events carried late, or last on purpose, are compared wherever
 * they stand.
 */
final class RoomCheck {
  private final Voyage voyage;
  private final RoomId old;
  private final EventCheck check;
  private final Findings findings;
  private final Map<EventId, EventFate> anywhere = new HashMap<>();
  private final Set<EventId> passedOver = new HashSet<>();
  private @Nullable Iterator<EventFate> expected;
  private @Nullable EventFate head;
  private long carried;
  private long found;
  private long late;
  private long skipped;

  RoomCheck(Voyage voyage, RoomId old, Rewriter rewriter, RoomContext context, Findings findings) {
    this.voyage = voyage;
    this.old = old;
    this.findings = findings;
    this.check = new EventCheck(rewriter, context, findings);
  }

  long carried() {
    return carried;
  }

  long found() {
    return found;
  }

  long late() {
    return late;
  }

  long skipped() {
    return skipped;
  }

  /** Compares the whole room. */
  void run(Intent reader, RoomId target) {
    count();
    try (Stream<EventFate> fates = voyage.ledger().fates(voyage.id(), old)) {
      expected = fates.filter(f -> f.state() == EventState.CARRIED && inOrder(f)).iterator();
      advance();
      Timeline timeline = new Timeline(reader, target);
      while (timeline.hasNext()) {
        one(timeline.next());
      }
      while (head != null) {
        missing(head);
        advance();
      }
    }
    anywhere.values().forEach(this::missing);
    passedOver.forEach(id -> findings.add("count", id.value(), "one event", null));
  }

  private void count() {
    try (Stream<EventFate> fates = voyage.ledger().fates(voyage.id(), old)) {
      fates.forEach(this::count);
    }
  }

  private void count(EventFate fate) {
    switch (fate.state()) {
      case CARRIED -> {
        carried++;
        late += fate.late() ? 1 : 0;
        if (!inOrder(fate) && fate.target() != null) {
          anywhere.put(fate.target(), fate);
        }
      }
      case SKIPPED, MERGED -> skipped++;
      case FAILED -> findings.add("failed", fate.event().id().value(), "carried", fate.reason());
      case WAITING, DOUBT ->
          findings.add("waiting", fate.event().id().value(), "carried", "not carried yet");
    }
  }

  private static boolean inOrder(EventFate fate) {
    String repairs = fate.repairs();
    return !fate.late() && (repairs == null || !repairs.contains("sent last"));
  }

  private void advance() {
    head = expected != null && expected.hasNext() ? expected.next() : null;
  }

  private void one(ObjectNode event) {
    EventId id = new EventId(event.path("event_id").asText());
    EventFate next = head;
    if (next != null && id.equals(next.target())) {
      found++;
      check.check(next, event);
      advance();
      return;
    }
    EventFate loose = anywhere.remove(id);
    if (loose != null) {
      found++;
      check.check(loose, event);
      return;
    }
    if (isOurs(event)) {
      outOfOrder(id, event);
    }
  }

  private boolean isOurs(ObjectNode event) {
    return !Origin.isHelper(event.path("content"))
        && !event.path("type").asText("").equals("m.room.create")
        && voyage.origin().word(event.path("content")).isPresent();
  }

  /** An event of ours that is not the next one: some are missing, or this one stands wrong. */
  private void outOfOrder(EventId id, ObjectNode event) {
    Optional<EventFate> fate =
        voyage.ledger().origin(voyage.id(), id).flatMap(o -> voyage.ledger().fate(voyage.id(), o));
    if (fate.isEmpty()) {
      findings.add(
          "unexpected", id.value(), null, "an event of ours that the ledger does not know");
      return;
    }
    Place place = place(fate.get());
    if (head == null || place.compareTo(place(head)) < 0) {
      passedOver.remove(fate.get().event().id());
      found++;
      findings.add("order", fate.get().event().id().value(), "its place", "after later events");
      check.check(fate.get(), event);
      return;
    }
    while (head != null && !id.equals(head.target())) {
      passedOver.add(head.event().id());
      advance();
    }
    if (head != null) {
      found++;
      check.check(head, event);
      advance();
    }
  }

  private void missing(EventFate fate) {
    findings.add("count", fate.event().id().value(), "one event", null);
  }

  private static Place place(EventFate fate) {
    return new Place(fate.event().depth(), fate.event().stream());
  }
}
