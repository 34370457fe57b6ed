package org.ferry.migrate.explain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.SourceLedger;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Opener;
import org.ferry.migrate.rewrite.Placeholder;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/** What is known of an event. */
final class ExplainedEvents {
  private final SourceLedger sources;
  private final CrossingLedger ledger;
  private final Function<Crossing, Optional<Plan>> plans;
  private final LongFunction<Opener> openers;
  private final boolean content;

  ExplainedEvents(
      SourceLedger sources,
      CrossingLedger ledger,
      Function<Crossing, Optional<Plan>> plans,
      LongFunction<Opener> openers,
      boolean content) {
    this.sources = sources;
    this.ledger = ledger;
    this.plans = plans;
    this.openers = openers;
    this.content = content;
  }

  List<Known> of(EventId id, List<LoadedSource> loaded, List<Crossing> crossings) {
    List<Known> known = new ArrayList<>();
    for (LoadedSource source : loaded) {
      Optional<Event> event = sources.event(source.id(), old(id, source, crossings));
      if (event.isPresent()) {
        known.add(onSource(event.get(), source));
        crossings.stream()
            .filter(c -> c.source() == source.id())
            .forEach(
                c -> ledger.fate(c.id(), event.get().id()).ifPresent(f -> known.add(fate(f, c))));
      }
    }
    return known;
  }

  /** The event of the source that an id of the destination stands for, or the id itself. */
  private EventId old(EventId id, LoadedSource source, List<Crossing> crossings) {
    return crossings.stream()
        .filter(c -> c.source() == source.id())
        .flatMap(c -> ledger.origin(c.id(), id).stream())
        .findFirst()
        .orElse(id);
  }

  private Known onSource(Event event, LoadedSource source) {
    Known known =
        new Known("event", source.info().server())
            .with("id", event.id())
            .with("room", event.room())
            .with("sender", event.sender())
            .with("type", event.type())
            .with("state_key", event.stateKey())
            .at("sent", event.ts())
            .with("place", "depth %d, stream %d".formatted(event.depth(), event.stream()))
            .with("redacts", event.redacts())
            .with("redacted_by", event.redactedBy())
            .with("present_state", event.isState() ? event.current() : null);
    relation(event.content(), known);
    if (event.type().equals("m.room.encrypted") && !event.isState()) {
      opened(event, source, known);
    }
    return content ? known.with("content", Shown.of(event.content())) : known;
  }

  private void opened(Event event, LoadedSource source, Known known) {
    known.with("session", session(event.content()));
    if (event.redactedBy() != null) {
      known.with("decrypted", "no: it was taken back");
      return;
    }
    switch (openers.apply(source.id()).open(event)) {
      case Opener.Opened.Clear clear -> {
        known.with("decrypted", "yes: " + clear.event().type());
        known.with("sender_of_key", clear.othersKey() ? "another person" : null);
        if (content) {
          known.with("clear_content", Shown.of(clear.event().content()));
        }
      }
      case Opener.Opened.Sealed closed ->
          known.with("decrypted", "no: " + closed.reason().words() + remedy(closed.reason()));
    }
  }

  private static @Nullable String session(String text) {
    try {
      return Json.parseObject(text).path("session_id").textValue();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String remedy(Opener.Reason reason) {
    return reason.mayResolve() ? "; ferry keys import FILE or ferry keys restore brings keys" : "";
  }

  private static void relation(String text, Known known) {
    JsonNode relation;
    try {
      relation = Json.parseObject(text).path("m.relates_to");
    } catch (IllegalArgumentException e) {
      known.with("content", "cannot be read as JSON");
      return;
    }
    String reply = relation.path("m.in_reply_to").path("event_id").textValue();
    known
        .with("relation", relation.path("rel_type").textValue())
        .with("relates_to", relation.path("event_id").textValue())
        .with("replies_to", reply);
  }

  private Known fate(EventFate fate, Crossing crossing) {
    Event event = fate.event();
    Optional<CarriedRoom> room = ledger.room(crossing.id(), event.room());
    RoomId target = room.map(CarriedRoom::target).orElse(null);
    return new Known("event", Explainer.into(crossing))
        .with("id", event.id())
        .with("state", fate.state().name().toLowerCase(java.util.Locale.ROOT))
        .with("words", words(fate))
        .with("now", fate.target())
        .with("noted", ledger.notedAt(crossing.id(), fate.key()).orElse(null))
        .with("late", fate.late() ? true : null)
        .with("repairs", fate.repairs())
        .with("reason", fate.reason())
        .with("room", target)
        .with("taken_back_before", back(crossing, event.room()))
        .with("plan", plan(crossing, event.room()))
        .with("link", link(target, fate.target(), crossing));
  }

  private static String words(EventFate fate) {
    if (Placeholder.stands(fate.repairs())) {
      return "a placeholder stands for it: nothing opened it when it was carried";
    }
    String reason = fate.reason() == null ? "no reason was noted" : fate.reason();
    return switch (fate.state()) {
      case WAITING -> "not carried yet";
      case DOUBT -> "was about to be sent when a run ended; the next one looks whether it arrived";
      case CARRIED ->
          fate.late() ? "carried after events that follow it, with its own date" : "carried";
      case MERGED -> "stands for the same thing as another event: " + reason;
      case SKIPPED -> "left out by rule: " + reason;
      case FAILED -> "could not be carried: " + reason;
    };
  }

  private @Nullable Integer back(Crossing crossing, RoomId room) {
    int times = ledger.undo().generation(crossing.id(), room);
    return times == 0 ? null : times;
  }

  private @Nullable String plan(Crossing crossing, RoomId room) {
    return plans.apply(crossing).flatMap(p -> p.room(room)).map(ExplainedRooms::line).orElse(null);
  }

  private static @Nullable String link(
      @Nullable RoomId room, @Nullable EventId event, Crossing crossing) {
    return room == null || event == null
        ? null
        : "https://matrix.to/#/%s/%s?via=%s".formatted(room, event, crossing.domain());
  }
}
