package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.store.live.PgIdentities;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whose devices may have been given a room's keys, in a real PostgreSQL. */
class GhostsInIT {
  private final StoreLab lab = new StoreLab();
  private final PgIdentities identities = new PgIdentities(lab.database(), null);

  @AfterEach
  void close() {
    lab.close();
  }

  private void sql(String sql) throws SQLException {
    try (Connection connection = lab.db().connect();
        var statement = connection.createStatement()) {
      boolean unused = statement.execute(sql);
    }
  }

  private List<String> in(String room, int limit) {
    return identities.ghostsIn(new RoomId(room), limit).stream().map(UserId::localpart).toList();
  }

  @Test
  void membersAsTheyWereToldWhoWroteThereAndWhoWasCarriedIntoIt() throws SQLException {
    MadeSource source = MadeSource.withMessages("old", 1);
    source.events.add(
        MadeSource.state(
            "$join",
            MadeSource.ROOM,
            "m.room.member",
            MadeSource.ALICE.value(),
            5,
            "{\"membership\":\"join\"}"));
    var unused = lab.sources.load(source, progress -> {});
    sql(
        """
        insert into ferry.crossing (source, domain, space, used_at)
          select id, 'new', '!s:new', now() from ferry.source;
        insert into ferry.crossing_room (crossing, old, target, state, action, actor, detail)
          select id, '!room:old', '!room:new', 'open', 'create', '@b:new', '{}'
          from ferry.crossing;
        insert into ferry.crossing_person (crossing, old, target, state)
          select id, '@alice:old', '@old_alice:new', 'made' from ferry.crossing;
        insert into ferry.identity (user_id, kind, device_id, state, detail, at)
          select '@' || name || ':new', kind, 'D', state, '', now() - age * interval '1 hour'
          from (values ('old_alice', 'ghost', 'following', 3), ('old_told', 'ghost', 'following', 2),
            ('old_wrote', 'ghost', 'following', 1), ('old_left', 'ghost', 'following', 1),
            ('old_stopped', 'ghost', 'stopped', 1), ('old_elsewhere', 'ghost', 'following', 1),
            ('bot', 'bot', 'following', 1)) as g(name, kind, state, age);
        insert into ferry.live_member (room, user_id, told) values
          ('!room:new', '@old_told:new', null), ('!room:new', '@old_left:new', 'leave'),
          ('!room:new', '@old_stopped:new', 'join'), ('!room:new', '@bot:new', 'join'),
          ('!other:new', '@old_elsewhere:new', 'join');
        insert into ferry.data_key (generation) values (1);
        insert into ferry.olm_device (user_id, device_id) values ('@old_wrote:new', 'D');
        insert into ferry.megolm_outbound (device, room_id, session_id, pickle, key_generation,
          created_at, messages, history_visibility)
          select d.id, '!room:new', 's', '', 1, now(), 1, 'shared' from ferry.olm_device d;
        """);
    assertThat(in("!room:new", 9)).containsExactly("old_wrote", "old_told", "old_alice");
    assertThat(in("!room:new", 1)).containsExactly("old_wrote");
    assertThat(in("!other:new", 9)).containsExactly("old_elsewhere");
    assertThat(in("!nobody:new", 9)).isEmpty();
  }
}
