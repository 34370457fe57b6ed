package org.ferry.testing.elder;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/** Rows that no API makes, put into the old server's database before it is dumped. */
final class CraftedRows {
  private static final String TEMPLATE_EVENT =
      "CREATE TEMP TABLE crafted AS SELECT * FROM events WHERE event_id = ?";
  private static final String TEMPLATE_JSON =
      "CREATE TEMP TABLE crafted_json AS SELECT * FROM event_json WHERE event_id = ?";
  private static final String COUNT =
      """
      SELECT e.room_id, e.type, count(*) FROM events e JOIN event_json j USING (event_id)
      LEFT JOIN rejections r USING (event_id)
      WHERE NOT e.outlier AND e.rejection_reason IS NULL AND r.event_id IS NULL
        AND j.internal_metadata NOT LIKE '%"soft_failed":true%'
        AND j.internal_metadata NOT LIKE '%"soft_failed": true%'
      GROUP BY 1, 2
      """;

  private final Connection connection;
  private final ElderFacts facts;

  CraftedRows(Connection connection, ElderFacts facts) {
    this.connection = connection;
    this.facts = facts;
  }

  void add() throws SQLException {
    String metadata = "{\"soft_failed\":true,\"token_id\":1}";
    copy("softFailed", "UPDATE crafted_json SET internal_metadata = '" + metadata + "'");
    copy("rejected", "UPDATE crafted SET rejection_reason = 'auth_error'");
    run(
        "INSERT INTO rejections (event_id, reason, last_check) VALUES (?, 'auth_error', '1')",
        facts.event("crafted.rejected"));
    copy(
        "outlier",
        "UPDATE crafted SET outlier = true",
        "UPDATE crafted_json SET internal_metadata = '{\"outlier\":true}'");
    // A sender and an id as servers of 2014 allowed them.
    copy(
        "historical",
        "UPDATE crafted SET sender = '@Old User!:" + facts.server() + "'",
        "UPDATE crafted_json SET json = replace(json, '\"@ben:', '\"@Old User!:')");
    run(
        "UPDATE event_json SET json = replace(json, 'becomes a lone surrogate', 'lone \\ud800 surrogate') WHERE event_id = ?",
        facts.event("workshop.surrogate"));
    run(
        "UPDATE event_json SET json = replace(json, '\"becomes a number\"', '42') WHERE event_id = ?",
        facts.event("workshop.bodyIsNumber"));
    run(
        "UPDATE event_json SET json = replace(json, '\"msgtype\":', '\"kind\":') WHERE event_id = ?",
        facts.event("workshop.noMsgtype"));
    run(
        "UPDATE event_json SET json = regexp_replace(json, '\"content\":\\{[^}]*\\}', '\"content\":{}')"
            + " WHERE event_id = ?",
        facts.event("workshop.empty"));
    run("UPDATE event_json SET json = left(json, 40) WHERE event_id = ?", brokenCopy());
  }

  /** Lets Synapse start again on this database, which insists that its sequences are ahead. */
  void mendSequences() throws SQLException {
    run("SELECT setval('events_stream_seq', (SELECT max(stream_ordering) FROM events))");
  }

  /** An event whose JSON is cut off: one broken row among many. */
  private String brokenCopy() throws SQLException {
    copy("broken");
    return facts.event("crafted.broken");
  }

  private void copy(String name, String... changes) throws SQLException {
    String original = facts.event("workshop.liked");
    String id = "$crafted" + name + "0".repeat(Math.max(0, 36 - name.length()));
    run(TEMPLATE_EVENT, original);
    run(TEMPLATE_JSON, original);
    run(
        "UPDATE crafted SET event_id = ?, stream_ordering = (SELECT max(stream_ordering) + 1 FROM events)",
        id);
    run("UPDATE crafted_json SET event_id = ?", id);
    run("UPDATE crafted_json SET json = replace(json, 'liked, then not', ?)", "CRAFTED " + name);
    for (String change : changes) {
      run(change);
    }
    run("INSERT INTO events SELECT * FROM crafted");
    run("INSERT INTO event_json SELECT * FROM crafted_json");
    run("DROP TABLE crafted, crafted_json");
    facts.events().put("crafted." + name, id);
  }

  private void run(String sql, String... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      statement.execute();
    }
  }

  /** Counts what was really accepted, for tests to compare with. */
  void count() throws SQLException {
    try (var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(COUNT)) {
      while (rows.next()) {
        Map<String, Integer> types =
            facts.accepted().computeIfAbsent(rows.getString(1), room -> new TreeMap<>());
        types.put(rows.getString(2), rows.getInt(3));
      }
    }
  }
}
