package org.ferry.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.id.UserId;

/**
 * Erases people from every table, on a connection and within its transaction: no row holds their id
 * or what they wrote. Their events stay as places under a made-up name, so that the rooms' order,
 * counts and everybody else's relations stay whole.
 */
final class Erasure {
  private static final int NAME = 12;
  private static final List<String> OWN_ROWS =
      List.of(
          "person.id",
          "stranger.id",
          "receipt.user_id",
          "account_data.user_id",
          "way_in.user_id",
          "crossing_setting.owner");
  private static final String COLUMNS =
      """
      select c.relname, a.attname, format_type(a.atttypid, null)
      from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'ferry'::regnamespace and c.relkind in ('r', 'p')
        and not c.relispartition and a.attnum > 0 and not a.attisdropped
        and format_type(a.atttypid, null) in
          ('text', 'character varying', 'json', 'jsonb', 'text[]', 'bytea')
        and a.attgenerated = ''
        and c.relname not in ('schema_history', 'forgotten', 'erased', 'claim')
      order by 1, 2
      """;

  private final Connection connection;
  private final KeyedHash hash;

  Erasure(Connection connection) throws SQLException {
    this.connection = connection;
    this.hash = new KeyedHash(texts(KeyedHash.KEY).getFirst());
  }

  KeyedHash hash() {
    return hash;
  }

  /**
   * Erases a person, whichever of their ids is given.
   *
   * @param user an id on a source or on a destination
   * @return how many rows were touched
   */
  long erase(String user) throws SQLException {
    Set<String> old = new LinkedHashSet<>(List.of(user));
    old.addAll(texts("select old from ferry.crossing_person where target = ?", user));
    KeptTexts kept = new KeptTexts(connection);
    long rows = 0;
    for (String id : old) {
      Set<String> ids = new LinkedHashSet<>(List.of(id));
      ids.addAll(texts("select target from ferry.crossing_person where old = ?", id));
      ids.addAll(kept.targets(id));
      kept.erase(ids, names(id));
      String name = "erased-" + hash.of(id).substring(0, NAME);
      remember(id, pseudonym(name, id));
      for (String each : ids) {
        rows += rows(each) + replace(each, pseudonym(name, each));
      }
    }
    return rows;
  }

  /** What the person is called: a single letter would be found in every other name. */
  private List<String> names(String id) throws SQLException {
    return texts(
        "select distinct display_name from ferry.person where id = ? and length(display_name) > 1",
        id);
  }

  private static String pseudonym(String name, String id) {
    return "@" + name + ":" + new UserId(id).server();
  }

  private void remember(String id, String pseudonym) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into ferry.erased (hash, pseudonym, at) values (?, ?, now()) on conflict do nothing")) {
      statement.setString(1, hash.of(id));
      statement.setString(2, pseudonym);
      int unused = statement.executeUpdate();
    }
  }

  /** What is theirs goes; what others said with their id in it goes where it was carried. */
  private long rows(String id) throws SQLException {
    Texts texts = new Texts(connection, hash);
    long rows = texts.forget("e.sender = ? or e.state_key = ?", id, id);
    WholeId whole = new WholeId(id);
    rows +=
        texts.forget(
            WholeId.IN_TEXT.formatted("e.content")
                + " and (position('> <' || ? || '>' in e.content) > 0 or exists ("
                + "select from ferry.crossing_event c where c.event = e.pk and c.state = 2))",
            id,
            whole.pattern(),
            id);
    rows += new DeliveredTexts(connection).erase(id);
    rows += new LiveTexts(connection).erase(id);
    for (String own : OWN_ROWS) {
      String[] place = own.split("\\.", -1);
      rows += update("delete from ferry.%s where %s = ?".formatted(place[0], place[1]), id);
    }
    rows += update("delete from ferry.crossing_person where old = ? or target = ?", id, id);
    return rows
        + update("update ferry.media set uploader = null, name = null where uploader = ?", id);
  }

  /** Wherever else the id stands, a made-up one stands then; raw transactions are emptied. */
  private long replace(String id, String pseudonym) throws SQLException {
    WholeId whole = new WholeId(id);
    long rows = 0;
    for (String[] column : columns()) {
      String table = "ferry." + column[0];
      String name = column[1];
      rows +=
          column[2].equals("bytea")
              ? update(
                  "update %s set %s = '' where %s"
                      .formatted(table, name, WholeId.IN_BYTES.formatted(name)),
                  id,
                  whole.bytesPattern())
              : update(
                  "update %1$s set %2$s = regexp_replace(%2$s::text, ?, ?, 'g')::%3$s where %4$s"
                      .formatted(
                          table, name, column[2], WholeId.IN_TEXT.formatted(name + "::text")),
                  whole.pattern(),
                  WholeId.asReplacement(pseudonym),
                  id,
                  whole.pattern());
    }
    return rows;
  }

  private List<String[]> columns() throws SQLException {
    List<String[]> columns = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        columns.add(new String[] {row.getString(1), row.getString(2), row.getString(3)});
      }
    }
    return columns;
  }

  /**
   * Erases again whoever came back with a load.
   *
   * @param seen a query that gives the ids that the load brought
   */
  void keepOut(String seen) throws SQLException {
    Map<String, String> erased = new HashMap<>();
    texts("select hash from ferry.erased").forEach(h -> erased.put(h, h));
    if (erased.isEmpty()) {
      return;
    }
    for (String id : texts(seen)) {
      if (UserId.isValid(id) && erased.containsKey(hash.of(id))) {
        long unused = erase(id);
      }
    }
  }

  private List<String> texts(String sql, String... values) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          texts.add(row.getString(1));
        }
      }
    }
    return texts;
  }

  private long update(String sql, String... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      return statement.executeLargeUpdate();
    }
  }
}
