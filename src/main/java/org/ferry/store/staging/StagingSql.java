package org.ferry.store.staging;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.ferry.model.Event;
import org.ferry.source.synapse.Column;
import org.ferry.source.synapse.StagedView;
import org.ferry.source.synapse.SynapseTable;

/** Every statement of the staging. Names come from enums of this program, never from a dump. */
final class StagingSql {
  private StagingSql() {}

  /**
   * The session is the staging's own. Large hash joins of ids that come in no order are cheaper
   * spilled once than looked up a million times.
   */
  static final String SESSION =
      """
      SET temp_buffers = '32MB';
      SET work_mem = '64MB';
      SET maintenance_work_mem = '128MB';
      SET jit = off;
      SET max_parallel_workers_per_gather = 0;
      SET statement_timeout = 0;
      SET idle_in_transaction_session_timeout = 0;
      SET client_encoding = 'UTF8';
      SET search_path = pg_temp, pg_catalog
      """;

  /** The tables whose key must be unique for the joins, and that key. */
  static final Map<SynapseTable, String> KEYS =
      Map.ofEntries(
          Map.entry(SynapseTable.EVENTS, "event_id"),
          Map.entry(SynapseTable.EVENT_JSON, "event_id"),
          Map.entry(SynapseTable.ROOMS, "room_id"),
          Map.entry(SynapseTable.USERS, "name"),
          Map.entry(SynapseTable.ROOM_ALIASES, "room_alias"),
          Map.entry(SynapseTable.LOCAL_MEDIA_REPOSITORY, "media_id"),
          Map.entry(SynapseTable.REMOTE_MEDIA_CACHE, "media_origin, media_id"),
          Map.entry(SynapseTable.ACCOUNT_DATA, "user_id, account_data_type"),
          Map.entry(SynapseTable.ROOM_ACCOUNT_DATA, "user_id, room_id, account_data_type"),
          Map.entry(SynapseTable.PUSH_RULES, "user_name, rule_id"),
          Map.entry(SynapseTable.PUSH_RULES_ENABLE, "user_name, rule_id"),
          Map.entry(SynapseTable.USER_EXTERNAL_IDS, "auth_provider, external_id"),
          Map.entry(SynapseTable.USER_THREEPIDS, "medium, address"),
          Map.entry(SynapseTable.ROOM_TAGS, "user_id, room_id, tag"));

  static String table(SynapseTable table) {
    return "staged_" + table.dumpName();
  }

  static String create(SynapseTable table) {
    String columns =
        table.staged().stream()
            .map(c -> c.name() + " " + type(c.kind()))
            .collect(Collectors.joining(", "));
    return "CREATE TEMPORARY TABLE " + table(table) + " (" + columns + ")";
  }

  static String clear() {
    return Arrays.stream(SynapseTable.values())
        .map(StagingSql::table)
        .collect(Collectors.joining(", ", "TRUNCATE ", ""));
  }

  /** Long contents are read back once; compressing them costs more than their space. */
  static final String PLAIN_CONTENT =
      "ALTER TABLE staged_event_json ALTER COLUMN content SET STORAGE EXTERNAL";

  private static String type(Column.Kind kind) {
    return switch (kind) {
      case TEXT -> "text";
      case NUMBER -> "bigint";
      case FLAG -> "boolean";
    };
  }

  /** Keeps one row of each key. */
  static String dropRepeated(SynapseTable table, String key) {
    return """
    DELETE FROM %1$s AS t USING (
      SELECT %2$s, min(ctid) AS kept FROM %1$s GROUP BY %2$s HAVING count(*) > 1) AS r
    WHERE (%3$s) = (%4$s) AND t.ctid <> r.kept
    """
        .formatted(table(table), key, of("t", key), of("r", key));
  }

  private static String of(String alias, String key) {
    return alias + "." + key.replace(", ", ", " + alias + ".");
  }

  /**
   * Rooms that only their events tell of, and what the create event knows better: schemas of 2019
   * and older have no version in {@code rooms}.
   */
  static final String COMPLETE_ROOMS =
      """
      CREATE TEMPORARY TABLE staged_creation AS
        SELECT DISTINCT ON (e.room_id) e.room_id, e.sender,
               substring(j.content FROM '"room_version"[ ]*:[ ]*"([^"]*)"') AS version
        FROM staged_events e JOIN staged_event_json j USING (event_id)
        WHERE e.type = 'm.room.create' AND e.rejection_reason IS NULL
          AND NOT EXISTS (SELECT FROM staged_rejections x WHERE x.event_id = e.event_id)
        ORDER BY e.room_id, coalesce(e.outlier, false), e.event_id;
      CREATE TEMPORARY TABLE staged_known_rooms AS
        SELECT x.room_id,
               coalesce(nullif(r.room_version, ''), c.version, '1') AS version,
               coalesce(c.sender, nullif(r.creator, '')) AS creator,
               coalesce(r.is_public, false) AS listed
        FROM (SELECT DISTINCT room_id FROM staged_events WHERE NOT coalesce(outlier, false)) x
        LEFT JOIN staged_rooms r USING (room_id)
        LEFT JOIN staged_creation c USING (room_id);
      ANALYZE staged_known_rooms
      """;

  /** Events that no client of the source ever saw. */
  static final String LEFT_OUT =
      """
      CREATE TEMPORARY TABLE staged_left_out AS
        SELECT event_id FROM staged_event_json WHERE hidden
        UNION SELECT event_id FROM staged_rejections
        UNION SELECT event_id FROM staged_events
          WHERE outlier OR rejection_reason IS NOT NULL;
      ANALYZE staged_left_out
      """;

  /**
   * Redactions as Synapse applies them when it reads: the redaction was not rejected, stands in the
   * same room, and where it was sent without power (recheck) comes from the sender's own server. A
   * soft-failed redaction counts: its text was hidden from everybody. Bans with {@code
   * redact_events} take back what the person wrote before they were lifted.
   */
  static final String REDACTED =
      """
      CREATE TEMPORARY TABLE staged_redacted AS
        SELECT event_id, min(by_event) AS by_event FROM (
          SELECT o.event_id, r.event_id AS by_event
          FROM staged_redactions r
          JOIN staged_events s ON s.event_id = r.event_id
          JOIN staged_events o ON o.event_id = r.redacts AND o.room_id = s.room_id
          LEFT JOIN staged_event_json j ON j.event_id = r.event_id
          WHERE s.rejection_reason IS NULL
            AND NOT EXISTS (SELECT FROM staged_rejections x WHERE x.event_id = r.event_id)
            AND (NOT coalesce(r.recheck, true) OR NOT coalesce(j.recheck, false)
              OR substring(s.sender FROM ':(.*)$') = substring(o.sender FROM ':(.*)$'))
          UNION ALL
          SELECT o.event_id, b.redacting_event_id
          FROM staged_room_ban_redactions b
          JOIN staged_events s ON s.event_id = b.redacting_event_id AND s.room_id = b.room_id
          JOIN staged_events o ON o.room_id = b.room_id AND o.sender = b.user_id
            AND (b.redact_end_ordering IS NULL OR o.stream_ordering < b.redact_end_ordering)
          WHERE s.rejection_reason IS NULL
            AND NOT EXISTS
              (SELECT FROM staged_rejections x WHERE x.event_id = b.redacting_event_id)
        ) AS found GROUP BY event_id;
      ANALYZE staged_redacted
      """;

  /**
   * Rooms of which the beginning is not there (history was purged, or the server came later), and
   * what their state was before their first event. Synapse keeps such state events as outliers: of
   * each key the newest from before, or the one that still stands.
   */
  static final String PRIOR =
      """
      CREATE TEMPORARY TABLE staged_midway AS
        SELECT room_id FROM staged_known_rooms
        EXCEPT
        SELECT e.room_id FROM staged_events e
        WHERE e.type = 'm.room.create'
          AND NOT EXISTS (SELECT FROM staged_left_out l WHERE l.event_id = e.event_id);
      ANALYZE staged_midway;
      CREATE TEMPORARY TABLE staged_beginning AS
        SELECT e.room_id, min(coalesce(e.topological_ordering, e.depth)) AS depth
        FROM staged_events e JOIN staged_midway USING (room_id)
        WHERE NOT EXISTS (SELECT FROM staged_left_out l WHERE l.event_id = e.event_id)
        GROUP BY e.room_id;
      CREATE TEMPORARY TABLE staged_prior AS
        SELECT DISTINCT ON (e.room_id, e.type, j.state_key) e.event_id, e.room_id
        FROM staged_events e
        JOIN staged_beginning b USING (room_id)
        JOIN staged_event_json j USING (event_id)
        LEFT JOIN (SELECT DISTINCT event_id FROM staged_current_state_events) c
          ON c.event_id = e.event_id
        WHERE e.outlier AND j.state_key IS NOT NULL AND e.rejection_reason IS NULL
          AND NOT EXISTS (SELECT FROM staged_rejections x WHERE x.event_id = e.event_id)
          AND (c.event_id IS NOT NULL OR coalesce(e.topological_ordering, e.depth) < b.depth)
        ORDER BY e.room_id, e.type, j.state_key, c.event_id IS NULL,
                 coalesce(e.topological_ordering, e.depth) DESC, e.stream_ordering DESC;
      ANALYZE staged_prior
      """;

  private static final String SCHEMA =
      "SELECT version FROM staged_schema_version WHERE version IS NOT NULL LIMIT 1";

  private static final String DOMAINS =
      """
      SELECT substring(name FROM ':(.+)$') AS domain, count(*) AS accounts
      FROM staged_users WHERE name LIKE '@%:_%'
      GROUP BY 1 ORDER BY 2 DESC, 1
      """;

  private static final String LATEST =
      """
      SELECT max(e.origin_server_ts) FROM staged_events e
      WHERE NOT EXISTS (SELECT FROM staged_left_out l WHERE l.event_id = e.event_id)
      """;

  private static final String EVENT_COLUMNS =
      """
      SELECT e.event_id, e.room_id, e.sender, e.type, j.state_key, e.origin_server_ts,
             coalesce(e.topological_ordering, e.depth) - %d, e.stream_ordering, j.content,
             j.redacts, x.by_event, c.event_id IS NOT NULL, k.version
      FROM staged_events e
      """;

  private static final String EVENT_PARTS =
      """
      LEFT JOIN staged_event_json j ON j.event_id = e.event_id
      LEFT JOIN staged_left_out l ON l.event_id = e.event_id
      LEFT JOIN staged_redacted x ON x.event_id = e.event_id
      LEFT JOIN (SELECT DISTINCT event_id FROM staged_current_state_events) c
        ON c.event_id = e.event_id
      LEFT JOIN staged_known_rooms k ON k.room_id = e.room_id
      """;

  private static final String EVENTS =
      EVENT_COLUMNS.formatted(0)
          + EVENT_PARTS
          + "WHERE l.event_id IS NULL\nUNION ALL\n"
          + EVENT_COLUMNS.formatted(Event.BEFORE)
          + "JOIN staged_prior p ON p.event_id = e.event_id\n"
          + EVENT_PARTS;

  private static final String MIDWAY =
      """
      SELECT p.room_id, max(k.creator), count(*)
      FROM staged_prior p JOIN staged_known_rooms k USING (room_id)
      GROUP BY p.room_id ORDER BY p.room_id
      """;

  private static final String ORDER =
      """
      SELECT e.room_id, e.type, e.event_id FROM staged_events e
      WHERE e.outlier IS NOT TRUE AND e.rejection_reason IS NULL
        AND e.event_id NOT IN (SELECT event_id FROM staged_rejections)
        AND e.event_id NOT IN (SELECT event_id FROM staged_event_json WHERE hidden)
      ORDER BY e.room_id, coalesce(e.topological_ordering, e.depth), e.stream_ordering
      """;

  private static final String PEOPLE =
      """
      SELECT u.name, p.displayname, p.avatar_url, u.deactivated, u.admin, u.is_guest,
             u.appservice_id, u.creation_ts
      FROM staged_users u
      LEFT JOIN (
        SELECT coalesce(user_id, substring(full_user_id FROM '^@([^:]*):')) AS localpart,
               max(displayname) AS displayname, max(avatar_url) AS avatar_url
        FROM staged_profiles GROUP BY 1) p
        ON p.localpart = substring(u.name FROM '^@([^:]*):')
      """;

  private static final String ROOMS =
      """
      SELECT k.room_id, k.version, k.creator, k.listed FROM staged_known_rooms k
      WHERE EXISTS (SELECT FROM staged_events e WHERE e.room_id = k.room_id
        AND NOT EXISTS (SELECT FROM staged_left_out l WHERE l.event_id = e.event_id))
      """;

  private static final String MEDIA =
      """
      SELECT NULL::text, media_id, media_type, upload_name, media_length, user_id, NULL::text,
             quarantined_by IS NOT NULL
      FROM staged_local_media_repository
      WHERE url_cache IS NULL AND (media_length IS NOT NULL OR media_type IS NOT NULL)
      UNION ALL
      SELECT media_origin, media_id, media_type, upload_name, media_length, NULL, filesystem_id,
             quarantined_by IS NOT NULL
      FROM staged_remote_media_cache
      """;

  private static final String ACCOUNT_DATA =
      """
      SELECT user_id, NULL::text, account_data_type, content FROM staged_account_data
      UNION ALL
      SELECT user_id, room_id, account_data_type, content FROM staged_room_account_data
      UNION ALL
      SELECT user_id, room_id, 'm.tag', '{"tags":{'
          || string_agg(to_json(tag)::text || ':' || coalesce(nullif(content, ''), '{}'), ','
               ORDER BY tag) || '}}'
      FROM staged_room_tags GROUP BY user_id, room_id
      UNION ALL
      SELECT user_id, NULL, 'm.push_rules', '{"global":{'
          || string_agg(to_json(kind)::text || ':[' || rules || ']', ',' ORDER BY kind) || '}}'
      FROM (
        SELECT user_id, kind, string_agg('{"rule_id":' || to_json(name)::text
            || ',"default":' || (name LIKE '.%')::text
            || ',"enabled":' || (coalesce(enabled, 1) <> 0)::text
            || coalesce(',"conditions":' || nullif(conditions, ''), '')
            || coalesce(',"actions":' || nullif(actions, ''), '') || '}',
            ',' ORDER BY priority DESC NULLS LAST, name) AS rules
        FROM (
          SELECT user_name AS user_id, split_part(rule_id, '/', 2) AS kind,
                 substring(rule_id FROM '^[^/]*/[^/]*/(.*)$') AS name,
                 r.priority, r.conditions, r.actions, e.enabled
          FROM staged_push_rules r FULL JOIN staged_push_rules_enable e USING (user_name, rule_id)
        ) AS each_rule WHERE name <> '' GROUP BY user_id, kind
      ) AS each_kind GROUP BY user_id
      """;

  private static final String WAYS_IN =
      """
      SELECT user_id, medium, NULL::text, address FROM staged_user_threepids
      UNION ALL
      SELECT user_id, 'sso', auth_provider, external_id FROM staged_user_external_ids
      """;

  private static final String RECEIPTS =
      """
      SELECT DISTINCT room_id, receipt_type, user_id, event_id, data, thread_id
      FROM staged_receipts_linearized
      """;

  static String query(StagedView view) {
    return switch (view) {
      case SCHEMA -> SCHEMA;
      case DOMAINS -> DOMAINS;
      case LATEST -> LATEST;
      case EVENTS -> EVENTS;
      case ORDER -> ORDER;
      case MIDWAY -> MIDWAY;
      case PEOPLE -> PEOPLE;
      case ROOMS -> ROOMS;
      case ALIASES -> "SELECT room_alias, room_id FROM staged_room_aliases";
      case MEDIA -> MEDIA;
      case ACCOUNT_DATA -> ACCOUNT_DATA;
      case WAYS_IN -> WAYS_IN;
      case RECEIPTS -> RECEIPTS;
    };
  }
}
