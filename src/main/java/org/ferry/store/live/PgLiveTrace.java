package org.ferry.store.live;

import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ferry.store.Database;
import org.jspecify.annotations.Nullable;

/** What became of live events, for people who ask. */
public final class PgLiveTrace {
  private static final String TRACE =
      """
      select e.room, e.sender, coalesce(e.clear_type, e.type), e.session is not null, e.state,
        e.trust, e.reason, e.seen_by, e.taken_at,
        (select array_agg(m.type || ' at ' || m.pos order by m.pos)
          from ferry.live_message m where m.room = e.room and m.event = e.event),
        (select string_agg(u.why, '; ' order by u.release)
          from ferry.live_untold u where u.event = e.pk),
        coalesce((select bool_or(u.quarantined) from ferry.live_untold u where u.event = e.pk),
          false),
        e.trace,
        (select string_agg(distinct t.txn_id, ', ') from ferry.inbox_transaction t
          where t.trace = e.trace),
        (select o.trace from ferry.outgoing o where o.event = e.event limit 1)
      from ferry.live_event e where e.event = $1 order by e.room
      """;
  private static final String STATES =
      "select state, count(*) from ferry.live_event group by state order by state";
  private static final String REASONS =
      """
      select coalesce(reason, 'unknown'), count(*) from ferry.live_event
      where state = 'undecryptable' group by 1 order by 1
      """;
  private static final String QUARANTINED =
      """
      select (select count(*) from ferry.live_untold where quarantined)
        + (select count(*) from ferry.live_quarantine)
      """;
  private static final String UNREAD =
      "select room, why, at from ferry.live_quarantine where event = $1 order by at, hash";
  private static final String TOLD = "select pos from ferry.live_narration where id = 1";

  private final Database database;

  /**
   * Traces in a database.
   *
   * @param database stays the caller's
   */
  public PgLiveTrace(Database database) {
    this.database = database;
  }

  /**
   * What became of an event.
   *
   * @param room its room
   * @param sender who sent it
   * @param type its type, in the clear where it was opened
   * @param encrypted whether it was encrypted
   * @param state waiting, clear, undecryptable, late or rejected
   * @param trust how far its sender's device is trusted; null where it was not opened
   * @param reason why it was not opened; null where it was
   * @param seenBy which followed user it came to; null for none
   * @param takenAt when it came in
   * @param told as what it was told, each with its position
   * @param untold why nothing was told of it; null where something was, or it was not looked at yet
   * @param quarantined whether it could not be understood
   * @param trace names what it came with; null for none
   * @param transaction the homeserver's id of the transaction that it came in; null where it came
   *     by another way or that is forgotten
   * @param asked names the request to Ferry that it was sent for; null where Ferry did not send it
   */
  public record Trace(
      String room,
      String sender,
      String type,
      boolean encrypted,
      String state,
      @Nullable String trust,
      @Nullable String reason,
      @Nullable String seenBy,
      Instant takenAt,
      List<String> told,
      @Nullable String untold,
      boolean quarantined,
      @Nullable String trace,
      @Nullable String transaction,
      @Nullable String asked) {}

  /** What became of the events of an id: one in each room that has one. */
  public List<Trace> of(String event) {
    List<Trace> traces = new ArrayList<>();
    database.run(TRACE, event).forEach(row -> traces.add(trace(row)));
    return traces;
  }

  private static Trace trace(Row row) {
    String[] told = row.getArrayOfStrings(9);
    return new Trace(
        row.getString(0),
        row.getString(1),
        row.getString(2),
        row.getBoolean(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getString(7),
        row.getOffsetDateTime(8).toInstant(),
        told == null ? List.of() : Arrays.asList(told),
        row.getString(10),
        row.getBoolean(11),
        row.getUUID(12) == null ? null : Traces.text(row, 12),
        row.getString(13),
        row.getUUID(14) == null ? null : Traces.text(row, 14));
  }

  /**
   * What could not be read of what came in.
   *
   * @param room where it came in; null where nothing says it
   * @param why what is wrong with it
   * @param at when it came in first
   */
  public record Quarantined(@Nullable String room, String why, Instant at) {}

  /** What could not be read and calls itself by an id. */
  public List<Quarantined> quarantined(String event) {
    List<Quarantined> all = new ArrayList<>();
    database
        .run(UNREAD, event)
        .forEach(row ->
            all.add(
                new Quarantined(
                    row.getString(0), row.getString(1), row.getOffsetDateTime(2).toInstant())));
    return all;
  }

  /**
   * How live events stand.
   *
   * @param states how many there are in each state
   * @param undecryptable how many wait for a key, by reason
   * @param quarantined how many could not be understood
   * @param told how many messages were told
   */
  public record Figures(
      Map<String, Long> states, Map<String, Long> undecryptable, long quarantined, long told) {}

  /** How they stand now. */
  public Figures figures() {
    return new Figures(counts(STATES), counts(REASONS), number(QUARANTINED), number(TOLD));
  }

  private Map<String, Long> counts(String sql) {
    Map<String, Long> counts = new LinkedHashMap<>();
    database.run(sql).forEach(row -> counts.put(row.getString(0), row.getLong(1)));
    return counts;
  }

  private long number(String sql) {
    return database.run(sql).iterator().next().getLong(0);
  }
}
