package org.ferry.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.ferry.migrate.Forgotten;

/** Empties the content of events, page by page, on a connection and within its transaction. */
final class Texts {
  /** Every event whose text is there. */
  static final String ALL = "true";

  private static final int PAGE = 2_000;
  private static final String READ =
      """
      select e.source, e.pk, e.type, e.state_key is not null, e.content from ferry.event e
      where e.pk > ? and e.content not like '{"org.ferry.forgotten":%%' and (%s)
      order by e.pk limit
      """
          + PAGE;
  private static final String WRITE =
      """
      update ferry.event e set content = w.content
      from unnest(?::bigint[], ?::bigint[], ?::text[]) as w (source, pk, content)
      where e.source = w.source and e.pk = w.pk
      """;

  private final Connection connection;
  private final KeyedHash hash;

  Texts(Connection connection, KeyedHash hash) {
    this.connection = connection;
    this.hash = hash;
  }

  /**
   * Forgets the texts of events.
   *
   * @param which a condition over ferry.event e
   * @param values of the condition's parameters
   * @return how many
   */
  long forget(String which, String... values) throws SQLException {
    long last = Long.MIN_VALUE;
    long all = 0;
    try (PreparedStatement read = connection.prepareStatement(READ.formatted(which));
        PreparedStatement write = connection.prepareStatement(WRITE)) {
      int rows;
      do {
        read.setLong(1, last);
        for (int i = 0; i < values.length; i++) {
          read.setString(i + 2, values[i]);
        }
        List<Long> sources = new ArrayList<>();
        List<Long> keys = new ArrayList<>();
        List<String> contents = new ArrayList<>();
        try (ResultSet row = read.executeQuery()) {
          while (row.next()) {
            sources.add(row.getLong(1));
            keys.add(row.getLong(2));
            String content = row.getString(5);
            contents.add(
                Forgotten.kept(row.getString(3), row.getBoolean(4), content, hash.of(content)));
          }
        }
        rows = keys.size();
        if (rows > 0) {
          last = keys.getLast();
          write.setArray(1, connection.createArrayOf("bigint", sources.toArray()));
          write.setArray(2, connection.createArrayOf("bigint", keys.toArray()));
          write.setArray(3, connection.createArrayOf("text", contents.toArray()));
          all += write.executeLargeUpdate();
        }
      } while (rows == PAGE);
    }
    return all;
  }
}
