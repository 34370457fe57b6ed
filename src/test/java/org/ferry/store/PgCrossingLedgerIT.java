package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.AlreadyRunning;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.CrossingLedger.Invitation;
import org.ferry.migrate.CrossingLedger.RoomProgress;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.LedgerEvent;
import org.ferry.migrate.LedgerException;
import org.ferry.migrate.Place;
import org.ferry.migrate.Selection;
import org.ferry.migrate.Settled;
import org.ferry.migrate.Standing;
import org.ferry.model.Room;
import org.ferry.testing.Wait;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PgCrossingLedgerIT {
  private static final RoomId ROOM = MadeSource.ROOM;
  private static final RoomId SPACE = new RoomId("!space:new");

  /** The connection that holds the claim, 0 where none does. */
  private static final String HOLDER =
      "select coalesce(max(pid), 0) from pg_locks where locktype = 'advisory'"
          + " and classid = 1180062318 and objid = 3 and granted"
          + " and database = (select oid from pg_database where datname = current_database())";

  private final StoreLab lab = new StoreLab();
  private final PgCrossingLedger ledger = lab.crossings;

  @AfterEach
  void close() {
    lab.close();
  }

  private long crossing(MadeSource source) {
    long id = lab.sources.load(source, p -> {}).id();
    return ledger.open(id, "new", SPACE).id();
  }

  private static List<String> ids(List<LedgerEvent> events) {
    return events.stream().map(e -> e.event().id().value()).toList();
  }

  private static Settled carried(LedgerEvent event) {
    return settled(event, EventState.CARRIED, "$to-" + event.event().id().value(), null);
  }

  private static Settled settled(
      LedgerEvent event, EventState state, @Nullable String target, @Nullable String reason) {
    return new Settled(
        event.key(), state, target == null ? null : new EventId(target), reason, false, null);
  }

  private static List<Settled> allCarried(List<LedgerEvent> events) {
    return events.stream().map(PgCrossingLedgerIT::carried).toList();
  }

  @Test
  void aCrossingIsFoundAgain() {
    long source = lab.sources.load(MadeSource.withMessages("old", 1), p -> {}).id();
    Crossing one = ledger.open(source, "new", SPACE);
    Crossing two = ledger.open(source, "new", new RoomId("!other:new"));
    assertThat(one).isEqualTo(new Crossing(one.id(), source, "old", "new", SPACE));
    assertThat(ledger.open(source, "new", SPACE)).isEqualTo(one);
    assertThat(ledger.all()).containsExactly(one, two);
    assertThatThrownBy(() -> ledger.open(source, "elsewhere", SPACE))
        .isInstanceOf(LedgerException.class);
  }

  @Test
  void aCrossingThatTheBackupDoesNotKnowLooksForWhatStandsToo() throws IOException {
    long source = lab.sources.load(MadeSource.withMessages("old", 1), p -> {}).id();
    assertThat(ledger.note(ledger.open(source, "new", SPACE).id(), "restored")).isEmpty();
    ByteArrayOutputStream backup = new ByteArrayOutputStream();
    try (Saving saving = lab.database.saving()) {
      assertThat(saving.save(backup, "1", t -> {})).isPositive();
    }
    try (Saving saving = lab.database.saving()) {
      assertThat(saving.restore(new ByteArrayInputStream(backup.toByteArray()), t -> {}))
          .isPositive();
    }
    for (RoomId space : List.of(SPACE, new RoomId("!other:new"))) {
      Crossing crossing = ledger.open(source, "new", space);
      assertThat(ledger.note(crossing.id(), "restored")).isPresent();
      assertThat(ledger.open(source, "new", space)).isEqualTo(crossing);
    }
  }

  @Test
  void takesInOrderOnceAndInDoubt() {
    MadeSource source = MadeSource.withMessages("old", 5);
    source.events.add(MadeSource.message("$backfill", ROOM, -3, "{}"));
    long crossing = crossing(source);

    List<LedgerEvent> first = ledger.take(crossing, ROOM, null, 3);
    assertThat(ids(first)).containsExactly("$backfill", "$create", "$m1");
    List<LedgerEvent> second = ledger.take(crossing, ROOM, first.getLast().place(), 10);
    assertThat(ids(second)).containsExactly("$m2", "$m3", "$m4", "$m5");
    assertThat(ledger.take(crossing, ROOM, null, 10)).isEmpty();
    assertThat(ids(ledger.doubtful(crossing, ROOM)))
        .containsExactly("$backfill", "$create", "$m1", "$m2", "$m3", "$m4", "$m5");
    assertThat(first.get(1).event()).isEqualTo(source.events.getFirst());
  }

  @Test
  void whatIsReleasedIsTakenAgain() {
    long crossing = crossing(MadeSource.withMessages("old", 3));
    List<LedgerEvent> taken = ledger.take(crossing, ROOM, null, 3);
    ledger.settle(crossing, List.of(carried(taken.getFirst()))).join();
    ledger.release(crossing, taken.stream().map(LedgerEvent::key).toList());
    assertThat(ids(ledger.take(crossing, ROOM, null, 9))).containsExactly("$m1", "$m2", "$m3");
  }

  @Test
  void knowsWhatBecameOfEachEvent() {
    long crossing = crossing(MadeSource.withMessages("old", 5));
    List<LedgerEvent> taken = ledger.take(crossing, ROOM, null, 5);
    ledger
        .settle(
            crossing,
            List.of(
                carried(taken.get(0)),
                new Settled(
                    taken.get(1).key(),
                    EventState.CARRIED,
                    new EventId("$late"),
                    null,
                    true,
                    "floats"),
                settled(taken.get(2), EventState.MERGED, "$to-$create", null),
                settled(taken.get(3), EventState.SKIPPED, null, "alias"),
                settled(taken.get(4), EventState.FAILED, null, "M_NO\0PE")))
        .join();

    EventFate late = ledger.fate(crossing, new EventId("$m1")).orElseThrow();
    assertThat(late)
        .isEqualTo(
            new EventFate(
                taken.get(1).key(),
                taken.get(1).event(),
                EventState.CARRIED,
                new EventId("$late"),
                null,
                true,
                "floats"));
    assertThat(ledger.fates(crossing, ROOM).map(EventFate::state))
        .containsExactly(
            EventState.CARRIED,
            EventState.CARRIED,
            EventState.MERGED,
            EventState.SKIPPED,
            EventState.FAILED,
            EventState.WAITING);
    assertThat(ledger.origin(crossing, new EventId("$to-$create")))
        .contains(new EventId("$create"));
    assertThat(ledger.origin(crossing, new EventId("$nobody"))).isEmpty();
    assertThat(ledger.fate(crossing, new EventId("$nobody"))).isEmpty();
    assertThat(ledger.furthest(crossing, ROOM)).contains(new Place(2, 2));
    assertThat(ledger.lastCarried(crossing, ROOM, 5).stream().map(f -> f.event().id().value()))
        .containsExactly("$m1", "$create");
    assertThat(ledger.inState(crossing, EventState.FAILED, 9).map(EventFate::reason))
        .containsExactly("M_NO\uFFFDPE");
    Standing.Failure failed = new Standing.Failure("event", "$m4", ROOM.value(), "M_NO\uFFFDPE");
    assertThat(ledger.failedEvents(crossing, List.of(), 9)).containsExactly(failed);
    assertThat(ledger.failedEvents(crossing, List.of("!none:old", ROOM.value()), 9))
        .containsExactly(failed);
    assertThat(ledger.failedEvents(crossing, List.of("!none:old"), 9)).isEmpty();
    assertThat(ledger.inState(crossing, EventState.WAITING, 9).map(f -> f.event().id().value()))
        .containsExactly("$m5");
    assertThat(ledger.progress(crossing))
        .containsExactly(new RoomProgress(ROOM, 6, 1, 0, 2, 1, 1, 1, 1));
  }

  @Test
  void whatFailedMayBeTriedAgain() {
    MadeSource source = MadeSource.withMessages("old", 1);
    RoomId other = new RoomId("!other:old");
    source.rooms.add(new Room(other, "10", null, false));
    source.events.add(MadeSource.message("$o", other, 1, "{}"));
    long crossing = crossing(source);
    for (RoomId room : List.of(ROOM, other)) {
      List<Settled> failed =
          ledger.take(crossing, room, null, 9).stream()
              .map(e -> settled(e, EventState.FAILED, null, "no"))
              .toList();
      ledger.settle(crossing, failed).join();
    }
    Selection later = new Selection(Instant.now().plusSeconds(3600), null);
    assertThat(ledger.retryFailed(crossing, null, later)).as("left out by the run").isZero();
    assertThat(ledger.retryFailed(crossing, List.of(other), Selection.ALL)).isEqualTo(1);
    assertThat(ids(ledger.take(crossing, other, null, 9))).containsExactly("$o");
    assertThat(ledger.take(crossing, ROOM, null, 9)).isEmpty();
    assertThat(ledger.retryFailed(crossing, null, Selection.ALL)).isEqualTo(2);
    assertThat(ids(ledger.take(crossing, ROOM, null, 9))).containsExactly("$create", "$m1");
  }

  @Test
  void whatWasLeftOutForAReasonMayBeLookedAtAgain() {
    MadeSource source = MadeSource.withMessages("old", 3);
    long crossing = crossing(source);
    List<LedgerEvent> taken = ledger.take(crossing, ROOM, null, 4);
    List<String> reasons =
        List.of(
            "redacted", "sender is not carried", "relation: sender is not carried", "encrypted");
    List<Settled> skipped = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      skipped.add(settled(taken.get(i), EventState.SKIPPED, null, reasons.get(i)));
    }
    ledger.settle(crossing, skipped).join();
    assertThat(ledger.reconsider(crossing, List.of("sender is not carried"))).isEqualTo(2);
    assertThat(ids(ledger.take(crossing, ROOM, null, 9))).containsExactly("$m1", "$m2");
  }

  @Test
  void crossingsOfOneSourceDoNotTouchEachOther() {
    long source = lab.sources.load(MadeSource.withMessages("old", 2), p -> {}).id();
    long one = ledger.open(source, "new", SPACE).id();
    long two = ledger.open(source, "new", new RoomId("!two:new")).id();
    ledger.settle(one, allCarried(ledger.take(one, ROOM, null, 9))).join();
    List<LedgerEvent> again = ledger.take(two, ROOM, null, 9);
    assertThat(again).hasSize(3);
    ledger.settle(two, allCarried(again)).join();
    assertThat(ledger.progress(two).map(RoomProgress::carried)).containsExactly(3L);
  }

  @Test
  void aLaterLoadLeavesOnlyWhatIsNewWaiting() {
    long crossing = crossing(MadeSource.withMessages("old", 3));
    ledger.settle(crossing, allCarried(ledger.take(crossing, ROOM, null, 9))).join();
    MadeSource b = MadeSource.withMessages("old", 5);
    b.events.set(1, MadeSource.redacted(b.events.get(1), "$r"));
    assertThat(crossing(b)).isEqualTo(crossing);
    assertThat(ids(ledger.take(crossing, ROOM, null, 9))).containsExactly("$m4", "$m5");
    EventFate redacted = ledger.fate(crossing, new EventId("$m1")).orElseThrow();
    assertThat(redacted.target()).isEqualTo(new EventId("$to-$m1"));
    assertThat(redacted.event().content()).isEqualTo("{}");
  }

  @Test
  void manyRoomsSettleAtOnce() {
    MadeSource source = new MadeSource("old");
    List<RoomId> rooms = new ArrayList<>();
    for (int r = 0; r < 16; r++) {
      RoomId room = new RoomId("!r" + r + ":old");
      rooms.add(room);
      source.rooms.add(new Room(room, "10", null, false));
      for (int i = 0; i < 200; i++) {
        source.events.add(MadeSource.message("$" + r + "-" + i, room, i, "{}"));
      }
    }
    long crossing = crossing(source);
    var done =
        rooms.stream().map(r -> CompletableFuture.runAsync(() -> carry(crossing, r))).toList();
    done.forEach(CompletableFuture::join);
    assertThat(ledger.progress(crossing).mapToLong(RoomProgress::carried).sum()).isEqualTo(3_200);
    assertThat(lab.number("select count(distinct target) from ferry.crossing_event"))
        .isEqualTo(3_200);
  }

  private void carry(long crossing, RoomId room) {
    Place after = null;
    List<LedgerEvent> taken = ledger.take(crossing, room, after, 7);
    while (!taken.isEmpty()) {
      after = taken.getLast().place();
      ledger.settle(crossing, allCarried(taken)).join();
      taken = ledger.take(crossing, room, after, 7);
    }
  }

  @Test
  void aTargetThatIsTakenFailsAloneAndNotItsNeighbours() {
    long crossing = crossing(MadeSource.withMessages("old", 20));
    List<LedgerEvent> taken = ledger.take(crossing, ROOM, null, 30);
    ledger.settle(crossing, List.of(carried(taken.get(0)))).join();
    Settled taken10 = settled(taken.get(10), EventState.CARRIED, "$to-$create", null);
    var before = taken.subList(1, 10).stream().map(e -> settleOne(crossing, carried(e))).toList();
    var bad = settleOne(crossing, taken10);
    var behind = taken.subList(11, 21).stream().map(e -> settleOne(crossing, carried(e))).toList();
    before.forEach(CompletableFuture::join);
    behind.forEach(CompletableFuture::join);
    assertThatThrownBy(bad::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(LedgerException.class);
    assertThat(ledger.doubtful(crossing, ROOM)).hasSize(1);
  }

  private CompletableFuture<Void> settleOne(long crossing, Settled row) {
    return ledger.settle(crossing, List.of(row));
  }

  @Test
  void settlingTwiceLeavesOneRow() {
    long crossing = crossing(MadeSource.withMessages("old", 1));
    List<Settled> rows = allCarried(ledger.take(crossing, ROOM, null, 9));
    var one = ledger.settle(crossing, rows);
    var two = ledger.settle(crossing, rows);
    CompletableFuture.allOf(one, two).join();
    assertThat(lab.number("select count(*) from ferry.crossing_event")).isEqualTo(2);
  }

  @Test
  void rowsOfPeopleRoomsFilesAndAliasesAreKept() {
    long crossing = crossing(MadeSource.withMessages("old", 1));
    UserId old = new UserId("@o'malley\\%:old");
    UserId bot = new UserId("@bot:new");
    var planned = new CarriedPerson(old, bot, "planned", null, null, null);
    var ready = new CarriedPerson(old, bot, "ready", "DEV", "hash", null);
    ledger.person(crossing, planned);
    ledger.person(crossing, ready);
    assertThat(ledger.people(crossing)).containsExactly(ready);

    var room =
        new CarriedRoom(ROOM, null, RoomState.CREATING, "create", bot, null, null, "{\"a\":1}");
    ledger.room(crossing, room);
    assertThat(ledger.room(crossing, ROOM)).contains(room);
    var open =
        new CarriedRoom(ROOM, new RoomId("!new"), RoomState.OPEN, "create", bot, "12", "why", "{}");
    ledger.room(crossing, open);
    assertThat(ledger.rooms(crossing)).containsExactly(open);
    assertThat(ledger.room(crossing, SPACE)).isEmpty();

    MxcUri uri = new MxcUri("old", "a");
    ledger.media(crossing, new CarriedMedia(uri, null, "reserved", null, -1, null));
    var media = new CarriedMedia(uri, new MxcUri("new", "b"), "carried", "ff", 3, null);
    ledger.media(crossing, media);
    assertThat(ledger.media(crossing, uri)).contains(media);
    assertThat(ledger.media(crossing)).containsExactly(media);

    var alias =
        new CarriedAlias(
            new RoomAlias("#a:old"), new RoomAlias("#a:new"), ROOM, "failed", "M_ROOM_IN_USE");
    ledger.alias(crossing, alias);
    ledger.alias(crossing, alias);
    assertThat(ledger.aliases(crossing)).containsExactly(alias);

    assertThat(ledger.note(crossing, "rate")).isEmpty();
    ledger.note(crossing, "rate", "{\"a\":1}");
    ledger.note(crossing, "rate", "{\"a\":2}");
    assertThat(ledger.note(crossing, "rate")).isEqualTo(Optional.of("{\"a\":2}"));
  }

  @Test
  void oneProcessWritesAtATime() {
    try (Database other = lab.open(Duration.ofSeconds(5));
        PgCrossingLedger theirs = new PgCrossingLedger(other)) {
      var claim = ledger.claim("migrate");
      assertThatThrownBy(() -> theirs.claim("migrate"))
          .isInstanceOf(AlreadyRunning.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid());
      claim.close();
      theirs.claim("migrate").close();
    }
  }

  @Test
  void aClaimOutlivesALostConnection() {
    long crossing = crossing(MadeSource.withMessages("old", 2));
    try (var claim = ledger.claim("migrate");
        Database other = lab.open(Duration.ofSeconds(5));
        PgCrossingLedger theirs = new PgCrossingLedger(other)) {
      long before = lab.number(HOLDER);
      assertThat(lab.cutConnections()).isPositive();
      Wait.until(() -> {
        long now = lab.number(HOLDER);
        return now != 0 && now != before;
      });
      assertThatThrownBy(() -> theirs.claim("migrate")).isInstanceOf(AlreadyRunning.class);
      assertThat(ledger.take(crossing, ROOM, null, 9)).hasSize(3);
      assertThat(claim).isNotNull();
    }
  }

  @Test
  void whoeverIsOvertakenTakesNoMore() {
    long crossing = crossing(MadeSource.withMessages("old", 2));
    try (var claim = ledger.claim("migrate")) {
      assertThat(lab.number("update ferry.claim set epoch = epoch + 1 returning epoch"))
          .isEqualTo(2);
      assertThatThrownBy(() -> ledger.take(crossing, ROOM, null, 9))
          .isInstanceOf(LedgerException.class)
          .hasMessageContaining("took over");
      assertThat(claim).isNotNull();
    }
    assertThat(ledger.doubtful(crossing, ROOM)).isEmpty();
  }

  @Test
  void whatSomebodyWhoWasOvertakenHandsInChangesNothing() {
    long crossing = crossing(MadeSource.withMessages("old", 3));
    try (var ours = ledger.claim("migrate")) {
      assertThat(ours).isInstanceOf(PgClaim.class);
      List<LedgerEvent> taken = ledger.take(crossing, ROOM, null, 9);
      Settled sent = carried(taken.get(1));
      ledger.settle(crossing, List.of(sent)).join();
      assertThat(lab.number("update ferry.claim set epoch = epoch + 1 returning epoch"))
          .isEqualTo(2);
      Settled refused = settled(taken.get(1), EventState.FAILED, null, "not in the room");
      assertThatThrownBy(() -> ledger.settle(crossing, List.of(refused)).join())
          .hasCauseInstanceOf(LedgerException.class)
          .hasMessageContaining("took over");
      assertThatThrownBy(() -> ledger.release(crossing, List.of(taken.getFirst().key())))
          .isInstanceOf(LedgerException.class)
          .hasMessageContaining("took over");
      EventFate fate = ledger.fate(crossing, taken.get(1).event().id()).orElseThrow();
      assertThatThrownBy(() -> ledger.reopen(crossing, fate)).isInstanceOf(LedgerException.class);
      assertThat(fate.state()).isEqualTo(EventState.CARRIED);
      assertThat(fate.target()).isEqualTo(sent.target());
    }
    assertThat(ledger.doubtful(crossing, ROOM)).hasSize(3);
  }

  @Test
  void knowsOfWhomNothingStands() {
    MadeSource source = MadeSource.withMessages("old", 2);
    UserId bob = new UserId("@bob:old");
    source.people.add(MadeSource.person(bob, "Bob"));
    source.events.add(MadeSource.state("$kick", ROOM, "m.room.member", bob.value(), 9, "{}"));
    long crossing = crossing(source);
    for (UserId who : List.of(MadeSource.ALICE, bob)) {
      ledger.person(
          crossing, CarriedPerson.mapped(who, new UserId("@x" + who.localpart() + ":new")));
    }
    assertThat(ledger.undo().unused(crossing)).containsExactlyInAnyOrder(MadeSource.ALICE, bob);
    List<LedgerEvent> events = ledger.take(crossing, ROOM, null, 10);
    assertThat(ledger.undo().unused(crossing)).containsExactly(bob);
    ledger.settle(crossing, allCarried(events)).join();
    assertThat(ledger.undo().reopenMembership(crossing, List.of(bob))).isEqualTo(1);
    assertThat(ids(ledger.take(crossing, ROOM, null, 10))).containsExactly("$kick");
    ledger.room(
        crossing,
        new CarriedRoom(
            new RoomId("!dm:old"),
            new RoomId("!dm:new"),
            RoomState.OPEN,
            "create",
            new UserId("@xbob:new"),
            null,
            null,
            "{}"));
    assertThat(ledger.undo().unused(crossing)).isEmpty();
  }

  @Test
  void whoeverWasInvitedIntoARoomThatWasTakenBackIsInvitedAgain() {
    long crossing = crossing(MadeSource.withMessages("old", 1));
    UserId guest = new UserId("@guest:third");
    ledger.room(
        crossing,
        new CarriedRoom(
            ROOM, new RoomId("!new"), RoomState.DONE, "create", guest, "10", null, "{}"));
    ledger.invitation(crossing, new Invitation(ROOM, guest, "sent", null));
    ledger.undo().begin(crossing, ledger.room(crossing, ROOM).orElseThrow());
    ledger.undo().finish(crossing, ROOM, "{}");
    assertThat(ledger.invitations(crossing)).isEmpty();
  }

  @Test
  void goesOnWhenConnectionsAreCutAgainAndAgain() {
    long crossing = crossing(MadeSource.withMessages("old", 600));
    var carrying = CompletableFuture.runAsync(() -> carry(crossing, ROOM));
    for (int i = 0; i < 20; i++) {
      long before = lab.number("select count(*) from ferry.crossing_event where state = 2");
      int unused = lab.cutConnections();
      Wait.until(() ->
          carrying.isDone()
              || lab.number("select count(*) from ferry.crossing_event where state = 2") > before);
    }
    carrying.join();
    assertThat(ledger.progress(crossing))
        .containsExactly(new RoomProgress(ROOM, 601, 0, 0, 601, 0, 0, 0, 0));
    assertThat(lab.notices).anyMatch(n -> n.startsWith("database connection lost"));
    assertThat(Stream.of(lab.notices).toList().toString()).doesNotContain("password");
  }

  @Test
  void aClosedLedgerSaysSo() {
    long crossing = crossing(MadeSource.withMessages("old", 1));
    List<Settled> rows = allCarried(ledger.take(crossing, ROOM, null, 9));
    ledger.close();
    assertThatThrownBy(() -> ledger.settle(crossing, rows).join())
        .hasCauseInstanceOf(LedgerException.class);
  }

  /** As after Ctrl-C: what was sent is written down. */
  @Test
  void whatIsQueuedIsCommittedWhoeverIsInterruptedWhileClosing() {
    long crossing = crossing(MadeSource.withMessages("old", 40));
    List<CompletableFuture<Void>> done = new ArrayList<>();
    for (LedgerEvent event : ledger.take(crossing, ROOM, null, 40)) {
      done.add(ledger.settle(crossing, List.of(carried(event))));
    }
    Thread.currentThread().interrupt();
    ledger.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(done).isNotEmpty().allMatch(f -> f.isDone() && !f.isCompletedExceptionally());
    assertThat(ledger.settle(crossing, List.of())).isCompletedExceptionally();
  }
}
