package org.ferry.bench;

import java.sql.SQLException;
import org.ferry.testing.TestPostgres;

/** What a daemon's database is filled with by SQL, because saying it all would take hours. */
@SuppressWarnings("InlineFormatString") // statements read better on their own
final class Rows {
  private static final String ROOMS =
      """
      insert into ferry.live_room (room, name, network, encrypted, card, created, read_at)
      select '!seeded' || n || ':much.example.org', 'Room ' || n, 'matrix', false, '{}', true, now()
      from generate_series(1, %d) n
      """;
  private static final String MEMBERS =
      """
      insert into ferry.live_member (room, user_id, name, told)
      select '!seeded' || n || ':much.example.org', '@user' || m || ':much.example.org',
        'Person ' || m, 'join'
      from generate_series(1, %d) n, generate_series(1, 10) m
      """;
  private static final String MESSAGES =
      """
      with taken as (
        update ferry.live_narration set pos = pos + %1$d where id = 1 returning pos - %1$d as pos)
      insert into ferry.live_message
        (pos, release, type, room, event, network, sender, direction, ts, at, data)
      select taken.pos + n, 0, 'message.created', room, '$backlog' || n, 'matrix',
        '@user1:much.example.org', 'incoming', 1800000000000 + n, now(),
        json_build_object(
          'event_id', '$backlog' || n,
          'room', json_build_object('id', room, 'name', 'Room', 'network', 'matrix'),
          'sender', json_build_object('id', '@user1:much.example.org', 'displayname', 'Person 1',
            'network', 'matrix', 'is_me', false),
          'direction', 'incoming', 'encrypted', false, 'trust', 'none', 'msgtype', 'm.text',
          'body', 'message ' || n || ' of a long backlog',
          'origin_server_ts', 1800000000000 + n,
          'content', json_build_object('msgtype', 'm.text', 'body', 'message ' || n))::text
      from taken, generate_series(1, %1$d) n,
        lateral (select '!seeded' || (1 + n %% 1000) || ':much.example.org' as room) r
      """;

  private final TestPostgres.Db db;

  Rows(TestPostgres.Db db) {
    this.db = db;
  }

  /** Makes rooms known, each with ten members. */
  void rooms(int count) throws SQLException {
    update(String.format(java.util.Locale.ROOT, ROOMS, count));
    update(String.format(java.util.Locale.ROOT, MEMBERS, count));
  }

  /** Makes messages of a thousand rooms; gives how many there are now of all. */
  long backlog(int count) throws SQLException {
    update(String.format(java.util.Locale.ROOT, MESSAGES, count));
    update("analyze");
    return number("select count(*) from ferry.live_message where type like 'message.%'");
  }

  long followed() throws SQLException {
    return number("select count(*) from ferry.followed_room");
  }

  long delivered(String endpoint) throws SQLException {
    return number(
        "select coalesce(sum(delivered), 0) from ferry.webhook_endpoint where name = '"
            + endpoint
            + "'");
  }

  private void update(String sql) throws SQLException {
    try (var connection = db.connect();
        var statement = connection.createStatement()) {
      boolean unused = statement.execute(sql);
    }
  }

  private long number(String sql) throws SQLException {
    try (var connection = db.connect();
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }
}
