package org.ferry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ferry.crypto.DecryptOutcome;
import org.ferry.crypto.Trust;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.Leader;
import org.ferry.live.Signal;
import org.ferry.live.events.Arrival;
import org.ferry.live.events.Held;
import org.ferry.live.events.Releaser;
import org.ferry.matrix.event.Json;
import org.ferry.store.live.PgLeader;
import org.ferry.store.live.PgLiveEvents;
import org.junit.jupiter.api.AfterEach;

/** Live events in a real PostgreSQL, and who settles them. */
abstract class LiveEventsStage {
  static final RoomId ROOM = new RoomId("!room:new");
  static final RoomId OTHER = new RoomId("!other:new");
  static final UserId BOT = new UserId("@bot:new");

  final StoreLab lab = new StoreLab();
  final PgLiveEvents events = new PgLiveEvents(lab.database);
  final Map<String, DecryptOutcome> known = new HashMap<>();
  Instant now = Instant.now();
  boolean deviceReady = true;

  @AfterEach
  void close() {
    lab.close();
  }

  static Arrival plain(RoomId room, String id, String body) {
    ObjectNode event = event(room, id, "m.room.message");
    event.putObject("content").put("body", body);
    return Arrival.of(event, null, BOT, TraceId.fresh()).orElseThrow();
  }

  static Arrival secret(String id, String session) {
    ObjectNode event = event(ROOM, id, "m.room.encrypted");
    event.putObject("content").put("session_id", session);
    return Arrival.of(event, null, BOT, TraceId.fresh()).orElseThrow();
  }

  static ObjectNode event(RoomId room, String id, String type) {
    return Json.object()
        .put("room_id", room.value())
        .put("event_id", id)
        .put("sender", "@alice:new")
        .put("type", type)
        .put("origin_server_ts", 7);
  }

  static DecryptOutcome clear(String body) {
    return new DecryptOutcome.Clear(
        Json.object().put("body", body),
        "m.room.message",
        Trust.VERIFIED,
        "key",
        null,
        true,
        false);
  }

  Optional<DecryptOutcome> open(Held held, ObjectNode event) {
    if (!deviceReady) {
      return Optional.empty();
    }
    DecryptOutcome outcome = known.get(event.path("event_id").asText());
    return Optional.of(
        outcome == null ? new DecryptOutcome.Waiting(DecryptOutcome.Reason.NO_KEY, null) : outcome);
  }

  Releaser releaser(long epoch) {
    return new Releaser(events, this::open, () -> now, epoch, new Signal());
  }

  /** What was made known, in its order. */
  List<String> log() {
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

  void keyCame(String session) throws SQLException {
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

  void earlier(String table, String column, String by) throws SQLException {
    statement("update %1$s set %2$s = %2$s - interval '%3$s'".formatted(table, column, by));
  }

  int take(UserId to, String... ids) {
    return events.take(arrivals(to, ids));
  }

  static List<Arrival> arrivals(UserId to, String... ids) {
    List<Arrival> arrivals = new ArrayList<>();
    for (String id : ids) {
      arrivals.add(
          Arrival.of(event(ROOM, id, "m.room.message"), null, to, TraceId.fresh()).orElseThrow());
    }
    return arrivals;
  }

  void statement(String sql) throws SQLException {
    try (var connection = lab.db.connect()) {
      boolean unused = connection.createStatement().execute(sql);
    }
  }

  /** PostgreSQL frees the lock when it sees that the connection is gone. */
  static Leader.Term takeAgain(PgLeader leader) {
    List<Leader.Term> got = new ArrayList<>();
    org.ferry.testing.Wait.until(
        Duration.ofMinutes(1),
        "the lock",
        () -> {
          leader.take().ifPresent(got::add);
          return !got.isEmpty();
        });
    return got.getFirst();
  }

  void age(String by) throws SQLException {
    try (var connection = lab.db.connect()) {
      int unused =
          connection
              .createStatement()
              .executeUpdate(
                  "update ferry.live_event set taken_at = taken_at - interval '" + by + "'");
    }
  }
}
