package org.ferry.store.live;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.ferry.id.EventId;
import org.ferry.live.events.Carried;
import org.ferry.store.Database;
import org.jspecify.annotations.Nullable;

/** What the ledger says of marked events: {@code ferry.crossing_event} and what it points at. */
public final class PgCarried implements Carried {
  // By its id; by the old event that its mark names, or one that is in doubt, whose date it bears;
  // what helped bears the date of any event of the room, and of notices the id is in the room's
  // row.
  private static final String CARRIED =
      """
      select g.event
      from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::boolean[])
        as g(room, event, ts, origin, state)
      where exists (
        select from ferry.crossing_room r
          join ferry.crossing c on c.id = r.crossing
          join ferry.room o on o.source = c.source and o.id = r.old
        where r.target = g.room and (
          exists (select from ferry.crossing_event e
            where e.crossing = r.crossing and e.target = g.event and e.state = 2)
          or exists (select from ferry.event e
            where e.source = c.source and e.event_id = g.origin and e.room = o.pk
              and greatest(e.ts, 0) = g.ts)
          or exists (select from ferry.crossing_event d
              join ferry.event e on e.source = c.source and e.pk = d.event
            where d.crossing = r.crossing and d.state = 1 and d.room = o.pk
              and greatest(e.ts, 0) = g.ts)
          or (g.state and g.ts <= greatest(o.last_ts, 0)
            and exists (select from ferry.event e
            where e.source = c.source and e.room = o.pk and greatest(e.ts, 0) = g.ts))
          or position(g.event in r.detail) > 0))
      """;

  private final Database database;

  /**
   * The ledger of a database.
   *
   * @param database stays the caller's
   */
  public PgCarried(Database database) {
    this.database = database;
  }

  @Override
  public Set<EventId> of(List<Marked> marked) {
    Set<EventId> carried = new HashSet<>();
    database
        .run(
            CARRIED,
            texts(marked, m -> m.room().value()),
            texts(marked, m -> m.event().value()),
            marked.stream().map(Marked::ts).toArray(Long[]::new),
            texts(marked, Marked::origin),
            marked.stream().map(Marked::state).toArray(Boolean[]::new))
        .forEach(row -> carried.add(new EventId(row.getString(0))));
    return carried;
  }

  private static Object texts(List<Marked> marked, Function<Marked, @Nullable String> field) {
    @Nullable String[] texts = new @Nullable String[marked.size()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = field.apply(marked.get(i));
    }
    return texts;
  }
}
