package org.ferry.migrate.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Pace;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.EventState;
import org.ferry.migrate.LedgerEvent;
import org.ferry.migrate.LedgerException;
import org.ferry.migrate.Place;
import org.ferry.migrate.Selection;
import org.ferry.migrate.Settled;
import org.ferry.migrate.rewrite.Lookups.LinkFate;
import org.ferry.migrate.rewrite.Rewriter;
import org.ferry.migrate.rewrite.Rewritten;
import org.ferry.migrate.rewrite.RoomContext;
import org.jspecify.annotations.Nullable;

/**
 * Carries the history of one room: its waiting events in order, one request in flight. Used by one
 * thread at a time; may be continued after it had to wait for another room.
 */
final class RoomReplay implements Schedule.Room {
  /** The repair noted where an event was carried without what a redaction took. */
  static final String PRUNED = "redacted";

  /** The repair noted where an event was sent after its room's history on purpose. */
  static final String LAST = "sent last";

  private static final int BATCH = 16;
  private static final int UNSETTLED = 64;

  private final Voyage voyage;
  private final LedgerLookups lookups;
  private final Rewriter rewriter;
  private Selection selection = Selection.ALL;
  private final Delivery delivery;
  private final RoomContext context;
  private final CarriedRoom room;
  private final Watch watch;
  private final List<CompletableFuture<Void>> unsettled = new ArrayList<>();
  private final List<LedgerEvent> last = new ArrayList<>();
  private @Nullable Place after;
  private @Nullable Place furthest;
  private boolean waiting = true;
  private boolean moved;
  private volatile boolean halted;

  RoomReplay(
      Voyage voyage,
      Cast cast,
      LedgerLookups lookups,
      Rewriter rewriter,
      RoomContext context,
      CarriedRoom room,
      Watch watch) {
    this.voyage = voyage;
    this.lookups = lookups;
    this.rewriter = rewriter;
    this.context = context;
    this.room = room;
    this.watch = watch;
    int generation = voyage.ledger().undo().generation(voyage.id(), room.old());
    this.delivery = new Delivery(voyage, cast, target(room), context, generation);
  }

  /** Leaves everything waiting that is not selected; to be said before the work begins. */
  RoomReplay only(Selection which) {
    selection = which;
    return this;
  }

  private static RoomId target(CarriedRoom room) {
    RoomId target = room.target();
    if (target == null) {
      throw new IllegalArgumentException("the room " + room.old() + " stands nowhere yet");
    }
    return target;
  }

  /** How a stretch of work ended. */
  sealed interface Pause {
    /** Everything of the room was looked at. */
    record Done() implements Pause {}

    /** The run is to stop. */
    record Stopped() implements Pause {}

    /**
     * An event of another room has to be carried first.
     *
     * @param room that room on the source
     * @param event that event
     */
    record Blocked(RoomId room, EventId event) implements Pause {}
  }

  /** The room on the source. */
  @Override
  public RoomId old() {
    return room.old();
  }

  /** The links of the event that it came to rest at lead to their rooms alone. */
  @Override
  public void stopWaiting() {
    waiting = false;
  }

  /** Comes to rest after the event that is under way; for another thread. */
  @Override
  public void halt() {
    halted = true;
  }

  /** Carries until the room is done, another room has to come first, or the run is to stop. */
  Pause advance() throws InterruptedException {
    furthest = voyage.ledger().furthest(voyage.id(), room.old()).orElse(null);
    while (true) {
      List<LedgerEvent> batch =
          voyage.ledger().take(voyage.id(), room.old(), after, BATCH, selection);
      if (batch.isEmpty()) {
        settleAll();
        return new Pause.Done();
      }
      for (int i = 0; i < batch.size(); i++) {
        Pause pause = halted || watch.stopping() ? new Pause.Stopped() : one(batch.get(i), context);
        if (pause != null) {
          release(batch.subList(i, batch.size()));
          settleAll();
          return pause;
        }
        after = batch.get(i).place();
      }
    }
  }

  /** Sends what had to wait for the end of the room's history. */
  void finish() throws InterruptedException {
    for (LedgerEvent event : last) {
      Pause unused = one(event, context.atTheEnd());
    }
    last.clear();
    settleAll();
    delivery.forget();
  }

  /** True where this run noted what became of an event of the room. */
  boolean moved() {
    return moved;
  }

  private @Nullable Pause one(LedgerEvent event, RoomContext in) throws InterruptedException {
    RoomContext how = waiting ? in : in.withoutWaiting();
    waiting = true;
    Rewritten rewritten;
    try {
      rewritten = rewriter.rewrite(event.event(), how);
    } catch (IllegalArgumentException e) {
      rewritten = new Rewritten.Fail("its content cannot be read: " + e.getMessage());
    }
    switch (rewritten) {
      case Rewritten.Send send -> settle(event, deliver(event, send), in.finishing());
      case Rewritten.Redact redact ->
          settle(event, paced(() -> delivery.redact(event, redact)), in.finishing());
      case Rewritten.Skip skip ->
          settle(event, outcome(event, EventState.SKIPPED, skip.reason()), in.finishing());
      case Rewritten.Fail fail when waitsForLater(event) -> release(List.of(event));
      case Rewritten.Fail fail ->
          settle(event, outcome(event, EventState.FAILED, fail.reason()), in.finishing());
      case Rewritten.Postpone postpone -> release(List.of(event));
      case Rewritten.Last unused -> last.add(event);
      case Rewritten.Await await -> {
        return isForLater(await.event())
            ? one(event, in.withoutWaiting())
            : new Pause.Blocked(await.room(), await.event());
      }
    }
    return null;
  }

  /** A reaction or an edit waits with what it belongs to, where this run leaves that waiting. */
  private boolean waitsForLater(LedgerEvent event) {
    if (!selection.isPartial()) {
      return false;
    }
    return EventId.parse(
            Json.parseObject(event.event().content())
                .path("m.relates_to")
                .path("event_id")
                .asText(""))
        .filter(this::isForLater)
        .isPresent();
  }

  private boolean isForLater(EventId id) {
    return selection.isPartial()
        && voyage
            .ledger()
            .fate(voyage.id(), id)
            .filter(f -> f.state() == EventState.WAITING && !selection.selects(f.event()))
            .isPresent();
  }

  private Settled deliver(LedgerEvent event, Rewritten.Send send) throws InterruptedException {
    Settled settled = paced(() -> delivery.send(event, send));
    boolean pruned = event.event().redactedBy() != null && settled.target() != null;
    return pruned ? with(settled, PRUNED) : settled;
  }

  private Settled paced(Supplier<Settled> request) throws InterruptedException {
    Pace.Permit permit = voyage.homeserver().pace().acquire();
    try {
      return request.get();
    } finally {
      permit.close();
    }
  }

  private void settle(LedgerEvent event, Settled settled, boolean finishing) {
    Settled noted = finishing && settled.target() != null ? with(settled, LAST) : settled;
    if (!finishing && isLate(event) && settled.state() == EventState.CARRIED) {
      noted =
          new Settled(
              noted.key(), noted.state(), noted.target(), noted.reason(), true, noted.repairs());
    }
    lookups.know(event.event().id(), fate(event, noted));
    unsettled.removeIf(f -> f.isDone() && !f.isCompletedExceptionally());
    unsettled.add(voyage.ledger().settle(voyage.id(), List.of(noted)));
    moved = true;
    watch.step(1);
    if (unsettled.size() > UNSETTLED) {
      settleAll();
    }
  }

  private static LinkFate fate(LedgerEvent event, Settled settled) {
    RoomId room = event.event().room();
    EventId target = settled.target();
    return switch (settled.state()) {
      case CARRIED, MERGED ->
          target == null
              ? new LinkFate.Left(room, "merged")
              : LinkFate.Carried.of(event.event(), target, true, settled.repairs());
      case SKIPPED ->
          new LinkFate.Left(room, settled.reason() == null ? "skipped" : settled.reason());
      case FAILED, WAITING, DOUBT -> new LinkFate.Failed(room);
    };
  }

  private boolean isLate(LedgerEvent event) {
    return furthest != null && event.place().compareTo(furthest) < 0;
  }

  /** The same outcome with one more repair noted. */
  static Settled with(Settled settled, String repair) {
    String repairs = settled.repairs() == null ? repair : settled.repairs() + ", " + repair;
    return new Settled(
        settled.key(),
        settled.state(),
        settled.target(),
        settled.reason(),
        settled.late(),
        repairs);
  }

  private static Settled outcome(LedgerEvent event, EventState state, String reason) {
    return new Settled(event.key(), state, null, reason, false, null);
  }

  private void release(List<LedgerEvent> events) {
    voyage.ledger().release(voyage.id(), events.stream().map(LedgerEvent::key).toList());
  }

  private void settleAll() {
    unsettled.forEach(RoomReplay::committed);
    unsettled.clear();
  }

  /**
   * Waits until the ledger has taken an outcome.
   *
   * @throws LedgerException where it could not
   */
  static void committed(CompletableFuture<Void> settled) {
    try {
      Void unused = settled.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof LedgerException lost) {
        throw lost;
      }
      throw e;
    }
  }
}
