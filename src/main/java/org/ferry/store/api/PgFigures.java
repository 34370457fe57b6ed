package org.ferry.store.api;

import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ferry.live.watch.Figures;
import org.ferry.store.Database;

/** Numbers from PostgreSQL, each by an index. */
public final class PgFigures implements Figures {
  private static final String LOOK =
      """
      select 'transactions', '', coalesce(max(pk), 0)::float8 from ferry.inbox_transaction
      union all
      select 'transactions_waiting', '', count(*) from ferry.inbox_transaction
        where taken_at is null
      union all
      select 'inbox_lag', '', coalesce(extract(epoch from now() - min(received_at)), 0)
        from ferry.inbox_transaction where taken_at is null
      union all
      select 'events', '', coalesce(max(pk), 0) from ferry.live_event
      union all
      select 'events_waiting', '', count(*) from ferry.live_event where state = 'waiting'
      union all
      select 'relay_lag', '', coalesce(extract(epoch from now() - min(taken_at)), 0)
        from ferry.live_event where state = 'waiting'
      union all
      select 'messages', '', coalesce(max(pos), 0) from ferry.live_message
      union all
      select 'undecryptable', coalesce(reason, 'unknown'), count(*) from ferry.live_event
        where state = 'undecryptable' group by 2
      union all
      select 'room_keys', '', count(*) from ferry.room_key
      union all
      select 'rooms_with_keys', '', count(distinct room_id) from ferry.room_key
      union all
      select 'rooms_followed', '', count(distinct room) from ferry.followed_room
      """;
  private static final String UNDECRYPTABLE =
      """
      select coalesce(reason, 'unknown'), count(*) from ferry.live_event
      where state = 'undecryptable' group by 1 order by 2 desc, 1
      """;

  private final Database database;

  /**
   * Numbers of a database.
   *
   * @param database stays the caller's
   */
  public PgFigures(Database database) {
    this.database = database;
  }

  @Override
  public List<Figure> look() {
    List<Figure> all = new ArrayList<>();
    for (Row row : database.run(LOOK)) {
      boolean unused = all.add(new Figure(row.getString(0), row.getString(1), row.getDouble(2)));
    }
    return all;
  }

  @Override
  public Map<String, Long> undecryptable() {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (Row row : database.run(UNDECRYPTABLE)) {
      Long unused = counts.put(row.getString(0), row.getLong(1));
    }
    return counts;
  }
}
