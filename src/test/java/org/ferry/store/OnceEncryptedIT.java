package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.model.Room;
import org.ferry.store.live.PgRoomCards;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** That a room is encrypted is remembered, in a real PostgreSQL. */
class OnceEncryptedIT {
  private static final Path MIGRATION =
      Path.of("src/main/resources/db/migration/V31__encrypted_rooms.sql");

  private static final RoomId OTHER = new RoomId("!other:old");

  private final StoreLab lab = new StoreLab();

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

  private String known() {
    return lab.text("select string_agg(room, ' ' order by room) from ferry.encrypted_room");
  }

  @Test
  void whatOneProcessSawAllOfThemKnowAlsoOnceItsTextsAreForgotten() {
    RoomId room = new RoomId("!sealed:hs");
    PgRoomCards cards = new PgRoomCards(lab.database());
    assertThat(cards.isEncrypted(room)).isFalse();
    lab.crossings.encrypted(room);
    lab.crossings.encrypted(room);
    cards.encrypted(room);
    try (var forgetting = lab.database().forgetting()) {
      var unused = forgetting.content();
    }
    assertThat(cards.isEncrypted(room)).isTrue();
    assertThat(lab.crossings.isEncrypted(room)).isTrue();
    assertThat(cards.isEncrypted(new RoomId("!open:hs"))).isFalse();
  }

  /** Of a room whose encryption was carried, and of one where it was not. */
  private void carryEncryption() throws SQLException {
    MadeSource source = MadeSource.withMessages("old", 1);
    source.rooms.add(new Room(OTHER, "10", MadeSource.ALICE, true));
    for (RoomId room : List.of(MadeSource.ROOM, OTHER)) {
      source.events.add(MadeSource.state("$enc" + room, room, "m.room.encryption", "", 5, "{}"));
    }
    var unused = lab.sources.load(source, progress -> {});
    sql(
        """
        insert into ferry.crossing (source, domain, space, used_at)
          select id, 'new', '!s:new', now() from ferry.source;
        insert into ferry.crossing_room (crossing, old, target, state, action, actor, detail)
          select id, '!room:old', '!carried:new', 'open', 'create', '@b:new', '{}'
          from ferry.crossing
          union all select id, '!other:old', '!waiting:new', 'open', 'create', '@b:new', '{}'
          from ferry.crossing;
        insert into ferry.crossing_event (crossing, event, room, depth, stream, taken, state, late)
          select c.id, e.pk, e.room, e.depth, e.stream, 1, 2, false
          from ferry.crossing c, ferry.event e where e.event_id = '$enc!room:old';
        """);
  }

  /** A database of before is brought up to date: what it knew is not forgotten. */
  @Test
  void whatWasKnownBeforeIsTakenOver() throws SQLException, IOException {
    sql(
        """
        insert into ferry.live_room (room, network, encrypted, card, created) values
          ('!followed:hs', 'matrix', true, '{}', true), ('!open:hs', 'matrix', false, '{}', true);
        insert into ferry.data_key (generation) values (1);
        insert into ferry.olm_device (user_id, device_id) values ('@a:hs', 'A');
        insert into ferry.megolm_outbound (device, room_id, session_id, pickle, key_generation,
          created_at, messages, history_visibility)
          select d.id, '!written:hs', 's', '', 1, now(), 1, 'shared' from ferry.olm_device d;
        """);
    carryEncryption();
    String migration = Files.readString(MIGRATION);
    sql(migration.substring(migration.indexOf("insert into")));
    assertThat(known()).isEqualTo("!carried:new !followed:hs !written:hs");
  }
}
