package org.ferry.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;

/**
 * Texts that are posted to webhooks, or were, when they are to be forgotten: on a connection and
 * within its transaction. What still waits is given up: nothing is posted without its text.
 */
final class DeliveredTexts {
  // Whoever delivers locks lanes before deliveries; held ones are fenced.
  private static final String LOCK = "select 1 from ferry.webhook_lane order by pk for update";
  private static final String EMPTY =
      """
      update ferry.webhook_delivery d set body = '', encloses = false,
        state = case d.state when 'waiting' then 'failed' else d.state end,
        done_at = coalesce(d.done_at, now()),
        log = case d.state when 'waiting' then d.log || 'given up: its text was forgotten'::text
          else d.log end
      where d.body <> ''
      """;
  // What is next is due at once, by the clock of processes and by that which dates what is told:
  // either may be ahead of whoever delivers.
  private static final String CLOSE =
      """
      update ferry.webhook_lane l set epoch = l.epoch + 1, lease_until = null,
        done = coalesce(w.first - 1, l.seq), due_at = case when w.first is null then null
          when w.first - 1 > l.done then least(l.due_at, %s, (select n.made_at
            from ferry.webhook_delivery n where n.lane = l.pk and n.place = w.first))
          else l.due_at end
      from (select v.pk, min(d.place) filter (where d.state = 'waiting') as first
          from ferry.webhook_lane v join ferry.webhook_delivery d
            on d.lane = v.pk and d.place > v.done
          where v.due_at is not null group by v.pk having bool_or(d.state = 'failed')) w
      where l.pk = w.pk
      """;

  /** Empties all of it. */
  static final String FORGET = LOCK + ";" + EMPTY + ";" + CLOSE.formatted("null");

  private static final String ERASE_NAMED = EMPTY + " and " + WholeId.IN_BYTES.formatted("d.body");
  private static final String ERASE_CALLED =
      EMPTY
          + """
           and exists (
            select from ferry.webhook_lane l
              join ferry.live_member i on i.room = l.room and i.user_id = ?
            where l.pk = d.lane and length(i.name) > 1
              and position(convert_to(to_json(i.name)::text, 'UTF8') in d.body) > 0)
          """;

  private final Connection connection;

  DeliveredTexts(Connection connection) {
    this.connection = connection;
  }

  /**
   * Forgets what a person said and what speaks of them; before their names are forgotten.
   *
   * @param id of the person
   * @return how many rows were touched
   */
  long erase(String id) throws SQLException {
    long unused = run(LOCK);
    long rows = run(ERASE_NAMED, id, new WholeId(id).bytesPattern()) + run(ERASE_CALLED, id);
    return rows + run(CLOSE.formatted("?::timestamptz"), Instant.now().toString());
  }

  private long run(String sql, String... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      return statement.execute() ? 0 : statement.getLargeUpdateCount();
    }
  }
}
