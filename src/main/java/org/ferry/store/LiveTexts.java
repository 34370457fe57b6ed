package org.ferry.store;

import com.fasterxml.jackson.databind.node.TextNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is kept of live conversations, when it is to be forgotten: on a connection and within its
 * transaction. What was told stays as a place in the log, empty.
 */
final class LiveTexts {
  /** Empties all of it; names of rooms and people are read again where they are met again. */
  static final String FORGET =
      """
      update ferry.live_event set raw = '', clear = null where raw <> '' or clear is not null;
      delete from ferry.megolm_waiting;
      update ferry.live_message set data = null where data is not null;
      delete from ferry.live_media;
      update ferry.live_room set name = null, card = '{}', read_at = null;
      update ferry.live_member set name = null where name is not null;
      update ferry.outgoing set content = '', hash = '', error = left(error, 0) where state <> 'waiting';
      delete from ferry.megolm_sent s where not exists (
        select from ferry.outgoing o where o.txn = s.txn_id and o.state = 'waiting');
      """;

  private static final List<String> ERASE =
      List.of(
          "update ferry.live_event set raw = '', clear = null"
              + " where sender = ? and (raw <> '' or clear is not null)",
          "delete from ferry.megolm_waiting w using ferry.live_event e"
              + " where e.room = w.room_id and e.event = w.event_id and e.sender = ?",
          "delete from ferry.live_media f using ferry.live_message m where f.pos = m.pos and m.sender = ?",
          "update ferry.live_message set data = null where sender = ? and data is not null",
          "update ferry.outgoing set content = '', hash = '', error = left(error, 0)"
              + " where sender = ? and state <> 'waiting'",
          "update ferry.live_room set name = null, card = '{}', read_at = null"
              + " where room in (select room from ferry.live_member where user_id = ?)",
          "delete from ferry.live_member where user_id = ?");
  private static final String MEMBERSHIPS =
      "update ferry.live_message set data = null where type like 'member.%' and "
          + WholeId.IN_TEXT.formatted("data");
  private static final String NAMES =
      "select distinct name from ferry.live_member where user_id = ? and length(name) > 1";
  private static final String UNNAME =
      """
      update ferry.live_message set data = replace(data, ?, '""')
      where room in (select room from ferry.live_member where user_id = ?)
        and position(? in data) > 0
      """;

  private final Connection connection;

  LiveTexts(Connection connection) {
    this.connection = connection;
  }

  /**
   * Forgets what a person said, what they are called, and what was told of their memberships.
   *
   * @return how many rows were touched
   */
  long erase(String id) throws SQLException {
    long rows = 0;
    for (String name : names(id)) {
      // Rooms of two are called after the other one.
      String quoted = TextNode.valueOf(name).toString();
      rows += update(UNNAME, quoted, id, quoted);
    }
    rows += update(MEMBERSHIPS, id, new WholeId(id).pattern());
    for (String sql : ERASE) {
      rows += update(sql, id);
    }
    return rows;
  }

  private List<String> names(String id) throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(NAMES)) {
      statement.setString(1, id);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          names.add(row.getString(1));
        }
      }
    }
    return names;
  }

  private long update(String sql, String... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      return statement.executeLargeUpdate();
    }
  }
}
