package org.ferry.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.model.Event;
import org.ferry.model.Room;
import org.jspecify.annotations.Nullable;

/**
 * Rooms and events of a load. The keys of rows that are there already never change, because what
 * was carried points at them.
 */
final class EventLoad {
  private static final String COLUMNS =
      "(source, pk, room, depth, stream, ts, current, event_id, sender, type, state_key, redacts,"
          + " redacted_by, content)";
  private static final String KNOWN_ROOMS = "select id, pk from ferry.room where source = ?";
  private static final String MAX_ROOM = "select coalesce(max(pk), 0) from ferry.room";
  private static final String MAX_EVENT = "select coalesce(max(pk), 0) from ferry.event";
  private static final String ROOM_STAGE =
      """
      create temp table incoming_room (
        pk bigint, id text, version text, creator text, listed boolean)
        on commit drop
      """;
  private static final String ROOM_COPY =
      "copy incoming_room (pk, id, version, creator, listed) from stdin (format binary)";
  private static final String ROOM_MERGE =
      """
      insert into ferry.room (pk, source, id, version, creator, listed)
      select distinct on (i.id) i.pk, ?, i.id, i.version, i.creator, i.listed
      from incoming_room i order by i.id
      on conflict (source, id) do update
        set version = excluded.version, creator = excluded.creator, listed = excluded.listed
      """;
  private static final String STAGE =
      """
      create temp table incoming_event (like ferry.event) on commit drop;
      """;
  // Taken-back content never returns, even from an older dump.
  private static final String CHANGED =
      """
      update ferry.event e set
        content = case
          when e.content like '{"org.ferry.forgotten":%'
            and (e.sender like '@erased-%' or e.state_key like '@erased-%'
              or (select s.forgotten > 0 from ferry.source s where s.id = e.source))
            then e.content
          when e.redacted_by is null or i.redacted_by is not null then i.content
          else e.content end,
        redacted_by = coalesce(i.redacted_by, e.redacted_by),
        current = i.current
      from incoming_event i
      where e.source = ? and e.event_id = i.event_id
        and (e.current <> i.current
          or e.redacted_by is null and (i.redacted_by is not null or e.content <> i.content))
      """;
  private static final String NO_LONGER_CURRENT =
      """
      update ferry.event e set current = false
      where e.source = ? and e.current
        and e.room in (select room from incoming_event)
        and not exists (select from incoming_event i where i.event_id = e.event_id)
      """;
  private static final String ADDED =
      "insert into ferry.event "
          + COLUMNS
          + """
           select i.source, i.pk, i.room, i.depth, i.stream, i.ts, i.current, i.event_id, i.sender,
            i.type, i.state_key, i.redacts, i.redacted_by, i.content
          from incoming_event i
          where not exists (
            select from ferry.event e where e.source = ? and e.event_id = i.event_id)
          """;
  private static final String FIGURES =
      """
      update ferry.room r set events = f.events, messages = f.messages, encrypted = f.encrypted,
        redacted = f.redacted, first_ts = f.first_ts, last_ts = f.last_ts
      from (
        select room, count(*) as events,
          count(*) filter (where type = 'm.room.message' and redacted_by is null) as messages,
          count(*) filter (where type = 'm.room.encrypted' and redacted_by is null) as encrypted,
          count(*) filter (where redacted_by is not null) as redacted,
          min(ts) as first_ts, max(ts) as last_ts
        from ferry.event where source = ? group by room) f
      where r.pk = f.room and r.source = ?
      """;

  private final LoadConnection connection;
  private final long source;
  private final Map<String, Long> rooms = new HashMap<>();
  private final Map<String, Long> unnamed = new HashMap<>();
  private long lastRoom;
  private long lastEvent;

  EventLoad(LoadConnection connection, long source) throws SQLException {
    this.connection = connection;
    this.source = source;
    this.lastRoom = connection.number(MAX_ROOM);
    this.lastEvent = connection.number(MAX_EVENT);
    try (var statement = connection.prepare(KNOWN_ROOMS, source);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        rooms.put(row.getString(1), row.getLong(2));
      }
    }
  }

  void rooms(Stream<Room> records) throws SQLException {
    connection.script(ROOM_STAGE);
    connection.copy(
        "rooms",
        ROOM_COPY,
        records,
        (to, room) ->
            to.row(5)
                .int8(rooms.computeIfAbsent(room.id().value(), id -> ++lastRoom))
                .text(room.id().value())
                .text(room.version())
                .text(room.creator() == null ? null : room.creator().value())
                .bool(room.listed()));
    long unused = connection.update(ROOM_MERGE, source);
  }

  /** Takes events of a source that has none yet: into a table of its own, which is indexed last. */
  long first(Stream<Event> events) throws SQLException {
    String table = "ferry.event_" + source;
    connection.script(
        "create table %s (like ferry.event including defaults, check (source = %d))"
            .formatted(table, source));
    long before = lastEvent;
    copy("copy %s %s from stdin (format binary, freeze)".formatted(table, COLUMNS), events);
    connection.phase("indexes");
    // The same four as of ferry.event, so that attaching takes them over as they are.
    connection.script(
        """
        create unique index on %1$s (source, event_id);
        create index on %1$s (pk);
        create index on %1$s (room, depth, stream);
        create index on %1$s (room, type, state_key) where current;
        alter table ferry.event attach partition %1$s for values in (%2$d);
        """
            .formatted(table, source));
    return lastEvent - before;
  }

  /** Takes events of a source that has some: adds what is new, takes over what changed. */
  long again(Stream<Event> events) throws SQLException {
    connection.script(STAGE);
    copy("copy incoming_event " + COLUMNS + " from stdin (format binary)", events);
    connection.phase("comparison");
    connection.script("analyze incoming_event");
    long unused = connection.update(CHANGED, source);
    unused = connection.update(NO_LONGER_CURRENT, source);
    return connection.update(ADDED, source);
  }

  /** Derives the figures of the rooms from the events. */
  void figures() throws SQLException {
    long unused = connection.update(FIGURES, source, source);
  }

  private void copy(String sql, Stream<Event> events) throws SQLException {
    connection.copy("events", sql, events, this::write);
    if (!unnamed.isEmpty()) {
      connection.script("truncate incoming_room");
      connection.copy(
          "rooms",
          ROOM_COPY,
          unnamed.entrySet().stream(),
          (to, room) ->
              to.row(5).int8(room.getValue()).text(room.getKey()).text("1").text(null).bool(false));
      long unused = connection.update(ROOM_MERGE, source);
    }
  }

  private BinaryCopy write(BinaryCopy to, Event event) throws SQLException {
    return to.row(14)
        .int8(source)
        .int8(++lastEvent)
        .int8(room(event.room().value()))
        .int8(event.depth())
        .int8(event.stream())
        .int8(event.ts())
        .bool(event.current())
        .text(event.id().value())
        .text(event.sender().value())
        .text(event.type())
        .text(event.stateKey())
        .text(text(event.redacts()))
        .text(text(event.redactedBy()))
        .text(event.content());
  }

  /** The key of a room; one that only its events speak of is added. */
  private long room(String id) {
    Long known = rooms.get(id);
    if (known != null) {
      return known;
    }
    long key = ++lastRoom;
    rooms.put(id, key);
    unnamed.put(id, key);
    return key;
  }

  private static @Nullable String text(@Nullable EventId id) {
    return id == null ? null : id.value();
  }
}
