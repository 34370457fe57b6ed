package org.ferry.store;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.LedgerEvent;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/** Events and their fates as rows: the columns to select, in order, and what they become. */
final class EventRows {
  /** From ferry.event e and ferry.room r; 13 columns. */
  static final String EVENT =
      "e.event_id, r.id, e.sender, e.type, e.state_key, e.ts, e.depth, e.stream, e.content,"
          + " e.redacts, e.redacted_by, e.current, e.pk";

  /** Behind {@link #EVENT}, from ferry.crossing_event c. */
  static final String FATE = EVENT + ", c.state, c.target, c.reason, c.late, c.repairs";

  private EventRows() {}

  static Event event(Row row) {
    return new Event(
        new EventId(row.getString(0)),
        new RoomId(row.getString(1)),
        new UserId(row.getString(2)),
        row.getString(3),
        row.getString(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getString(8),
        eventId(row.getString(9)),
        eventId(row.getString(10)),
        row.getBoolean(11));
  }

  static LedgerEvent ledgerEvent(Row row) {
    return new LedgerEvent(row.getLong(12), event(row));
  }

  static EventFate fate(Row row) {
    Short state = row.getShort(13);
    return new EventFate(
        row.getLong(12),
        event(row),
        state == null ? EventState.WAITING : state(state),
        eventId(row.getString(14)),
        row.getString(15),
        Boolean.TRUE.equals(row.getBoolean(16)),
        row.getString(17));
  }

  static <T> List<T> list(RowSet<Row> rows, Function<Row, T> mapper) {
    List<T> list = new ArrayList<>(rows.size());
    for (Row row : rows) {
      list.add(mapper.apply(row));
    }
    return list;
  }

  /** The number that stands for a state in the tables; waiting is the absence of a row. */
  static short code(EventState state) {
    return switch (state) {
      case WAITING -> throw new IllegalArgumentException("what waits has no row");
      case DOUBT -> 1;
      case CARRIED -> 2;
      case MERGED -> 3;
      case SKIPPED -> 4;
      case FAILED -> 5;
    };
  }

  private static EventState state(short code) {
    for (EventState state : EventState.values()) {
      if (state != EventState.WAITING && code(state) == code) {
        return state;
      }
    }
    throw new IllegalStateException("no event state has the number " + code);
  }

  static @Nullable EventId eventId(@Nullable String value) {
    return value == null ? null : new EventId(value);
  }

  static @Nullable UserId userId(@Nullable String value) {
    return value == null ? null : new UserId(value);
  }

  static @Nullable RoomId roomId(@Nullable String value) {
    return value == null ? null : new RoomId(value);
  }
}
