package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.live.Signal;
import org.ferry.live.events.Echo;
import org.ferry.live.events.Echoes;
import org.ferry.live.events.Intake;
import org.ferry.matrix.event.Json;
import org.ferry.store.live.PgCarried;
import org.ferry.store.live.PgFollowedRooms;
import org.ferry.store.live.PgLiveEvents;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who may say that an event is carried history: Ferry's own users, and the ledger for everybody
 * else. People copy the mark when they forward a carried message, or on purpose.
 */
class CarriedMarkIT {
  private static final RoomId ROOM = new RoomId("!room:new");
  private static final long THEN = 1_600_000_000_000L;
  private static final long NOW = 1_900_000_000_000L;

  private final StoreLab lab = new StoreLab();
  private final PgLiveEvents events = new PgLiveEvents(lab.database);
  private final Intake intake =
      new Intake(
          events,
          new PgFollowedRooms(lab.database),
          new Echo("new", "@old_bob:new"::equals, new PgCarried(lab.database)),
          new Signal(),
          new Echoes(Instant::now));

  /** One event was carried, of another the answer has not come yet. */
  @BeforeEach
  void carry() throws SQLException {
    String rows =
        """
        insert into ferry.source (server, type, label, fingerprint, load, loaded_at)
          values ('old', 'synapse-dump', 'dump', 'f', 1, now());
        create table ferry.event_old partition of ferry.event for values in (1);
        insert into ferry.room (pk, source, id, version, listed, last_ts)
          values (5, 1, '!r:old', '10', false, %1$d + 1);
        insert into ferry.event
            (source, pk, room, depth, stream, ts, current, event_id, sender, type, content)
          values (1, 1, 5, 1, 1, %1$d, false, '$one', '@alice:old', 'm.room.message', '{}'),
                 (1, 2, 5, 2, 2, %1$d + 1, false, '$two', '@alice:old', 'm.room.message', '{}');
        insert into ferry.crossing (source, domain, space, used_at) values (1, 'new', '!s:new', now());
        insert into ferry.crossing_room (crossing, old, target, state, action, actor, detail)
          values (1, '!r:old', '!room:new', 'ready', 'create', '@ferry:new', '{"notice":"$notice"}');
        insert into ferry.crossing_event
            (crossing, event, room, depth, stream, taken, state, late, target)
          values (1, 1, 5, 1, 1, 1, 2, false, '$carried'), (1, 2, 5, 2, 2, 1, 1, false, null);
        """
            .formatted(THEN);
    try (Connection connection = lab.db.connect();
        Statement statement = connection.createStatement()) {
      boolean unused = statement.execute(rows);
    }
  }

  @AfterEach
  void close() {
    lab.close();
  }

  private static ObjectNode event(String id, String sender, long ts, String mark) {
    ObjectNode event =
        Json.object()
            .put("event_id", id)
            .put("sender", sender)
            .put("type", "m.room.message")
            .put("origin_server_ts", ts);
    var unused = event.set("content", Json.parseObject(mark));
    return event;
  }

  private static String origin(String id) {
    return "{\"body\":\"x\",\"org.ferry.origin\":{\"server\":\"old\",\"event_id\":\"" + id + "\"}}";
  }

  private boolean taken(ObjectNode event) {
    int unused = intake.take(List.of(event), ROOM, null, TraceId.fresh());
    EventId id = new EventId(event.path("event_id").asText());
    return events.known(ROOM, List.of(id)).contains(id);
  }

  @Test
  void aPersonsMarkHidesNothing() {
    assertThat(taken(event("$f1", "@alice:new", NOW, origin("$one")))).isTrue();
    assertThat(taken(event("$f2", "@alice:new", NOW, origin("$two")))).isTrue();
    assertThat(taken(event("$f3", "@alice:new", NOW, origin("$none")))).isTrue();
    assertThat(taken(event("$f4", "@alice:new", NOW, "{\"org.ferry.helper\":true}"))).isTrue();
    assertThat(taken(event("$f5", "@alice:new", NOW, "{\"org.ferry.origin\":7}"))).isTrue();
    assertThat(
            taken(
                event(
                    "$f6", "@alice:new", NOW, "{\"org.ferry.origin\":{\"event_id\":\"\\u0000\"}}")))
        .isTrue();
    assertThat(taken(event("$f8", "@eve:elsewhere", THEN, origin("$one")))).isTrue();
    ObjectNode topic =
        event("$f7", "@alice:new", NOW, "{\"topic\":\"x\",\"org.ferry.helper\":true}");
    assertThat(taken(topic.put("type", "m.room.topic").put("state_key", ""))).isTrue();
  }

  @Test
  void whatFerryCarriedIsNoNews() {
    assertThat(taken(event("$ghost", "@old_bob:new", NOW, origin("$any")))).isFalse();
    // In account mode it writes as people: known by its id, or, while that is not, by its date.
    assertThat(taken(event("$carried", "@alice:new", THEN, "{\"org.ferry.origin\":{\"k\":\"a\"}}")))
        .isFalse();
    assertThat(taken(event("$lost", "@alice:new", THEN, origin("$one")))).isFalse();
    assertThat(
            taken(event("$doubt", "@alice:new", THEN + 1, "{\"org.ferry.origin\":{\"k\":\"b\"}}")))
        .isFalse();
    assertThat(taken(event("$notice", "@alice:new", NOW, "{\"org.ferry.helper\":true}"))).isFalse();
    ObjectNode join = event("$join", "@alice:new", THEN, "{\"org.ferry.helper\":true}");
    assertThat(taken(join.put("type", "m.room.member").put("state_key", "@alice:new"))).isFalse();
  }
}
