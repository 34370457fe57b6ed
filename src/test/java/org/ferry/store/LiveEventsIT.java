package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ferry.crypto.DecryptOutcome;
import org.ferry.crypto.Incident;
import org.ferry.crypto.Trust;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.Leader;
import org.ferry.live.Signal;
import org.ferry.live.events.Arrival;
import org.ferry.live.events.Echoes;
import org.ferry.live.events.Held;
import org.ferry.live.events.Intake;
import org.ferry.live.events.Releaser;
import org.ferry.matrix.event.Json;
import org.ferry.store.live.PgFollowedRooms;
import org.ferry.store.live.PgLeader;
import org.ferry.store.live.PgLiveEvents;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Live events in a real PostgreSQL: kept once, settled in order, late keys, retention, the fence.
 */
class LiveEventsIT {
  private static final RoomId ROOM = new RoomId("!room:new");
  private static final RoomId OTHER = new RoomId("!other:new");
  private static final UserId BOT = new UserId("@bot:new");

  private final StoreLab lab = new StoreLab();
  private final PgLiveEvents events = new PgLiveEvents(lab.database);
  private final Map<String, DecryptOutcome> known = new HashMap<>();
  private Instant now = Instant.now();

  @AfterEach
  void close() {
    lab.close();
  }

  private static Arrival plain(RoomId room, String id, String body) {
    ObjectNode event = event(room, id, "m.room.message");
    event.putObject("content").put("body", body);
    return Arrival.of(event, null, BOT, TraceId.fresh()).orElseThrow();
  }

  private static Arrival secret(String id, String session) {
    ObjectNode event = event(ROOM, id, "m.room.encrypted");
    event.putObject("content").put("session_id", session);
    return Arrival.of(event, null, BOT, TraceId.fresh()).orElseThrow();
  }

  private static ObjectNode event(RoomId room, String id, String type) {
    return Json.object()
        .put("room_id", room.value())
        .put("event_id", id)
        .put("sender", "@alice:new")
        .put("type", type)
        .put("origin_server_ts", 7);
  }

  private static DecryptOutcome clear(String body) {
    return new DecryptOutcome.Clear(
        Json.object().put("body", body), "m.room.message", Trust.VERIFIED, "key", null, true);
  }

  private Optional<DecryptOutcome> open(Held held, ObjectNode event) {
    DecryptOutcome outcome = known.get(event.path("event_id").asText());
    return Optional.of(
        outcome == null ? new DecryptOutcome.Waiting(DecryptOutcome.Reason.NO_KEY, null) : outcome);
  }

  private Releaser releaser(long epoch) {
    return new Releaser(events, this::open, () -> now, epoch, new Signal());
  }

  /** What was made known, in its order. */
  private List<String> log() {
    List<String> log = new ArrayList<>();
    try (var connection = lab.db.connect();
        var row =
            connection
                .createStatement()
                .executeQuery(
                    "select r.kind || ' ' || e.event || ' ' || coalesce(e.trust, e.reason)"
                        + " from ferry.live_release r join ferry.live_event e on e.pk = r.event"
                        + " order by r.pos")) {
      while (row.next()) {
        log.add(row.getString(1));
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    return log;
  }

  private void keyCame(String session) throws SQLException {
    try (var connection = lab.db.connect()) {
      int unused =
          connection
              .createStatement()
              .executeUpdate(
                  """
                  insert into ferry.data_key (generation) values (1) on conflict do nothing;
                  insert into ferry.room_key (room_id, session_id, origin, first_index, sender_key,
                    signing_key, forwarded_by, shared_history, pickle, key_generation)
                  values ('%s', '%s', 'olm', 0, 'c', 'e', '[]', false, 'p', 1)
                  """
                      .formatted(ROOM, session));
    }
  }

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

  /** PostgreSQL frees the lock when it sees that the connection is gone. */
  private static Leader.Term takeAgain(PgLeader leader) {
    List<Leader.Term> got = new ArrayList<>();
    org.ferry.testing.Wait.until(
        Duration.ofSeconds(10),
        "the lock",
        () -> {
          leader.take().ifPresent(got::add);
          return !got.isEmpty();
        });
    return got.getFirst();
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
            "new",
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
}
