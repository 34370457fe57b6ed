package org.ferry.testing;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Takes the beginning of a room away as Synapse's history purge does
 * (synapse/storage/databases/main/purge_events.py): what was said is deleted, what is state stays
 * as outliers.
 */
public final class Purged {
  private final DumpTables dump;
  private final Set<String> state = new HashSet<>();
  private final Set<String> deleted = new HashSet<>();

  private Purged(DumpTables dump) {
    this.dump = dump;
  }

  /**
   * Purges.
   *
   * @param dump is changed
   * @param room the room
   * @param before events of a smaller depth are purged
   */
  public static Purged of(DumpTables dump, String room, long before) {
    Purged purged = new Purged(dump);
    DumpTables.Table events = dump.table("events");
    Predicate<String[]> early =
        row ->
            events.get(row, "room_id").equals(room)
                && Long.parseLong(events.get(row, "depth")) < before;
    for (String[] row : events.rows().stream().filter(early).toList()) {
      boolean isState = !events.get(row, "state_key").equals("\\N");
      boolean unused = (isState ? purged.state : purged.deleted).add(events.get(row, "event_id"));
    }
    events.set(early, "outlier", "t");
    for (String table : List.of("events", "event_json")) {
      DumpTables.Table rows = dump.table(table);
      boolean unused = rows.rows().removeIf(r -> purged.deleted.contains(rows.get(r, "event_id")));
    }
    return purged;
  }

  /** The state events that stayed as outliers. */
  public Set<String> state() {
    return state;
  }

  /** What was said and is gone. */
  public Set<String> deleted() {
    return deleted;
  }

  /** The depth of the n-th message of a room. */
  public static long depthOfMessage(DumpTables dump, String room, int n) {
    DumpTables.Table events = dump.table("events");
    return events.rows().stream()
        .filter(r -> events.get(r, "room_id").equals(room))
        .filter(r -> events.get(r, "type").equals("m.room.message"))
        .map(r -> Long.parseLong(events.get(r, "depth")))
        .sorted()
        .skip(n)
        .findFirst()
        .orElseThrow();
  }

  /** The dump. */
  public DumpTables dump() {
    return dump;
  }
}
