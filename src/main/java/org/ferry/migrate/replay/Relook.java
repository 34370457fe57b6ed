package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.Place;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.Settled;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.migrate.rewrite.Placeholder;
import org.jspecify.annotations.Nullable;

/**
 * Looks on the destination for what a restored ledger does not know: everything that was sent after
 * the backup stands there under its mark. Once for each room; a run that dies looks again. Holds a
 * page of a room, and what was taken back of it; where marks are keyed hashes, the room's ids too.
 */
final class Relook {
  private static final String RESTORED = "restored";
  private static final String LOOKED = "looked:";
  private static final int PAGE = 500;
  // What was in doubt at the time of the backup stands far from the end by now.
  private static final Set<EventState> OPEN =
      Set.of(EventState.WAITING, EventState.FAILED, EventState.DOUBT);
  private static final Set<String> SENT_LAST =
      Set.of("m.room.encryption", "m.room.history_visibility");

  private final Voyage voyage;
  private final Cast cast;
  private final LedgerLookups lookups;
  private final FoundFiles files;
  private final Map<RoomId, RoomFacts> facts;
  private final Watch watch;
  private final MadeRooms made;
  private final Marks marks;
  private final Map<String, RoomId> byWord = Collections.synchronizedMap(new HashMap<>());

  Relook(
      Voyage voyage,
      Cast cast,
      LedgerLookups lookups,
      Files files,
      Map<RoomId, RoomFacts> facts,
      Watch watch) {
    this.voyage = voyage;
    this.cast = cast;
    this.lookups = lookups;
    this.files = new FoundFiles(voyage, files);
    this.facts = facts;
    this.watch = watch;
    this.made = new MadeRooms(voyage, cast);
    this.marks = new Marks(voyage, cast.crew());
  }

  /** Looks into the rooms of the plan that were not looked into since a restore. */
  void run(List<Plan.PlanRoom> rooms) throws InterruptedException {
    if (voyage.ledger().note(voyage.id(), RESTORED).isEmpty()) {
      return;
    }
    List<Plan.PlanRoom> open =
        rooms.stream()
            .filter(r -> voyage.ledger().note(voyage.id(), LOOKED + r.id()).isEmpty())
            .toList();
    if (open.isEmpty()) {
      return;
    }
    watch.say("The ledger was restored: Ferry looks for what was sent since the backup.");
    watch.phase("looking", open.size());
    Hands hands = new Hands(voyage.homeserver(), watch);
    Intent bot = voyage.bot();
    hands.each(
        bot.memberships().joinedRooms(),
        room -> word(bot, room).ifPresent(w -> byWord.put(w, room)));
    hands.each(
        open,
        room -> {
          look(room);
          voyage.ledger().note(voyage.id(), LOOKED + room.id(), "{}");
          watch.step(1);
        });
  }

  private Optional<String> word(Intent bot, RoomId room) {
    return bot.state(room, "m.room.create", "").flatMap(voyage.origin()::word);
  }

  private void look(Plan.PlanRoom plan) {
    CarriedRoom row = voyage.ledger().room(voyage.id(), plan.id()).orElse(null);
    try {
      CarriedRoom standing = row == null || row.target() == null ? find(plan) : row;
      if (standing == null || standing.target() == null) {
        return;
      }
      Seen seen = seen(standing, standing.target());
      boolean found = seen.found > 0;
      if (row == null || row.target() == null) {
        found |= plan.action() == Plan.RoomAction.CREATE;
      }
      if (found) {
        CarriedRoom noted = noticed(standing, seen.notice);
        voyage.ledger().room(voyage.id(), noted);
        lookups.know(noted);
      }
    } catch (MatrixException e) {
      if (!e.isForbidden() && !e.isNotFound()) {
        throw e;
      }
      // Nobody of Ferry's is in such a room: nothing was sent there.
    }
  }

  /** A room that the ledger does not know, where it stands. */
  private @Nullable CarriedRoom find(Plan.PlanRoom plan) {
    RoomFacts fact = facts.get(plan.id());
    UserId creator = fact == null ? null : fact.creator();
    UserId actor =
        plan.kind() == Plan.RoomClass.DIRECT && creator != null
            ? cast.target(creator).orElse(voyage.options().bot())
            : voyage.options().bot();
    RoomId target = plan.action() == Plan.RoomAction.REUSE ? plan.target() : null;
    if (target == null) {
      target = byWord.get(voyage.origin().wordOfRoom(plan.id().value(), voyage.space().value()));
    }
    if (target == null && !actor.equals(voyage.options().bot())) {
      target = made.find(plan.id(), actor).orElse(null);
    }
    if (target == null) {
      return null;
    }
    String version =
        cast.actor(actor)
            .state(target, "m.room.create", "")
            .map(c -> c.path("room_version").asText("1"))
            .orElse("1");
    String action = plan.action().name().toLowerCase(Locale.ROOT);
    return new CarriedRoom(plan.id(), target, RoomState.OPEN, action, actor, version, null, "{}");
  }

  /** What was met in a room: its notice, and which of its events were taken back. */
  private static final class Seen {
    final Map<EventId, EventId> takenBack = new HashMap<>();
    @Nullable EventId notice;
    @Nullable Place furthest;
    long found;
  }

  /** Reads the whole room, and notes what stands there as carried, page by page. */
  private Seen seen(CarriedRoom row, RoomId target) {
    Seen seen = new Seen();
    Marked marked = new Marked(voyage, row.old());
    Map<Long, Settled> page = new LinkedHashMap<>();
    Iterator<ObjectNode> events = new Timeline(cast.actor(row.actor()), target);
    while (events.hasNext()) {
      one(events.next(), row, marked, seen, page);
      if (page.size() >= PAGE || !events.hasNext()) {
        RoomReplay.committed(voyage.ledger().settle(voyage.id(), List.copyOf(page.values())));
        seen.found += page.size();
        page.clear();
      }
    }
    seen.found += redactions(row.old(), seen.takenBack);
    return seen;
  }

  private void one(
      ObjectNode event, CarriedRoom row, Marked marked, Seen seen, Map<Long, Settled> page) {
    EventId id = new EventId(event.path("event_id").asText());
    String sender = event.path("sender").asText("");
    String because = event.path("unsigned").path("redacted_because").path("event_id").asText("");
    if (because.startsWith("$")) {
      seen.takenBack.put(id, new EventId(because));
    }
    if (!(event.get("content") instanceof ObjectNode content)) {
      return;
    }
    if (Origin.isHelper(content)) {
      boolean notice = event.path("type").asText().equals("m.room.message");
      seen.notice = notice && sender.equals(row.actor().value()) ? id : seen.notice;
      return;
    }
    marked
        .fate(content)
        .filter(f -> OPEN.contains(f.state()) && !page.containsKey(f.key()))
        .filter(f -> isSender(sender, f, row) && !marks.isCopied(event))
        .ifPresent(f -> page.put(f.key(), found(f, event, content, seen)));
  }

  private Settled found(EventFate fate, ObjectNode event, ObjectNode content, Seen seen) {
    Place place = new Place(fate.event().depth(), fate.event().stream());
    boolean late = seen.furthest != null && place.compareTo(seen.furthest) < 0;
    seen.furthest = late ? seen.furthest : place;
    files.know(fate.event(), content);
    Settled plain = carried(fate, new EventId(event.path("event_id").asText()), late);
    boolean byAnother = StandIn.is(event, cast.target(fate.event().sender()));
    Settled carried = byAnother ? StandIn.note(plain) : plain;
    return Placeholder.is(content) ? RoomReplay.with(carried, Placeholder.NOTE) : carried;
  }

  /** Redactions that bear no mark are known by what they took back; says how many those are. */
  private long redactions(RoomId old, Map<EventId, EventId> takenBack) {
    List<Settled> undated = new ArrayList<>();
    Set<EventId> claimed = new HashSet<>();
    if (!takenBack.isEmpty()) {
      try (Stream<EventFate> fates = voyage.ledger().fates(voyage.id(), old)) {
        fates
            .filter(f -> OPEN.contains(f.state()) && f.event().redacts() != null)
            .forEach(f ->
                redactionOf(f, takenBack)
                    .ifPresent(id -> undated.add(takenBack(f, id, claimed.add(id)))));
      }
    }
    RoomReplay.committed(voyage.ledger().settle(voyage.id(), undated));
    return undated.size();
  }

  /** An event that two people took back was taken back once; the other redaction joins that one. */
  private Settled takenBack(EventFate redaction, EventId id, boolean first) {
    return first && voyage.ledger().origin(voyage.id(), id).isEmpty()
        ? carried(redaction, id, false)
        : new Settled(redaction.key(), EventState.MERGED, id, Doubts.TAKEN_BACK, false, null);
  }

  /** The row of a room whose notice stands, which must not be sent a second time. */
  private static CarriedRoom noticed(CarriedRoom row, @Nullable EventId notice) {
    if (notice == null) {
      return row;
    }
    ObjectNode detail = Json.parseObject(row.detail()).put(RoomFinish.NOTICE, notice.value());
    return row.with(Json.text(detail));
  }

  /** A mark counts only in an event of the person who was to send it, or of who helps them. */
  private boolean isSender(String sender, EventFate fate, CarriedRoom row) {
    return sender.equals(row.actor().value())
        || cast.target(fate.event().sender()).filter(t -> t.value().equals(sender)).isPresent();
  }

  private Optional<EventId> redactionOf(EventFate redaction, Map<EventId, EventId> takenBack) {
    EventId redacts = redaction.event().redacts();
    return redacts == null
        ? Optional.empty()
        : voyage
            .ledger()
            .fate(voyage.id(), redacts)
            .flatMap(f -> Optional.ofNullable(f.target()))
            .flatMap(t -> Optional.ofNullable(takenBack.get(t)));
  }

  private static Settled carried(EventFate fate, EventId id, boolean late) {
    String repairs = SENT_LAST.contains(fate.event().type()) ? RoomReplay.LAST : null;
    return new Settled(fate.key(), EventState.CARRIED, id, null, late, repairs);
  }
}
