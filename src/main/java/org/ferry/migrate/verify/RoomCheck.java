package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.migrate.CrossingLedger.RoomProgress;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.Place;
import org.ferry.migrate.replay.Timeline;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.migrate.verify.Difference.Kind;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/**
 * Walks a room of the destination and the ledger side by side, both ways: every carried event must
 * stand there once, in order, as it should be; and whatever Ferry's users wrote there must be in
 * the ledger. Events carried late, or last on purpose, are compared wherever they stand.
 *
 * <p>Holds a page of each side, and eight bytes for each event that stands out of order.
 */
final class RoomCheck {
  /** How often the end of a room is read again while a migration goes on writing there. */
  private static final int ROUNDS = 3;

  /** Beyond so many differences it is not asked any more whether the server hides an event. */
  private static final int ASKED = 100;

  private final Voyage voyage;
  private final RoomId old;
  private final EventCheck check;
  private final Strangers strangers;
  private final Findings findings;
  private final Suspects suspects;
  private final Map<String, Long> leftOut = new TreeMap<>();
  private final Keys elsewhere = new Keys();
  private final Keys passedOver = new Keys();
  private @Nullable Iterator<EventFate> expected;
  private @Nullable EventFate head;
  private @Nullable Place last;
  private long loose;
  private long carried;
  private long found;
  private long late;
  private long messages;
  private long failed;
  private long waiting;
  private long since;
  private boolean moving;

  RoomCheck(
      Voyage voyage,
      RoomId old,
      EventCheck check,
      Strangers strangers,
      Suspects suspects,
      Findings findings) {
    this.voyage = voyage;
    this.old = old;
    this.check = check;
    this.strangers = strangers;
    this.suspects = suspects;
    this.findings = findings;
  }

  /**
   * How many events of each sort a room has.
   *
   * @param carried events that the ledger says were carried
   * @param found of these, events that stand there
   * @param late of these, events carried after events that follow them
   * @param messages of the found ones, messages that were not taken back
   * @param leftOut events left out by rule, or the same as others, by the rule
   * @param failed events that could not be carried
   * @param waiting events without an outcome
   * @param since messages that people wrote there themselves
   */
  record Counts(
      long carried,
      long found,
      long late,
      long messages,
      Map<String, Long> leftOut,
      long failed,
      long waiting,
      long since) {
    /** Of a room that no run has begun. */
    static Counts waiting(long events) {
      return new Counts(0, 0, 0, 0, Map.of(), 0, events, 0);
    }

    /** Of a room that could not be read, by the ledger. */
    static Counts told(RoomProgress p) {
      long out = p.skipped() + p.merged();
      Map<String, Long> leftOut = out == 0 ? Map.of() : Map.of("by rule", out);
      return new Counts(
          p.carried(), 0, p.late(), 0, leftOut, p.failed(), p.waiting() + p.doubt(), 0);
    }
  }

  /** Compares the whole room. */
  Counts run(Intent reader, RoomId target) {
    try (Stream<EventFate> fates = voyage.ledger().fates(voyage.id(), old)) {
      expected = fates.filter(this::counted).iterator();
      advance();
      Timeline timeline = new Timeline(reader, target);
      timeline.forEachRemaining(this::one);
      // While a migration runs, the ledger's next page is newer than the timeline's last one.
      for (int i = 0; i < ROUNDS && head != null && timeline.resume(); i++) {
        moving = true;
        timeline.forEachRemaining(this::one);
      }
      while (head != null) {
        passedOver.add(head.key());
        advance();
      }
    }
    if (passedOver.size() > 0 || loose > elsewhere.size()) {
      nameMissing(reader, target);
    }
    return new Counts(carried, found, late, messages, leftOut, failed, waiting, since);
  }

  /** Counts an event of the ledger; true where it should stand in its order. */
  private boolean counted(EventFate fate) {
    switch (fate.state()) {
      case CARRIED -> {
        carried++;
        late += fate.late() ? 1 : 0;
        boolean ordered = Order.inOrder(fate);
        loose += ordered ? 0 : 1;
        return ordered;
      }
      case SKIPPED, MERGED -> {
        String why = fate.reason();
        long unused = leftOut.merge(why == null ? "by rule" : why, 1L, Long::sum);
      }
      case FAILED -> {
        failed++;
        findings.add(Kind.FAILED, id(fate), "carried", fate.reason());
      }
      case WAITING, DOUBT -> {
        waiting++;
        findings.add(Kind.WAITING, id(fate), "carried", null);
      }
    }
    return false;
  }

  private void advance() {
    if (head != null) {
      last = Order.place(head);
    }
    head = expected != null && expected.hasNext() ? expected.next() : null;
  }

  private void one(ObjectNode event) {
    EventFate next = head;
    EventId id = new EventId(event.path("event_id").asText());
    suspects.passing(event);
    if (next != null && id.equals(next.target())) {
      matched(next, event);
      advance();
    } else if (strangers.mayBeOurs(event)) {
      known(id).ifPresentOrElse(fate -> elsewhere(fate, event), () -> unknown(event));
    } else {
      since += event.has("state_key") || Origin.isHelper(event.path("content")) ? 0 : 1;
    }
  }

  private void unknown(ObjectNode event) {
    if (strangers.isPeoples(event)) {
      since += event.has("state_key") ? 0 : 1;
    } else {
      strangers.meet(event, found == 0);
    }
  }

  private Optional<EventFate> known(EventId target) {
    return voyage
        .ledger()
        .origin(voyage.id(), target)
        .flatMap(o -> voyage.ledger().fate(voyage.id(), o))
        .filter(f -> f.event().room().equals(old));
  }

  private void matched(EventFate fate, ObjectNode event) {
    found++;
    messages += isMessage(fate.event()) ? 1 : 0;
    suspects.ours();
    check.check(fate, event);
  }

  /** An event of ours that is not the next one: a loose one, or some are missing before it. */
  private void elsewhere(EventFate fate, ObjectNode event) {
    if (!Order.inOrder(fate)) {
      elsewhere.add(fate.key());
      matched(fate, event);
      return;
    }
    Place place = Order.place(fate);
    EventFate next = head;
    if (next == null ? isBehindLast(place) : place.compareTo(Order.place(next)) > 0) {
      catchUp(place);
      matched(fate, event);
      if (head != null && head.key() == fate.key()) {
        advance();
      } else {
        last = place;
      }
      return;
    }
    elsewhere.add(fate.key());
    findings.add(Kind.ORDER, id(fate), "its place", "after later events");
    matched(fate, event);
  }

  private void catchUp(Place place) {
    while (head != null && Order.place(head).compareTo(place) < 0) {
      passedOver.add(head.key());
      advance();
    }
  }

  /** Settled only after its page of the ledger was read: a migration runs. */
  private boolean isBehindLast(Place place) {
    return last == null || place.compareTo(last) > 0;
  }

  private void nameMissing(Intent reader, RoomId target) {
    try (Stream<EventFate> fates = voyage.ledger().fates(voyage.id(), old)) {
      fates
          .filter(f -> f.state() == EventState.CARRIED)
          .filter(f ->
              Order.inOrder(f)
                  ? passedOver.contains(f.key()) && !elsewhere.contains(f.key())
                  : !elsewhere.contains(f.key()))
          .forEach(f -> missing(f, reader, target));
    }
  }

  private void missing(EventFate fate, Intent reader, RoomId target) {
    EventId there = fate.target();
    Optional<ObjectNode> event =
        there == null || findings.count() > ASKED ? Optional.empty() : reader.event(target, there);
    if (event.isPresent() && moving) {
      matched(fate, event.get());
      return;
    }
    String hidden = "the server has it, and the room's timeline does not show it";
    findings.add(Kind.MISSING, id(fate), fate.event().type(), event.map(e -> hidden).orElse(null));
  }

  /** What the source's totals count as messages. */
  private static boolean isMessage(Event event) {
    return event.type().equals("m.room.message") && event.redactedBy() == null;
  }

  private static String id(EventFate fate) {
    return fate.event().id().value();
  }
}
