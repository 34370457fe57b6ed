package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.crypto.DecryptOutcome;
import org.ferry.crypto.Incident;
import org.ferry.id.EventId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.Leader;
import org.ferry.live.Signal;
import org.ferry.live.events.Arrival;
import org.ferry.live.events.Echo;
import org.ferry.live.events.Echoes;
import org.ferry.live.events.Intake;
import org.ferry.live.events.Releaser;
import org.ferry.live.events.Verdict;
import org.ferry.live.message.Release;
import org.ferry.live.watch.Figures;
import org.ferry.migrate.AlreadyRunning;
import org.ferry.migrate.LedgerException;
import org.ferry.store.api.PgFigures;
import org.ferry.store.live.PgFollowedRooms;
import org.ferry.store.live.PgLeader;
import org.ferry.store.live.PgNarration;
import org.junit.jupiter.api.Test;

/**
 * Live events in a real PostgreSQL: kept once, settled in order, late keys, retention, the fence.
 */
class LiveEventsIT extends LiveEventsStage {
  @Test
  void anEventIsKeptOnceAndSettledInItsRoomsOrder() {
    assertThat(events.take(List.of(plain(ROOM, "$1", "one"), plain(OTHER, "$a", "x"))))
        .isEqualTo(2);
    assertThat(events.take(List.of(plain(ROOM, "$2", "two\0"), plain(ROOM, "$1", "one"))))
        .isEqualTo(1);
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      assertThat(releaser(term.epoch()).turn()).isEqualTo(3);
      assertThat(releaser(term.epoch()).turn()).isZero();
    }
    assertThat(log()).containsExactly("created $1 none", "created $2 none", "created $a none");
    assertThat(events.take(List.of(plain(ROOM, "$3", "three"), plain(ROOM, "$1", "one"))))
        .isEqualTo(1);
    assertThat(new PgFigures(lab.database).look())
        .as("whatever comes twice")
        .contains(new Figures.Figure("events", List.of(), 4));
  }

  /** What the database holds is not replaced under somebody who would write to it. */
  @Test
  void nobodyFollowsWhileABackupIsBroughtBackAndNoneIsBroughtBackWhileSomebodyFollows() {
    PgLeader leader = new PgLeader(lab.database);
    long before;
    try (Leader.Term term = leader.take().orElseThrow()) {
      before = term.epoch();
      assertThatThrownBy(leader::alone)
          .isInstanceOf(AlreadyRunning.class)
          .hasMessageContaining("ferry run is at work with this database (process ")
          .hasMessageContaining("Stop it");
    }
    try (Leader.Term alone = leader.alone()) {
      assertThat(leader.take()).isEmpty();
      ByteArrayOutputStream backup = new ByteArrayOutputStream();
      try (Saving saving = lab.database.saving()) {
        long unused = saving.save(backup, "test", t -> {});
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      try (Saving saving = lab.database.saving()) {
        long unused = saving.restore(new ByteArrayInputStream(backup.toByteArray()), t -> {});
      }
      assertThat(alone.epoch()).isGreaterThan(before);
    }
    try (Leader.Term next = takeAgain(leader)) {
      assertThat(next.epoch())
          .as("whoever sleeps since before the backup was made writes nothing")
          .isGreaterThan(before + 1_000_000);
    }
  }

  @Test
  void aMissingKeyHoldsItsRoomUpForHalfAMinuteAndIsStillWaitedForAfterwards() throws Exception {
    assertThat(
            events.take(
                List.of(secret("$1", "S"), plain(ROOM, "$2", "b"), plain(OTHER, "$a", "x"))))
        .isEqualTo(3);
    // Counted from when they came in, however long the database took to be made.
    now = Instant.now();
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      Releaser releaser = releaser(term.epoch());
      assertThat(releaser.turn()).isEqualTo(1);
      now = now.plus(Duration.ofSeconds(25));
      assertThat(releaser.turn()).isZero();
      now = now.plus(Duration.ofSeconds(6));
      assertThat(releaser.turn()).isEqualTo(2);
      assertThat(log())
          .containsExactly("created $a none", "undecryptable $1 no_key", "created $2 none");
      known.put("$1", clear("late"));
      assertThat(releaser.turn()).as("nobody knows of a key yet").isZero();
      keyCame("S");
      assertThat(releaser.turn()).isEqualTo(1);
      assertThat(releaser.turn()).isZero();
    }
    assertThat(log()).last().isEqualTo("late $1 verified");
    assertThat(events.counts()).containsEntry("late", 1L).containsEntry("clear", 2L);
  }

  /** Keys out of a file, while no daemon ran; then one begins, and its device is not ready yet. */
  @Test
  void aKeyThatCameWhileNoDeviceWasReadyOpensWhatWaitsWhenOneIs() throws Exception {
    assertThat(events.take(List.of(secret("$1", "S"), secret("$2", "T")))).isEqualTo(2);
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      Releaser releaser = releaser(term.epoch());
      now = Instant.now().plus(Duration.ofSeconds(31));
      assertThat(releaser.turn()).isEqualTo(2);
      keyCame("S");
      keyCame("T");
      earlier("ferry.room_key", "changed_at", "1 hour");
      earlier("ferry.live_event", "tried_at", "2 hours");
      for (String id : List.of("$1", "$2")) {
        known.put(id, clear("late"));
      }
      releaser = releaser(term.epoch());
      deviceReady = false;
      assertThat(releaser.turn()).isZero();
      deviceReady = true;
      assertThat(releaser.turn()).isEqualTo(2);
    }
    assertThat(log()).endsWith("late $1 verified", "late $2 verified");
  }

  /** The key was there before the event, and the device was not ready for longer than it waits. */
  @Test
  void whatWasReleasedWithoutADeviceIsOpenedByAKeyThatWasThereAllTheTime() throws Exception {
    keyCame("S");
    earlier("ferry.room_key", "changed_at", "1 hour");
    deviceReady = false;
    assertThat(events.take(List.of(secret("$1", "S")))).isEqualTo(1);
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      Releaser releaser = releaser(term.epoch());
      now = Instant.now().plus(Duration.ofSeconds(31));
      assertThat(releaser.turn()).isEqualTo(1);
      assertThat(log()).containsExactly("undecryptable $1 no_device");
      known.put("$1", clear("late"));
      deviceReady = true;
      assertThat(releaser.turn()).isEqualTo(1);
    }
    assertThat(log()).last().isEqualTo("late $1 verified");
  }

  /** Killed after it kept an event, before it kept the key that came with it; begun later anew. */
  @Test
  void whatWaitsWhenFerryBeginsIsGivenItsTimeAnew() throws Exception {
    assertThat(events.take(List.of(secret("$1", "S"), secret("$2", "T")))).isEqualTo(2);
    now = Instant.now().plus(Duration.ofMinutes(5));
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      Releaser releaser = releaser(term.epoch());
      assertThat(releaser.turn()).isZero();
      known.put("$1", clear("in its place"));
      assertThat(releaser.turn()).isEqualTo(1);
      now = now.plus(Duration.ofSeconds(31));
      assertThat(releaser.turn()).isEqualTo(1);
    }
    assertThat(log()).hasSize(2).first().isEqualTo("created $1 verified");
    assertThat(log()).last().asString().startsWith("undecryptable $2");
  }

  /** A daemon that is killed again and again, or two that take turns. */
  @Test
  void manyTermsThatEndAtOnceDoNotHoldARoomUpForEver() {
    assertThat(events.take(List.of(secret("$1", "S"), plain(ROOM, "$2", "b")))).isEqualTo(2);
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      for (int minutes : List.of(1, 29)) {
        now = Instant.now().plus(Duration.ofMinutes(minutes));
        assertThat(releaser(term.epoch()).turn()).isZero();
      }
      now = Instant.now().plus(Duration.ofMinutes(31));
      assertThat(releaser(term.epoch()).turn()).isEqualTo(2);
    }
    assertThat(log()).containsExactly("undecryptable $1 no_key", "created $2 none");
  }

  @Test
  void aKeyThatComesInTimeReleasesEverythingInOrder() {
    assertThat(
            events.take(
                List.of(
                    secret("$1", "S"), secret("$2", "S"), secret("$bad", "S"), secret("$3", "S"))))
        .isEqualTo(4);
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      Releaser releaser = releaser(term.epoch());
      assertThat(releaser.turn()).isZero();
      for (String id : List.of("$1", "$2", "$3")) {
        known.put(id, clear("text"));
      }
      known.put("$bad", new DecryptOutcome.Rejected(Incident.REPLAYED_INDEX));
      assertThat(releaser.turn()).isEqualTo(4);
    }
    assertThat(log())
        .containsExactly(
            "created $1 verified",
            "created $2 verified",
            "undecryptable $bad replayed_index",
            "created $3 verified");
  }

  @Test
  void whatWasMissedTakesItsPlaceAmongWhatStillWaits() {
    assertThat(events.take(List.of(plain(ROOM, "$1", "a"), plain(ROOM, "$4", "d")))).isEqualTo(2);
    List<Arrival> page = new ArrayList<>();
    for (String id : List.of("$1", "$2", "$3", "$4")) {
      page.add(plain(ROOM, id, id));
    }
    assertThat(events.arrange(page)).isEqualTo(2);
    assertThat(events.arrange(page)).isZero();
    assertThat(events.known(ROOM, List.of(new EventId("$3"), new EventId("$9"))))
        .containsExactly(new EventId("$3"));
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      assertThat(releaser(term.epoch()).turn()).isEqualTo(4);
    }
    assertThat(log())
        .containsExactly(
            "created $1 none", "created $2 none", "created $3 none", "created $4 none");
  }

  /**
   * Two accounts of two homeservers in one room: one homeserver has lost something, and is away.
   */
  @Test
  void aRoomGoesOnInTheViewOfTheHomeserverThatIsThere() throws Exception {
    PgFollowedRooms rooms = new PgFollowedRooms(lab.database);
    UserId away = new UserId("@me:away:8448");
    UserId there = new UserId("@me:there");
    rooms.follow(away, ROOM, new EventId("$0"));
    rooms.follow(there, ROOM, new EventId("$0"));
    rooms.gap(away, ROOM);
    assertThat(take(away, "$3", "$9")).isEqualTo(2);
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      Releaser releaser = releaser(term.epoch());
      assertThat(releaser.turn()).as("the one that is away says it first").isZero();
      assertThat(take(there, "$1", "$2", "$3", "$4")).as("one of four is known").isEqualTo(3);
      assertThat(releaser.turn()).isEqualTo(4);
      assertThat(log())
          .containsExactly(
              "created $1 none", "created $2 none", "created $3 none", "created $4 none");
      rooms.release(away, ROOM);
      assertThat(releaser.turn()).isEqualTo(1);
      rooms.gap(there, ROOM);
      assertThat(take(there, "$5")).isEqualTo(1);
      assertThat(releaser.turn()).as("a gap in its own view").isZero();
    }
  }

  /** The bot tries a room out in which an account of the same homeserver is at home. */
  @Test
  void whatIsTriedOutHoldsAndForgetsNothingOfWhoFollowsTheRoom() throws Exception {
    PgFollowedRooms rooms = new PgFollowedRooms(lab.database);
    UserId me = new UserId("@me:new");
    rooms.follow(me, ROOM, new EventId("$0"));
    rooms.tryOut(BOT, ROOM);
    assertThat(take(BOT, "$1", "$2")).isEqualTo(2);
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      Releaser releaser = releaser(term.epoch());
      assertThat(releaser.turn()).as("nobody knows what it is").isZero();
      assertThat(take(me, "$1", "$3")).as("one of two is known").isEqualTo(1);
      assertThat(releaser.turn()).isEqualTo(2);
      rooms.drop(BOT, ROOM);
      assertThat(releaser.turn()).as("of a room that the account is in").isEqualTo(1);
    }
    assertThat(log()).containsExactly("created $1 none", "created $3 none", "created $2 none");
  }

  /** Another bot is configured while a room is tried out. */
  @Test
  void whatAFormerBotTriedOutIsDroppedAndStaysCounted() throws Exception {
    PgFollowedRooms rooms = new PgFollowedRooms(lab.database);
    rooms.tryOut(new UserId("@former:new"), ROOM);
    rooms.tryOut(BOT, OTHER);
    assertThat(rooms.standing(BOT, OTHER).orElseThrow().triedOut()).isTrue();
    assertThat(take(new UserId("@former:new"), "$1", "$2")).isEqualTo(2);
    Figures.Figure two = new Figures.Figure("events", List.of(), 2);
    assertThat(new PgFigures(lab.database).look()).contains(two);
    rooms.dropOthersTriedOut(BOT);
    assertThat(rooms.triedOut(new UserId("@former:new"))).isEmpty();
    assertThat(rooms.triedOut(BOT)).containsExactly(OTHER);
    assertThat(lab.number("select count(*) from ferry.live_event")).isZero();
    assertThat(new PgFigures(lab.database).look()).contains(two);
    rooms.dropOthersTriedOut(null);
    assertThat(rooms.of(BOT)).isEmpty();
  }

  /** What the one that is away pushed last comes again as what the other one had missed. */
  @Test
  void whatIsReadBackInOneViewIsNotHeldInAnother() throws Exception {
    PgFollowedRooms rooms = new PgFollowedRooms(lab.database);
    UserId away = new UserId("@me:away");
    UserId there = new UserId("@me:there");
    rooms.follow(away, ROOM, new EventId("$0"));
    rooms.follow(there, ROOM, new EventId("$0"));
    rooms.gap(away, ROOM);
    assertThat(take(away, "$2")).isEqualTo(1);
    assertThat(events.arrange(arrivals(there, "$1", "$2"))).isEqualTo(1);
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      assertThat(releaser(term.epoch()).turn()).isEqualTo(2);
    }
    assertThat(log()).containsExactly("created $1 none", "created $2 none");
  }

  /** It was opened just before somebody took it back, and that came first. */
  @Test
  void whatIsEmptyIsNotSettledAsReadLate() throws Exception {
    assertThat(events.take(List.of(secret("$1", "S")))).isEqualTo(1);
    now = Instant.now().plus(Duration.ofSeconds(31));
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      Releaser releaser = releaser(term.epoch());
      assertThat(releaser.turn()).isZero();
      now = now.plus(Duration.ofSeconds(31));
      assertThat(releaser.turn()).isEqualTo(1);
      long key = lab.number("select pk from ferry.live_event");
      Verdict late =
          new Verdict(
              key, Verdict.State.LATE, "verified", null, "m.room.message", Buffer.buffer("{}"));
      statement("update ferry.live_event set raw = ''");
      assertThat(events.settle(term.epoch(), List.of(late))).isZero();
    }
    assertThat(lab.number("select count(*) from ferry.live_event where clear is not null"))
        .isZero();
  }

  @Test
  void whoeverWasOvertakenWritesNothing() {
    PgLeader leader = new PgLeader(lab.database);
    assertThat(events.take(List.of(plain(ROOM, "$1", "a")))).isEqualTo(1);
    long first;
    try (Leader.Term term = leader.take().orElseThrow()) {
      first = term.epoch();
      assertThat(leader.take()).isEmpty();
    }
    try (Leader.Term term = takeAgain(leader)) {
      assertThat(term.epoch()).isGreaterThan(first);
      assertThat(releaser(first).turn()).isZero();
      assertThat(log()).isEmpty();
      assertThat(releaser(term.epoch()).turn()).isEqualTo(1);
    }
  }

  /** A disk that is full, a server that takes no writes: and then it is over. */
  @Test
  void whoCouldNotBeginToLeadLetsOthersAndLeadsTheNextTime() throws Exception {
    statement(
        """
        create function no_room() returns trigger language plpgsql as
          $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
        create trigger no_room before insert or update on ferry.live_leader
          for each row execute function no_room();
        """);
    try (Database impatient = lab.open(Duration.ZERO)) {
      PgLeader leader = new PgLeader(impatient);
      assertThatThrownBy(leader::take).isInstanceOf(LedgerException.class);
      statement("drop trigger no_room on ferry.live_leader");
      try (Leader.Term term = takeAgain(new PgLeader(lab.database))) {
        assertThat(term.stands()).isTrue();
      }
      takeAgain(leader).close();
    }
  }

  @Test
  void retentionLeavesNoText() throws Exception {
    List<Arrival> arrivals = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      arrivals.add(plain(ROOM, "$" + i, "canary " + i));
    }
    arrivals.add(secret("$secret", "S"));
    known.put("$secret", clear("canary inside"));
    assertThat(events.take(arrivals)).isEqualTo(101);
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      assertThat(releaser(term.epoch()).turn()).isEqualTo(101);
    }
    assertThat(dump()).contains("canary inside", "canary 99");
    assertThat(events.forget(Instant.now().minusSeconds(60))).isZero();
    assertThat(events.forget(Instant.now().plusSeconds(60))).isEqualTo(101);
    assertThat(dump()).doesNotContain("canary").contains("$secret");
    assertThat(events.take(arrivals)).as("a repeat is still known").isZero();
  }

  @Test
  void whatWaitsForItsKeyOutlastsRetentionWhileTheKeyIsAskedFor() throws Exception {
    assertThat(events.take(List.of(secret("$sealed", "S"), plain(ROOM, "$plain", "canary"))))
        .isEqualTo(2);
    now = Instant.now();
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      Releaser releaser = releaser(term.epoch());
      int unused = releaser.turn();
      now = now.plus(Duration.ofMinutes(1));
      unused = releaser.turn();
    }
    assertThat(log()).containsExactly("undecryptable $sealed no_key", "created $plain none");
    age("59 days");
    assertThat(events.forget(Instant.now().minus(Duration.ofDays(30)))).isEqualTo(1);
    assertThat(dump()).doesNotContain("canary");
    assertThat(lab.number("select count(*) from ferry.live_event where raw <> ''")).isEqualTo(1);
    age("2 days");
    assertThat(events.forget(Instant.now().minus(Duration.ofDays(90)))).isZero();
    assertThat(events.forget(Instant.now().minus(Duration.ofDays(30)))).isEqualTo(1);
  }

  private String dump() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var connection = lab.db.connect()) {
      long unused =
          connection
              .unwrap(org.postgresql.PGConnection.class)
              .getCopyAPI()
              .copyOut(
                  "copy (select event, convert_from(raw, 'UTF8'), convert_from(clear, 'UTF8') from"
                      + " ferry.live_event) to stdout",
                  bytes);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void followedRoomsKeepTheirAnchor() {
    PgFollowedRooms rooms = new PgFollowedRooms(lab.database);
    rooms.follow(BOT, ROOM, new EventId("$join"));
    rooms.follow(BOT, ROOM, new EventId("$later"));
    assertThat(rooms.of(BOT)).containsEntry(ROOM, Optional.of(new EventId("$join")));
    rooms.complete(BOT, ROOM, new EventId("$newest"));
    assertThat(rooms.of(BOT)).containsEntry(ROOM, Optional.of(new EventId("$newest")));
    assertThat(new PgInbox(lab.database).ours(java.util.Set.of(ROOM.value(), "!none")))
        .containsExactly(ROOM.value());
    rooms.leave(BOT, ROOM);
    assertThat(rooms.follows(BOT, ROOM)).isFalse();
  }

  @Test
  void whatIsNoEventIsCountedOnceAndTheNextIsTaken() throws Exception {
    Intake intake =
        new Intake(
            events,
            new PgFollowedRooms(lab.database),
            new Echo("hs", user -> false, marked -> java.util.Set.of()),
            new Signal(),
            new Echoes(Instant::now));
    ObjectNode broken = event(ROOM, "$broken", "m.room.message").put("sender", 7);
    for (int i = 0; i < 2; i++) {
      assertThat(intake.take(List.of(broken), ROOM, BOT, TraceId.fresh())).isZero();
    }
    assertThat(lab.number("select count(*) from ferry.live_quarantine")).isEqualTo(1);
    ObjectNode next = event(ROOM, "$next", "m.room.message");
    assertThat(intake.take(List.of(broken, next), ROOM, BOT, TraceId.fresh())).isEqualTo(1);
  }

  /** Small pieces make large trees of JSON: a batch is no larger than fits into memory. */
  @Test
  void noMoreIsToldAtOnceThanFitsIntoMemory() {
    String large = "x".repeat(1_500_000);
    for (int i = 0; i < 5; i++) {
      assertThat(events.take(List.of(plain(ROOM, "$" + i, large)))).isEqualTo(1);
    }
    try (Leader.Term term = new PgLeader(lab.database).take().orElseThrow()) {
      assertThat(releaser(term.epoch()).turn()).isEqualTo(5);
    }
    PgNarration narration = new PgNarration(lab.database);
    List<Release> first = narration.releases(0, 500);
    assertThat(first).extracting(r -> r.event().value()).containsExactly("$0", "$1", "$2");
    assertThat(narration.releases(first.getLast().pos(), 500))
        .extracting(r -> r.event().value())
        .containsExactly("$3", "$4");
  }
}
